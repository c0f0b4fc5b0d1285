// Pictures of the page, for the documentation.
import {mode, settled} from './playground.mjs';
import {folder} from './visit.mjs';

async function picture(page, name) {
  await page.evaluate(() => {
    document.activeElement.blur();
    document.querySelector('#place code').textContent = '~/Pictures'; // and not this machine's folder
  });
  return (await page.screenshot({animations: 'disabled', path: `${folder}/${name}.png`})).toString('base64');
}

const words = '&txt=Above+the+clouds&txt-size=44&txt-color=fff&txt-align=bottom,right&txt-pad=40';

export const pictures = {
  'desk-light': {start: `?image=mountains.jpg&w=900&sat=-100&con=25${words}&auto=format`, colorScheme: 'light', async act(page) {
    await settled(page);
    await page.getByRole('slider', {name: 'Divider'}).fill('42');
    return picture(page, 'desk-light');
  }},

  'phone-dark': {start: '?image=dogs.jpg&w=600&h=600&fit=crop&crop=focalpoint&fp-x=0.42&fp-y=0.3&auto=format', colorScheme: 'dark',
    viewport: {width: 375, height: 812}, deviceScaleFactor: 2, isMobile: true, hasTouch: true, async act(page) {
      await settled(page);
      await mode(page, 'Focal point').click();
      await page.waitForFunction(() => document.querySelector('#upright').naturalWidth > 0);
      return picture(page, 'phone-dark');
    }},
};
