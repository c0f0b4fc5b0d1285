// Renders <Imgix> and <Picture> of react-imgix and a plain <picture> to a page,
// opens it in Chromium at two densities and prints which image the browser took
// for each element, and what is in it.
import {createRequire} from 'node:module';
const require = createRequire(new URL('../../../../node_modules/', import.meta.url));

const [host, address, chromium] = process.argv.slice(2);
const React = require('react');
const {renderToStaticMarkup} = require('react-dom/server');
const {default: Imgix, Picture, Source} = require('react-imgix');
const playwright = require('playwright-core');

const h = React.createElement;
const src = `http://${host}/rose.jpg`;
const markup = renderToStaticMarkup(h('main', null,
  h(Imgix, {src, sizes: '400px', imgixParams: {auto: 'format'}, htmlAttributes: {id: 'fluid', alt: ''}}),
  h(Imgix, {src, width: 300, height: 200, imgixParams: {fit: 'crop'}, htmlAttributes: {id: 'fixed', alt: ''}}),
  h(Imgix, {src: `http://${host}/dogs.jpg`, width: 200, imgixParams: {auto: 'compress', fm: 'webp', sat: -100}, htmlAttributes: {id: 'upright', alt: ''}}),
  h(Picture, null,
    h(Source, {src, width: 120, height: 120, imgixParams: {fit: 'crop', crop: 'faces'}, htmlAttributes: {media: '(min-width: 100px)'}}),
    h(Imgix, {src, imgixParams: {w: 50}, htmlAttributes: {id: 'picture', alt: ''}})),
  h('picture', null,
    h('source', {type: 'image/avif', srcSet: `${src}?w=100&fm=avif, ${src}?w=100&fm=avif&dpr=2 2x`}),
    h('img', {id: 'typed', src: `${src}?w=100`, loading: 'lazy', alt: ''})),
  h(Imgix, {src, width: 150, height: 100, attributeConfig: {src: 'data-src', srcSet: 'data-srcset', sizes: 'data-sizes'},
    imgixParams: {auto: 'format', fit: 'crop'}, htmlAttributes: {id: 'lazy', alt: ''}}),
));

// What scripts for lazy loading do to an element that comes into view.
const awaken = () => {
  for (const element of document.querySelectorAll('[data-src]')) {
    element.srcset = element.dataset.srcset;
    element.src = element.dataset.src;
  }
};

const browser = await playwright.chromium.launch({
  executablePath: chromium,
  args: ['--no-sandbox', `--host-resolver-rules=MAP ${host} ${address}`],
});
try {
  const shown = [];
  for (const density of [1, 2]) {
    const page = await browser.newPage({viewport: {width: 800, height: 900}, deviceScaleFactor: density});
    const types = {};
    page.on('response', response => { types[response.url()] ??= response.headers()['content-type']; }); // the element's, not fetch's below
    await page.setContent(`<!doctype html><base href="http://${host}/">${markup}`, {waitUntil: 'load'});
    await page.evaluate(awaken);
    for (const image of await page.locator('img').all()) {
      const seen = await image.evaluate(async img => {
        await img.decode();
        const blob = await (await fetch(img.currentSrc)).blob();
        const bitmap = await createImageBitmap(blob);
        return {id: img.id, url: img.currentSrc, width: bitmap.width, height: bitmap.height};
      });
      shown.push({...seen, density, type: types[seen.url]});
    }
    await page.close();
  }
  console.log(JSON.stringify(shown));
} finally {
  await browser.close();
}
