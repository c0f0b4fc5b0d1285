// Does what standard input lists with sharp, and answers the raw pixels.
//
// [{file, steps: [[method, ...arguments], ...]}, ...] comes in;
// [{width, height, pixels}, ...] goes out, the pixels as RGBA in base64.
import { text } from 'node:stream/consumers';
import sharp from 'sharp';

const results = [];
for (const { file, steps } of JSON.parse(await text(process.stdin))) {
  let image = sharp(file);
  for (const [method, ...args] of steps) image = image[method](...args);
  const { data, info } = await image.toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  results.push({ width: info.width, height: info.height, pixels: data.toString('base64') });
}
process.stdout.write(JSON.stringify(results));
