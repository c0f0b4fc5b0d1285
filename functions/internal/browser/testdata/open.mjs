// The page of the local service over the sample photos, which are served to
// anybody.
import {execFile} from 'node:child_process';
import {mkdtemp, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';

import {copied, field, measured, mode, option, settled, sought, tab} from './playground.mjs';
import {pictures} from './pictures.mjs';
import {axe, equal, folder, near, ok, url, visit} from './visit.mjs';

const small = '?image=astronaut.jpg&w=120&fm=png';

// drag goes from one place of an element to another, both as parts of its sides.
async function drag(page, element, from, to) {
  const {x, y, width, height} = await element.boundingBox();
  const at = ([right, down]) => [x + right * width, y + down * height];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at(to), {steps: 3});
  await page.mouse.up();
}

// boarded waits for the picture to draw on.
const boarded = page => page.waitForFunction(() => document.querySelector('#upright').naturalWidth > 0);

// drawn makes a PNG file on the page, in a hand that then does something with it.
function drawn(page, name, width, height, hand) {
  return page.evaluate(async ([name, width, height, hand]) => {
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d').fillRect(0, 0, width, height);
    const data = new DataTransfer();
    data.items.add(new File([await canvas.convertToBlob()], name, {type: 'image/png'}));
    const event = hand === 'drop' ? new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})
      : new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
    document.querySelector('#stage').dispatchEvent(event);
  }, [name, width, height, hand]);
}

// rendered has copied HTML shown on a page elsewhere, by screens of both densities.
async function rendered(page, kind, html) {
  for (const deviceScaleFactor of [1, 2]) {
    const context = await page.context().browser().newContext({deviceScaleFactor, viewport: {width: 800, height: 600}});
    const elsewhere = await context.newPage();
    await elsewhere.setContent(html);
    const shown = await elsewhere.locator('img').evaluate(async image => {
      await image.decode();
      const blob = await (await fetch(image.currentSrc, {headers: {Accept: 'image/avif,image/webp,*/*'}})).blob();
      const {width, height} = await createImageBitmap(blob);
      return {type: blob.type, width, height, on: image.clientWidth};
    });
    equal(`${kind} at density ${deviceScaleFactor}`, shown, {type: 'image/avif', width: 300 * deviceScaleFactor, height: 200 * deviceScaleFactor, on: 300});
    await context.close();
  }
}

// accessible has axe look for what assistive programs and their users trip over.
async function accessible(page, what) {
  await page.evaluate(await readFile(axe, 'utf8'));
  const {violations, passes} = await page.evaluate(() => globalThis.axe.run());
  ok(`${what}: axe did not look`, passes.length > 20);
  equal(what, violations.flatMap(v => v.nodes.map(node => `${v.id}: ${node.target} ${node.failureSummary}`)), []);
}

const openAll = page => page.evaluate(() => { for (const one of document.querySelectorAll('details')) one.open = true; });

// fits wants nothing to stick out at the side, whatever is open.
async function fits(page) {
  await settled(page);
  await openAll(page);
  for (const name of ['Compare', 'Crop', 'Focal point']) {
    await mode(page, name).click();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    ok(`the page is ${wide} px wide`, wide <= page.viewportSize().width);
  }
}

const brightness = page => page.evaluate(() => {
  const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
});

// outlined tells of what has the focus whether one sees that, on itself or on
// what it stands in.
function outlined() {
  const element = document.activeElement;
  const seen = [element, element.parentElement].some(one => {
    const {outlineStyle, outlineWidth} = getComputedStyle(one);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
  });
  return {name: element.getAttribute('aria-label') || element.id || element.value || element.textContent, seen};
}

// moving are the elements that would move by themselves.
function moving() {
  return [...document.querySelectorAll('*')].filter(element => [null, '::before', '::after'].some(part => {
    const {transitionDuration, animationName} = getComputedStyle(element, part);
    return animationName !== 'none' || /[1-9]/.test(transitionDuration);
  })).map(element => element.outerHTML);
}

