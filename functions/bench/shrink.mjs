// What it costs to let a JPEG's decoder shrink all of the way, sharp's default,
// instead of half of it, as Primrose does: each sample photo is brought to some
// widths both ways, and compared with the photo decoded whole and resized by
// lanczos3. Prints peak signal-to-noise ratios in dB, and what is lost.
import sharp from 'sharp';
import { readdir } from 'node:fs/promises';

const folder = new URL('../internal/sample/originals/', import.meta.url).pathname;
const shrinks = [4, 8]; // by the decoder, at the most
const rest = [1.2, 1.5, 1.9]; // what is then left to resize

const pixels = (image, width, height, options) =>
	image.resize(width, height, { fit: 'fill', ...options }).raw().toBuffer();

function psnr(a, b) {
	let sum = 0;
	for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
	return 10 * Math.log10(255 ** 2 / (sum / a.length));
}

console.log('\nPSNR in dB where the decoder shrinks     half    all   lost');
let most = 0;
for (const name of (await readdir(folder)).filter((name) => name.endsWith('.jpg'))) {
	const { data, info } = await sharp(folder + name).raw().toBuffer({ resolveWithObject: true });
	for (const factor of shrinks.flatMap((shrink) => rest.map((left) => shrink * left))) {
		const size = [Math.floor(info.width / factor), Math.floor(info.height / factor)];
		const whole = await pixels(sharp(data, { raw: info }), ...size);
		const half = psnr(whole, await pixels(sharp(folder + name), ...size, { fastShrinkOnLoad: false }));
		const all = psnr(whole, await pixels(sharp(folder + name), ...size));
		most = Math.max(most, half - all);
		console.log(`${name} to ${size.join('×')} px`.padEnd(38), ...[half, all, half - all].map((db) => db.toFixed(1).padStart(6)));
	}
}
console.log(`at most ${most.toFixed(1)} dB are lost`);
