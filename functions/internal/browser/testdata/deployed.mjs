// The page as it is deployed with a stage that wants signatures.
import {copied, settled, tab} from './playground.mjs';
import {equal, key, ok, url, visit} from './visit.mjs';

// signedIn has a user type an original's key, and one to sign with.
async function signedIn(page) {
  await page.getByLabel('Original', {exact: true}).fill('rose.jpg');
  await page.keyboard.press('Enter');
  await page.getByLabel('Key’s id').fill('2026a');
  await page.getByLabel('Key', {exact: true}).fill(key);
  await page.keyboard.press('Enter');
  return settled(page);
}

await visit({
  async 'nothing is shown without a key'(page) {
    await page.getByLabel('Original', {exact: true}).fill('rose.jpg');
    await page.keyboard.press('Enter');
    equal('state', (await settled(page)).state, 'failed');
    ok('it does not say why', await page.locator('#failure').getByText(/not signed/).isVisible());
    equal('lists of originals', await page.locator('#originals').isVisible(), false);
  },

  async 'a key signs what is asked for'(page) {
    equal('state', (await signedIn(page)).state, 'shown');
    await page.goto(page.url() + '&w=120');
    await page.reload();
    ok('the address holds the key', !page.url().includes(key));
    equal('key after a reload', await page.getByLabel('Key', {exact: true}).inputValue(), '');
    equal('stored', await page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length), 0);
    const shown = await signedIn(page);
    equal('width', shown.width, 120);
    const text = await copied(page, 'Signed URL');
    ok(`${text} is not signed`, /[?]w=120&auto=format&kid=2026a&s=[\w-]{43}$/.test(text));
    equal('status of what is copied', (await page.request.get(text)).status(), 200);
  },

  async 'its own address must be signed'(page) {
    const unsigned = new URL('/playground.html', url);
    equal('status without a signature', (await page.request.get(String(unsigned))).status(), 403);
    equal('status with a changed query', (await page.request.get(url + '&w=5')).status(), 403);
    const own = await page.request.get(url);
    equal('status', own.status(), 200);
    ok('it may run any script', !/unsafe/.test(own.headers()['content-security-policy']));
  },
});
