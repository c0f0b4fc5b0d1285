// Prints the URLs that users' client libraries make of a 1470×966 photo, and
// what each shall be answered with: width and height in pixels, and the format.
// Whatever a library adds by itself, as ixlib, stays in.
import {createRequire} from 'node:module';
const require = createRequire(new URL('../../../../node_modules/', import.meta.url));
const load = async name => import(require.resolve(name));

const [host, token] = process.argv.slice(2);
const photo = {width: 1470, height: 966};
const asked = [];
const ask = (client, url, width, height, format = 'jpg') => asked.push({client, url, width, height, format});

// Each candidate of a srcset, with its descriptor as a number.
const candidates = srcset => srcset.split(/,\s*\n?(?=https?:)/).map(one => one.trim().split(' '))
  .map(([url, descriptor]) => ({url, unit: descriptor.slice(-1), size: parseFloat(descriptor)}));
const proportional = width => Math.round(width * photo.height / photo.width);

const {default: ImgixClient} = await load('@imgix/js-core');
const name = token ? 'js-core, signed' : 'js-core';
const client = new ImgixClient({domain: host, useHTTPS: false, secureURLToken: token});
ask(name, client.buildURL('rose.jpg', {w: 300, h: 200, fit: 'crop'}), 300, 200);
ask(name, client.buildURL('/rose.jpg', {w: 320, dpr: 1.5, fm: 'webp', q: 60}), 480, proportional(480), 'webp');
ask(name, client.buildURL('rose.jpg', {w: 0.5}), 735, 483);
ask(name, client.buildURL('rose.jpg', {ar: '16:9', w: 320, fit: 'crop', crop: 'top,left', auto: ['format', 'compress']}), 320, 180);
ask(name, client.buildURL('rose.jpg', {w: 400, txt: 'Rosé, 장미 & وردة 🌹', 'txt-size': 32, 'txt-color': 'fff'}), 400, proportional(400));
ask(name, client.buildURL('rose.jpg', {w: 400, mark: '/primrose.png', 'mark-w': 0.25, 'mark-align': 'bottom,right'}), 400, proportional(400));
ask(name, client.buildURL('rose.jpg', {w: 200, h: 200, fit: 'fill', fill: 'blur', 'border-radius': '20,20,0,0', border: '4,ff0000'}), 200, 200);
for (const c of candidates(client.buildSrcSet('rose.jpg', {fit: 'max'}, {minWidth: 100, maxWidth: 1400}))) {
  ask(name + ', srcset', c.url, c.size, proportional(c.size));
}
for (const c of candidates(client.buildSrcSet('rose.jpg', {w: 100, h: 80, fit: 'crop'}))) {
  ask(name + ', srcset by dpr', c.url, 100 * c.size, 80 * c.size);
}

// Next's Image asks a loader for a URL of each width that it is set to. The one
// that Next documents for imgix writes with URLSearchParams, which encodes commas.
const nextLoader = ({src, width, quality}) => {
  const url = new URL(src, `http://${host}`);
  const given = url.searchParams;
  given.set('auto', given.getAll('auto').join(',') || 'format');
  given.set('fit', given.get('fit') || 'max');
  given.set('w', given.get('w') || String(width));
  if (quality) given.set('q', String(quality));
  return url.href;
};

// unpic and Next's loader don't sign.
if (!token) {
  for (const width of [16, 384, 640, 1920]) { // of imageSizes and deviceSizes
    const made = Math.min(width, photo.width);
    ask('Next', nextLoader({src: '/rose.jpg', width}), made, proportional(made));
    ask('Next', nextLoader({src: '/rose.jpg?auto=format&auto=compress&txt=Ros%C3%A9%20%26%20co&pad=0', width, quality: 75}), made, proportional(made));
  }
  const unpic = await load('unpic');
  const base = `http://${host}/rose.jpg`;
  for (const [url, options] of [[base, {provider: 'imgix'}], [base + '?w=800&auto=format', {fallback: 'imgix'}]]) {
    ask('unpic', unpic.transformUrl({url, width: 300, height: 200, ...options}), 300, 200);
    ask('unpic', unpic.transformUrl({url, width: 200, format: 'png', ...options}), 200, proportional(200), 'png');
  }
  const imgix = await load('unpic/providers/imgix');
  ask('unpic, imgix', imgix.transform(base, {width: 240, height: 240, quality: 50, format: 'webp'}), 240, 240, 'webp');
  ask('unpic, imgix', imgix.transform(base, {width: 240, fit: 'max', dpr: 2}), 480, proportional(480));
}

console.log(JSON.stringify(asked));
