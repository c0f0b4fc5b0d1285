// Hashes pictures by the packages of those who invented the hashes. Reads
// [{width, height, pixels, blurhash}, …], pixels in base64, the BlurHash as it
// was made of them; writes [{blurhash, thumbhash, ours, theirs}, …], of which the
// last two tell how far the pictures that are drawn from the BlurHashes are from
// the pixels, as mean square.
import { decode, encode } from 'blurhash'
import { rgbaToThumbHash } from 'thumbhash'

function distance(hash, rgba, width, height) {
  const drawn = decode(hash, width, height)
  let sum = 0
  drawn.forEach((sample, i) => { if (i % 4 !== 3) sum += (sample - rgba[i]) ** 2 })
  return sum / (3 * width * height)
}

let text = ''
for await (const chunk of process.stdin) text += chunk
const hashes = JSON.parse(text).map(({ width, height, pixels, blurhash }) => {
  const rgba = new Uint8ClampedArray(Buffer.from(pixels, 'base64'))
  const own = encode(rgba, width, height, 5, 5)
  return {
    blurhash: own,
    thumbhash: Buffer.from(rgbaToThumbHash(width, height, rgba)).toString('base64'),
    ours: distance(blurhash, rgba, width, height),
    theirs: distance(own, rgba, width, height),
  }
})
process.stdout.write(JSON.stringify(hashes))
