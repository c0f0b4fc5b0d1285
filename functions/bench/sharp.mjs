// A small image server around sharp: what a team would write first.
// node sharp.mjs HOST:PORT PHOTO
import http from 'node:http';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const sharp = createRequire(new URL('../../package.json', import.meta.url))('sharp');
const [host, port] = process.argv[2].split(':');
const photo = process.argv[3];
const encode = {
	jpg: (image) => image.jpeg({ quality: 75 }),
	webp: (image) => image.webp({ quality: 75 }),
	avif: (image) => image.avif({ quality: 50, effort: 0 }),
};

http.createServer(async (request, response) => {
	const query = new URL(request.url, 'http://localhost').searchParams;
	const format = query.get('fm');
	const size = { width: Number(query.get('w')), fastShrinkOnLoad: query.get('fine') !== 'true' };
	const image = sharp(await readFile(photo)).rotate().resize(size);
	const body = await encode[format](image).toBuffer();
	response.writeHead(200, { 'content-type': `image/${format}`, 'content-length': body.length });
	response.end(body);
}).listen(Number(port), host);
