// Runs scenarios in Chromium, each in a browser of its own as far as a page can
// tell, and prints what became of them.
import {createRequire} from 'node:module';
const require = createRequire(new URL('../../../../node_modules/', import.meta.url));
const playwright = require('playwright-core');

export const axe = require.resolve('axe-core/axe.min.js');

const desk = {width: 1440, height: 900};

// What Go says: where the page is, and where pictures of it may be put.
export const {url, chromium, folder, originals, key} = JSON.parse(await new Response(process.stdin).text());

// A scenario is a function of the page, or such a function with what the browser
// is to be like. What it returns is handed to Go.
export async function visit(scenarios) {
  const browser = await playwright.chromium.launch({executablePath: chromium, args: ['--no-sandbox', '--disable-gpu']});
  const todo = Object.entries(scenarios);
  const done = [];
  const visitor = async () => {
    for (let next = todo.shift(); next; next = todo.shift()) done.push(await play(browser, ...next));
  };
  await Promise.all([visitor(), visitor()]); // one looks while the other waits for a picture
  await browser.close();
  console.log(JSON.stringify(done));
}

async function play(browser, name, scenario) {
  const {act, start = '', ...like} = typeof scenario === 'function' ? {act: scenario} : scenario;
  const context = await browser.newContext({viewport: desk, permissions: ['clipboard-read', 'clipboard-write'], ...like});
  context.setDefaultTimeout(30_000); // on a machine that has other things to do, too
  const page = await context.newPage();
  const wrong = watch(page);
  const begin = performance.now();
  const elapsed = () => Math.round(performance.now() - begin);
  try {
    await page.goto(url + start);
    const result = await act(page);
    return {name, result, wrong, ms: elapsed()};
  } catch (error) {
    await page.screenshot({path: `${folder}/failed-${name.replace(/\W+/g, '-')}.png`});
    return {name, wrong: [...wrong, explained(error)], ms: elapsed()};
  } finally {
    await context.close();
  }
}

// explained is an error and where in these scripts it was met.
function explained(error) {
  const places = error.stack.match(/testdata\/(?!visit)[^)\n]*/g) ?? [];
  return `${error.message}\n  at ${places.join(', ')}`;
}

// watch notes what no page of ours does: it asks nobody else, tells nobody a key,
// breaks no policy of its own, and leaves no error unhandled.
function watch(page) {
  const wrong = [];
  const {origin} = new URL(url);
  page.on('request', request => {
    const asked = new URL(request.url());
    if (asked.origin !== origin && !['blob:', 'data:'].includes(asked.protocol)) wrong.push(`it asks for ${request.url()}`);
    if (key && [request.url(), request.postData(), JSON.stringify(request.headers())].some(text => text?.includes(key))) wrong.push(`it tells ${request.url()} the key`);
  });
  page.on('pageerror', error => wrong.push(`an error: ${error.stack}`));
  page.on('console', message => {
    if (/Content.Security.Policy/i.test(message.text())) wrong.push(message.text());
  });
  return wrong;
}

// equal throws unless two values are the same.
export function equal(what, got, want) {
  if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`${what}: ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}

export function ok(what, truth) {
  if (!truth) throw new Error(what);
}

export function near(what, got, want, most) {
  ok(`${what}: ${got}, want ${want} ± ${most}`, Math.abs(got - want) <= most);
}