await visit({
  ...pictures, // first, while nothing else is among the originals

  async 'first view'(page) {
    const {state, width} = await settled(page);
    equal('what comes first', [state, width], ['shown', 480]);
    equal('thumbnails', await page.locator('#strip img').evaluateAll(images => images.filter(image => image.naturalWidth).length), 9);
    const [own] = await page.evaluate(() => performance.getEntriesByType('navigation').map(({decodedBodySize}) => decodedBodySize));
    ok(`the page has ${own} bytes`, own < 100_000);
    ok('it does not say what it shows', /astronaut.*480.*less than the original/.test(await page.getByRole('status').first().innerText()));
    ok('no times are told', /encode: [\d.]+ ms.*seen from here: /.test(await page.locator('#timing').getAttribute('aria-label')));
    return {bytes: own};
  },

  'by keyboard alone': {start: small, async act(page) {
    await settled(page);
    const stops = [];
    while (stops.length < 30) {
      await page.keyboard.press('Tab');
      stops.push(await page.evaluate(outlined));
    }
    equal('stops that are not outlined', stops.filter(stop => !stop.seen), []);
    const names = stops.map(stop => stop.name);
    const order = ['image', 'browse', 'rose.jpg', 'compare', 'Divider', 'Find an option', 'reset', 'Thumbnail', 'w slider', 'w'];
    equal('stops in their order', names.filter(name => order.includes(name)), order);
  }},

  'every kind of control': {start: small, async act(page) {
    const seek = async name => { await settled(page); await sought(page, name); };
    const says = async (name, want, more = {}) => {
      const shown = await settled(page);
      equal(name, [shown.state, shown.values[name]], ['shown', want]);
      for (const [what, value] of Object.entries(more)) equal(`${what} of ${name}`, shown[what], value);
      ok(`${name} is not marked as changed`, await option(page, name).evaluate(row => row.classList.contains('changed')));
    };
    await seek('w');
    await field(page, 'w').fill('90');
    await says('w', '90', {width: 90});
    await page.getByRole('slider', {name: 'w slider', exact: true}).press('End');
    await page.getByRole('slider', {name: 'w slider', exact: true}).press('Home');
    await says('w', '1', {width: 1});
    await field(page, 'w').fill('80');
    await seek('bri');
    for (let i = 0; i < 3; i++) await page.getByRole('slider', {name: 'bri slider'}).press('ArrowRight');
    await says('bri', '3');
    await seek('fit');
    await page.getByRole('combobox', {name: 'fit', exact: true}).selectOption('crop');
    await says('fit', 'crop');
    await seek('ar');
    await field(page, 'ar width').fill('2');
    await says('ar', '2:1', {width: 80, height: 40});
    await seek('crop');
    await option(page, 'crop').getByText('top', {exact: true}).click();
    await option(page, 'crop').getByText('left', {exact: true}).click();
    await option(page, 'crop').getByText('center', {exact: true}).click();
    await says('crop', 'top,left');
    await seek('invert');
    await page.getByRole('switch', {name: 'invert'}).click();
    await says('invert', '1');
    await seek('jpg-progressive');
    await page.getByRole('combobox', {name: 'jpg-progressive'}).selectOption('0');
    await says('jpg-progressive', '0');
    await seek('bg');
    await page.getByLabel('bg picker', {exact: true}).fill('#ff8800');
    await says('bg', 'ff8800');
    await field(page, 'bg').fill('80tomato');
    equal('state of a colour that is none', (await settled(page)).state, 'failed');
    await field(page, 'bg').fill('tomato');
    await says('bg', 'tomato');
    equal('the picker’s colour', await page.getByLabel('bg picker', {exact: true}).inputValue(), '#ff6347');
    await seek('corner-radius');
    await field(page, 'corner-radius').fill('5,10,5,10');
    await says('corner-radius', '5,10,5,10');
    await seek('txt');
    await field(page, 'txt').fill('Rosen & “안녕” <b>+100 %</b> ');
    await says('txt', 'Rosen & “안녕” <b>+100 %</b> ');
    await seek('mark');
    await page.getByRole('combobox', {name: 'mark', exact: true}).fill('primrose.png');
    await says('mark', 'primrose.png');
    equal('count', await page.locator('.count', {hasText: 'changed'}).first().innerText(), '4 changed');
    await seek('txt');
    await page.getByRole('button', {name: 'Reset txt', exact: true}).click();
    equal('txt after its reset', (await settled(page)).values.txt, undefined);
    await page.getByRole('button', {name: 'Reset all'}).click();
    equal('after all were reset', (await settled(page)).values, {});
  }},

  'search': {start: small, async act(page) {
    await sought(page, 'watermark');
    await option(page, 'mark').waitFor({state: 'visible'});
    equal('w is shown', await option(page, 'w').isVisible(), false);
    await sought(page, 'nothing has this word');
    await page.getByText('No option has to do with').waitFor();
    await sought(page, '');
    ok('all are not back', await option(page, 'w').isVisible());
  }},

  'files of one’s own': {start: '?image=rose.jpg', async act(page) {
    await settled(page);
    const shows = async (name, width) => {
      await page.waitForFunction(name => document.querySelector('#image').value.endsWith(name), name);
      const shown = await settled(page);
      equal(name, [shown.state, shown.width], ['shown', width]);
      ok(`${name} is not among the originals`, await page.getByRole('button', {name}).isVisible());
    };
    await drawn(page, 'dropped.png', 33, 22, 'drop');
    await shows('dropped.png', 33);
    await drawn(page, 'pasted.png', 44, 22, 'paste');
    await shows('pasted.png', 44);
    const chosen = page.waitForEvent('filechooser');
    await page.getByRole('button', {name: 'Open a file'}).click();
    await (await chosen).setFiles({name: 'a b+c.html', mimeType: 'text/html', buffer: Buffer.from('<script>')});
    for (const where of [page.getByRole('status'), page.locator('#stage')]) await where.getByText(/a b\+c\.html: .*format/).waitFor();
  }},

  'on a phone, from the picture to what is copied': {start: small, viewport: {width: 375, height: 812}, async act(page) {
    await settled(page);
    await page.getByRole('button', {name: 'Use it'}).click();
    const copy = page.getByRole('button', {name: 'Copy', exact: true});
    const place = await copy.evaluate(button => { const {top, bottom} = button.getBoundingClientRect(); return {top, bottom}; });
    const covered = await page.locator('#view').evaluate(view => view.getBoundingClientRect().bottom);
    ok(`the button is at ${JSON.stringify(place)}, the preview covers ${covered}`, place.top >= covered && place.bottom <= 812);
  }},

  'divider': {start: small, async act(page) {
    await settled(page);
    const divider = page.getByRole('slider', {name: 'Divider'});
    const state = async () => [await divider.inputValue(), await page.locator('#before').evaluate(image => getComputedStyle(image).clipPath)];
    equal('at first', await state(), ['50', 'inset(0px 50% 0px 0px)']);
    await divider.press('ArrowRight');
    equal('a step to the right', await state(), ['51', 'inset(0px 49% 0px 0px)']);
    await divider.press('Home');
    equal('at the left', await state(), ['0', 'inset(0px 100% 0px 0px)']);
    equal('what is read out', await divider.getAttribute('aria-valuetext'), '0 % original, 100 % variant');
    await drag(page, page.locator('#preview'), [0, 0.5], [0.75, 0.5]);
    near('where it was dragged to', Number(await divider.inputValue()), 75, 3);
  }},

  'rectangle': {start: '?image=rose.jpg', async act(page) {
    const whole = await settled(page);
    await mode(page, 'Crop').click();
    const board = page.locator('#drawing');
    await boarded(page);
    await drag(page, board, [0.25, 0.2], [0.75, 0.6]);
    const parts = async () => (await settled(page)).values.rect.split(',').map(Number);
    for (const [i, want] of [0.25, 0.2, 0.5, 0.4].entries()) near('rect by pointer', (await parts())[i], want, 0.02);
    const [x, y, w, h] = await parts();
    const cut = await settled(page);
    near('width of what is cut', cut.width, w * whole.width, 2);
    near('height of what is cut', cut.height, h * whole.height, 2);
    const rectangle = page.getByRole('slider', {name: 'Crop rectangle'});
    await rectangle.press('ArrowRight');
    await rectangle.press('ArrowUp');
    await rectangle.press('Shift+ArrowLeft');
    await rectangle.press('Shift+ArrowDown');
    const moved = await parts();
    for (const [i, want] of [x + 0.02, y - 0.02, w - 0.02, h + 0.02].entries()) near('rect by keys', moved[i], want, 0.001);
    await drag(page, rectangle, [0.5, 0.5], [0.6, 0.5]);
    const dragged = await parts();
    near('where its inside was dragged', dragged[0], moved[0] + 0.1 * moved[2], 0.02);
    near('its width meanwhile', dragged[2], moved[2], 0.001);
  }},

  'focal point': {start: '?image=rose.jpg&w=100', async act(page) {
    await settled(page);
    await mode(page, 'Focal point').click();
    await boarded(page);
    await drag(page, page.locator('#drawing'), [0.5, 0.5], [0.2, 0.8]);
    const {values, width, height} = await settled(page);
    near('fp-x', Number(values['fp-x']), 0.2, 0.02);
    near('fp-y', Number(values['fp-y']), 0.8, 0.02);
    equal('what it cuts to', [values.fit, values.crop, width, height], ['crop', 'focalpoint', 100, 100]);
    await page.getByRole('slider', {name: 'Focal point'}).press('ArrowUp');
    near('fp-y a step up', Number((await settled(page)).values['fp-y']), Number(values['fp-y']) - 0.02, 0.001);
  }},

  'copies': {start: '?image=rose.jpg&w=300&h=200&fit=crop&auto=format', async act(page) {
    await settled(page);
    const {origin} = new URL(url);

    const plain = await copied(page, 'URL');
    equal('URL', plain, `${origin}/rose.jpg?w=300&h=200&fit=crop&auto=format`);
    equal('status of the URL', (await page.request.get(plain)).status(), 200);

    const markdown = /^!\[rose\]\((.*)\)$/.exec(await copied(page, 'Markdown'));
    equal('URL in Markdown', markdown?.[1], plain);

    for (const kind of ['img', 'picture']) await rendered(page, kind, await copied(page, kind));

    const dir = await mkdtemp(join(folder, 'curl-'));
    await promisify(execFile)('sh', ['-c', await copied(page, 'curl')], {cwd: dir});
    equal('size by curl', await measured(page, 'image/avif', await readFile(join(dir, 'rose.avif'), 'base64')), [300, 200]);

    const event = await copied(page, 'Lambda event');
    const answer = await page.request.post(origin + '/', {data: event, headers: {'Content-Type': 'application/json'}});
    equal('size by event', await measured(page, 'image/avif', await answer.json()), [300, 200]);

    await tab(page, 'Signed URL').click();
    await page.getByText('Type a key').waitFor();
    await page.getByLabel('Key’s id').fill('2026a');
    await page.getByLabel('Key', {exact: true}).fill('secret');
    await page.keyboard.press('Tab');
    ok('it is not signed', /&kid=2026a&s=[\w-]{43}$/.test(await copied(page, 'Signed URL')));
    await tab(page, 'Signed URL').press('ArrowLeft');
    equal('by an arrow key', await tab(page, 'URL').getAttribute('aria-selected'), 'true');
  }},

  'address': {start: '?image=dogs.jpg&w=64&utm_source=x&fm=png&txt64=SGk', async act(page) {
    const shown = await settled(page);
    equal('what it says', [shown.width, shown.values], [64, {w: '64', txt: 'Hi', fm: 'png'}]);
    await sought(page, 'w');
    await field(page, 'w').fill('70');
    await settled(page);
    await field(page, 'w').fill('72');
    const {url: wanted} = await settled(page);
    await page.reload();
    equal('after a reload', (await settled(page)).url, wanted);
    await page.getByRole('button', {name: 'rose.jpg', exact: true}).click();
    equal('the next original', (await settled(page)).url, wanted.replace('dogs', 'rose'));
    await page.goBack();
    equal('a step back', (await settled(page)).url, wanted);
    await page.goBack();
    equal('two steps back', [(await settled(page)).width, await field(page, 'w').inputValue()], [64, '64']);
  }},

  'an address that means harm': {start: '?image=//evil.example/constructor.jpg&constructor=1&__proto__=2&txt=<img src=x onerror=alert(1)>', async act(page) {
    const {state, url, values} = await settled(page);
    equal('what is asked for', [state, url.split('?')[0], Object.keys(values)], ['failed', '/evil.example/constructor.jpg', ['txt']]);
    ok('the page does not say what is missing', (await page.getByRole('status').first().innerText()).includes('evil.example/constructor.jpg'));
    equal('pictures out of texts', await page.locator('img[src=x]').count(), 0);
  }},

  'problems': {start: small, async act(page) {
    const before = await settled(page);
    await sought(page, 'w');
    await field(page, 'w').fill('99999');
    equal('state', (await settled(page)).state, 'failed');
    const fault = option(page, 'w').locator('.fault');
    ok('w does not say why', /w takes a value 1\.\.8192/.test(await fault.innerText()));
    equal('w is invalid', await field(page, 'w').getAttribute('aria-invalid'), 'true');
    equal('w is described by', await field(page, 'w').getAttribute('aria-describedby'), await fault.getAttribute('id'));
    equal('another place says so, too', await page.locator('#failure').isVisible(), false);
    ok('the old picture is gone', await page.locator('#preview').isVisible());
    await field(page, 'w').fill('60');
    equal('width when it is mended', (await settled(page)).width, 60);
    equal('it still complains', await fault.isVisible(), false);
    await sought(page, 'mark');
    await page.getByRole('combobox', {name: 'mark', exact: true}).fill('missing.png');
    await settled(page);
    ok('mark does not say why', /mark: there is no original/.test(await option(page, 'mark').locator('.fault').innerText()));
    await page.getByRole('button', {name: 'Reset all'}).click();
    await settled(page);
    await page.getByLabel('Original', {exact: true}).fill('no/such.jpg');
    await page.keyboard.press('Enter');
    await settled(page);
    ok('the preview does not say why', /there is no original "no\/such\.jpg"/.test(await page.locator('#failure').innerText()));
  }},

  'what is not wanted any more': {start: small, async act(page) {
    await settled(page);
    await sought(page, 'w');
    let go;
    const held = new Promise(resolve => { go = resolve; });
    await page.route(/w=101/, async route => { await held; await route.abort().catch(() => {}); });
    const given = page.waitForEvent('requestfailed', request => request.url().includes('w=101'));
    const sent = page.waitForEvent('request', request => request.url().includes('w=101'));
    await field(page, 'w').fill('101');
    await sent;
    equal('state', await page.locator('#stage').getAttribute('data-state'), 'loading');
    equal('width meanwhile', await page.locator('#preview').evaluate(image => image.naturalWidth), 120);
    await field(page, 'w').fill('102');
    equal('how it ends', (await given).failure().errorText, 'net::ERR_ABORTED');
    go();
    equal('width at last', (await settled(page)).width, 102);
  }},

  'a page that nobody sees': {start: small, async act(page) {
    await page.route('**/changes/', route => route.fulfill({contentType: 'text/event-stream', body: 'retry: 600000\n\n'}));
    await page.addInitScript(() => {
      globalThis.listeners = [];
      globalThis.EventSource = class extends EventSource {
        constructor(url) {
          super(url);
          listeners.push(this);
        }
      };
    });
    await page.reload();
    await settled(page);
    const closed = hidden => page.evaluate(hidden => {
      Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
      document.dispatchEvent(new Event('visibilitychange'));
      return listeners.map(listener => listener.readyState === EventSource.CLOSED);
    }, hidden);
    equal('listeners of a hidden page that are closed', await closed(true), [true]);
    const again = page.waitForRequest('**/astronaut.jpg?w=120&fm=png');
    equal('and of one that is seen again', await closed(false), [true, false]);
    await again;
  }},

  'desk': {start: small, colorScheme: 'light', reducedMotion: 'reduce', async act(page) {
    await fits(page);
    ok('it is dark', await brightness(page) > 0.8);
    equal('elements that move', await page.evaluate(moving), []);
    await mode(page, 'Crop').click();
    await tab(page, 'Signed URL').click();
    await accessible(page, 'with all open');
  }},

  'phone': {start: '?image=astronaut.jpg&w=99999', colorScheme: 'dark', viewport: {width: 375, height: 812}, isMobile: true, hasTouch: true, async act(page) {
    await fits(page);
    ok('it is light', await brightness(page) < 0.1);
    await accessible(page, 'in the dark, with a problem');
  }},
});
