// The edge function: what CloudFront runs before it looks into its cache.
//
// It turns every request into the path of the one variant that it asks for:
// /photos/rose.jpg?w=0300&utm_source=x becomes /photos/rose.jpg/-/w=300. So
// the path alone is the cache key, and a request is refused before it costs
// anything. The image function holds the same rules in Go; the two must give
// the same text, letter for letter, and tests compare them.
//
// It runs in cloudfront-js-2.0, whose engine is njs: no for-of, spread,
// destructuring, default arguments, classes, Map or catch without a name.
// Its budget is 10,240 bytes minified, 2 MB of memory and a millisecond. A
// regular expression that does not match keeps 5 kB there until the end of
// the call, so none that usually misses is tried for every parameter. And await
// stands only in statements of its own, const x = await …: elsewhere, among
// arguments say, CloudFront accepts the function and then fails each request.

import cf from 'cloudfront';
import crypto from 'crypto';

// The options, which the bundler puts here: a line for all that take the same
// values, with kind and range (the kind value is left out), and after each &
// an option's name and default. That is options.txt without its repetitions:
//
//   list top|bottom|left|right&fill-gradient-linear-direction=
//   0..100&px=0&sepia=0&q=
const table = '';

// What the stage wants, which the bundler puts here: signing ('required',
// 'optional' or absent), keys (the ids of the valid ones), imgix (whether its
// signatures are valid) and widths (the ladder, or absent).
const stage = {};

const maxLength = 4096; // of path and of query, each
const maxParameters = 40;
const maxAccept = 512;
const maxKey = 1024; // bytes of key and options together: S3's limit

async function handler(event) {
  const request = event.request;
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(405, 'method_not_allowed', 'images are read by GET and HEAD');
    }
    const query = rawQuery(request);
    const pairs = pairsOf(request.uri, query);
    if (toVerify(pairs)) {
      const secret = await secretOf(pairs);
      verify(request.uri, query, secret, pairs);
    }
    const preset = await presetOf(pairs);
    const key = encodedKey(request.uri);
    if (!preset) refuse(400, 'bad_option', 'there is no such preset');
    const values = normalValues(parameters(preset.split('&').concat(pairs)));
    if (stage.widths) climb(values, stage.widths);
    values.auto = negotiated(values.auto || '', acceptHeader(request));
    return rewritten(request, variantPath(key, canonical(values)));
  } catch (problem) {
    if (!problem.code) throw problem;
    return answer(problem);
  }
}

// --- The request ---

// Test events carry the parsed query only, and an empty raw one.
function rawQuery(request) {
  const fields = request.querystring;
  return request.rawQueryString() || Object.keys(fields).map(name => name + '=' + fields[name].value).join('&');
}

// The query's parameters as sent; refused before they cost more time than
// there is.
function pairsOf(uri, query) {
  const pairs = query.split('&', maxParameters + 1);
  if (uri.length > maxLength || query.length > maxLength || pairs.length > maxParameters) {
    refuse(400, 'too_long', `path or query are longer than ${maxLength} bytes or ${maxParameters} parameters`);
  }
  return pairs;
}

// The values of the parameters of one name, as sent.
function sent(pairs, name) {
  return pairs.filter(pair => pair.startsWith(name + '=')).map(pair => pair.slice(name.length + 1));
}

function acceptHeader(request) {
  const header = request.headers.accept;
  if (!header) return '';
  return (header.multiValue || [header]).map(one => one.value).join(',');
}

function rewritten(request, path) {
  request.uri = path;
  request.querystring = {};
  request.headers['x-primrose-variant'] = {value: path};
  return request;
}

// --- The signature ---

// A signed query ends in kid=<id of the key>&expires=<seconds since 1970>&s=<signature>,
// where expires may be absent. The signature is HMAC-SHA256, in base64url, of
// all that stands before "&s=": path, question mark and query as they are
// sent. Without kid it is imgix's: MD5, in hexadecimal, of its token and the
// same text, or of token and path where nothing but s is in the query. The
// secrets are in the KeyValueStore, which is asked only for those that the
// stage names.

function toVerify(pairs) {
  return stage.signing === 'required' || stage.signing && sent(pairs, 's').length > 0;
}

function secretOf(pairs) {
  const id = sent(pairs, 'kid').pop();
  if (id === undefined ? !stage.imgix : !stage.keys.includes(id)) refuseSignature();
  return cf.kvs().get('key.' + (id || 'imgix')).catch(() => ''); // it has no such key yet
}

function verify(uri, query, secret, pairs) {
  const start = ('&' + query).lastIndexOf('&s=');
  if (!secret || start < 0) refuseSignature();
  const covered = start > 0 ? uri + '?' + query.slice(0, start - 1) : uri;
  const right = sent(pairs, 'kid').length
    ? crypto.createHmac('sha256', secret).update(covered).digest('base64url')
    : crypto.createHash('md5').update(secret + covered).digest('hex');
  if (!same(right, query.slice(start + 2))) refuseSignature();
  const times = sent(pairs, 'expires');
  if (!times.every(inFuture)) refuse(403, 'expired', 'the URL has expired: ask for a new one');
}

function refuseSignature() {
  refuse(403, 'bad_signature', 'the URL is not signed, or not by a key that is valid here');
}

// Compares two texts in a time that does not tell where they begin to differ.
function same(right, text) {
  let difference = right.length ^ text.length;
  for (let i = 0; i < right.length; i++) difference |= right.charCodeAt(i) ^ text.charCodeAt(i);
  return difference === 0;
}

function inFuture(time) {
  return whole(/^[0-9]{1,10}/, time) && time * 1000 > Date.now();
}

// --- The key ---

// The original's key in the one spelling that CloudFront, S3 and API Gateway
// all read alike: all but the unreserved characters of RFC 3986 and the slash
// is encoded.
function encodedKey(uri) {
  const key = unescaped(uri.slice(1));
  if (uri[0] !== '/' || key === null || !validKey(key)) {
    refuse(400, 'bad_path', 'the path names no image: it must be percent-encoded UTF-8, ' +
      'without control characters and empty, "." or ".." segments');
  }
  return encodeURIComponent(key).split('%2F').join('/')
    .replace(/[!'()*]/g, letter => '%' + letter.charCodeAt(0).toString(16).toUpperCase());
}

// Null if there is a bad escape, or no UTF-8.
function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch (invalid) {
    return null;
  }
}

// S3 is told what to delete in XML, which cannot spell U+FFFE and U+FFFF: what
// is made of such a key would outlive its original.
function validKey(key) {
  const odd = key.split('/').some(segment => segment === '' || segment === '.' || segment === '..');
  return !odd && whole(/^[^\x00-\x1f\x7f-\x9f\ufffe\uffff]+/, key);
}

function variantPath(key, options) {
  const path = key + '/-/' + options;
  const escapes = path.split('%').length - 1; // each is three letters for one byte
  if (path.length - 2 * escapes > maxKey) {
    refuse(400, 'too_long', `the key and the options together are longer than ${maxKey} bytes`);
  }
  return '/' + path;
}

// --- The options ---

// A value in its one spelling by its kind, or nothing. It gets the text in
// lower case, the range, and the text as it is. This stands here because njs
// finds a const only where it stands before what uses it.
const kinds = {
  value: places,
  corners(plain, range) {
    return places(plain, range) || places(plain, [range, range, range, range].join());
  },
  list(plain, range) {
    const words = range.split('|');
    const asked = plain.split(',');
    return asked.every(word => words.includes(word)) && words.filter(word => asked.includes(word)).join('_');
  },
  flag(plain) {
    return {0: '0', false: '0', 1: '1', true: '1'}[plain];
  },
  text(plain, range, text) {
    const encoded = base64url(text);
    const bytes = encoded.length * 3 >> 2;
    return within(String(bytes), range) && whole(/^[^\x00-\x09\x0b-\x1f\x7f]*/, text) && encoded;
  },
  path(plain, range, text) {
    const key = text[0] === '/' ? text.slice(1) : text;
    return alternative(plain, range) || validKey(key) && base64url('/' + key);
  },
};

// A preset is a query of the stage's own, in the KeyValueStore. It counts as if
// it stood before the URL's: what the URL says goes before what the preset says.
// Where none is asked for, it says nothing; where there is none, it is empty.
function presetOf(pairs) {
  const name = sent(pairs, 'preset').pop();
  return name === undefined ? '&' : cf.kvs().get('preset.' + name).catch(() => '');
}

// The option of a name, which holds neither "&" nor "="; nothing if there is
// none.
function find(name) {
  const start = name ? table.indexOf('&' + name + '=') : -1;
  if (start < 0) return null;
  const values = table.slice(table.lastIndexOf('\n', start) + 1, start).split('&')[0].split(' ');
  const rest = table.slice(start + name.length + 2, table.indexOf('\n', start));
  return {name: name, range: values.pop(), kind: values[0] || 'value', fallback: rest.split('&')[0]};
}

// The options that are given, with their texts. Of an option given twice the
// last counts; auto's are joined. Names are not decoded. One that ends in 64 has
// its value in base64url.
function parameters(pairs) {
  const given = {};
  pairs.forEach(pair => {
    const spelling = pair.split('=')[0];
    const encoded = spelling.endsWith('64');
    const option = find(encoded ? spelling.slice(0, -2) : spelling);
    if (!option) return;
    const value = pair.slice(spelling.length + 1);
    option.text = encoded ? fromBase64url(value) : unescaped(value.split('+').join(' '));
    if (option.text === null) refuseValue(option);
    if (option.name === 'auto' && given.auto) option.text = given.auto.text + ',' + option.text;
    given[option.name] = option;
  });
  return given;
}

// Only what is spelled as it would be here again is valid base64url of valid
// UTF-8: the decoder overlooks the rest.
function fromBase64url(value) {
  const text = Buffer.from(value, 'base64url').toString();
  return base64url(text) === value ? text : null;
}

function base64url(text) {
  return Buffer.from(text).toString('base64url');
}

// The values in their one spelling by name, but for defaults.
function normalValues(given) {
  const values = {};
  Object.keys(given).sort().forEach(name => {
    const option = given[name];
    const value = normal(option);
    if (typeof value !== 'string') refuseValue(option);
    if (value !== option.fallback) values[name] = value;
  });
  return values;
}

// An option's text in its one spelling, or something else than a text. Only
// ASCII's capitals are lowered: toLowerCase would make others ASCII.
function normal(option) {
  const plain = whole(/^[!-~]+/, option.text) ? option.text.toLowerCase() : '';
  return kinds[option.kind](plain, option.range, option.text);
}

// Places separated by commas or colons, each in a range of its own.
function places(text, range) {
  const separator = range.includes(':') ? ':' : ',';
  const ranges = range.split(separator);
  const values = text.split(separator).map((value, i) => ranges[i] && alternative(value, ranges[i]));
  return values.length === ranges.length && values.every(value => value) && values.join('_');
}

// A text as the first of a range's alternatives that takes it. A word is spelled
// as it is there; <color> and <key> are none, and keys are path's affair.
function alternative(text, range) {
  return range.split('|').reduce((value, one) => value || (
    one.includes('..') ? within(text, one) : one === '<color>' ? color(text) : text !== '<key>' && text === one && text
  ), '');
}

// A number without needless zeros, cut after as many decimals as the range's
// lower bound is written with. It is spelled by its letters: parsed and printed,
// it might differ between two languages.
function within(text, range) {
  const parts = text.length <= 32 && whole(/^(-?)0*([0-9]+|(?=\.[0-9]))(\.[0-9]+)?/, text);
  if (!parts) return null;
  const bounds = range.split('..');
  let number = parts[2] || '0';
  if (parts[3]) {
    const decimals = (bounds[0].split('.')[1] || '').length;
    number += parts[3].slice(0, decimals + 1).replace(/\.?0*$/, '');
  }
  if (number !== '0') number = parts[1] + number;
  const size = Number(number);
  return size >= bounds[0] && size <= bounds[1] && number;
}

// The short forms' digits are doubled. A name stays a name: only the image
// function knows which there are.
function color(text) {
  if (!/^([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8}|[a-z]+)$/.test(text)) return null;
  return /^[0-9a-f]{3,4}$/.test(text) ? text.replace(/./g, '$&$&') : text;
}

// The pattern's groups if it matches all of a text. In njs, $ also matches
// before a newline that ends the text.
function whole(pattern, text) {
  const groups = pattern.exec(text);
  return groups && groups[0] === text ? groups : null;
}

// The options beside which no length in pixels is left that dpr multiplies.
const sizes = 'w h dpr fit crop ar rect fm q auto bg'.split(' ');

// Rounds a size up to the ladder's next width, or down to its last one, so
// that few variants serve all sizes. The size is w times dpr, or h times dpr
// where there is no w; parts of the original's sides stay. Beside w, h keeps its
// ratio to it. dpr goes into the size, but for options that need it themselves.
function climb(values, ladder) {
  const side = values.w ? 'w' : 'h';
  const asked = values[side];
  if (!(asked >= 1)) return;
  const dpr = values.dpr || 1;
  const wanted = Math.round(asked * dpr);
  let size = ladder.filter(width => width >= wanted)[0] || ladder[ladder.length - 1];
  if (Object.keys(values).every(name => sizes.includes(name))) values.dpr = '';
  else size = pixels(size / dpr);
  if (values.w && values.h >= 1) values.h = pixels(values.h * size / asked);
  values[side] = size;
}

function pixels(length) {
  return Math.min(Math.round(length) || 1, 8192);
}

// name=value pairs, sorted, joined by commas. Where what is asked for is no
// image, there is no format to choose. Where auto's format is all that is left,
// it stays: a variant is wanted, not the original's very bytes, which may tell
// where a photo was taken.
function canonical(values) {
  const described = values.palette || /json|hash/.test(values.fm);
  const auto = without(values.auto, described ? 'redeye_true_avif_webp' : 'redeye_true');
  values.auto = without(auto, 'format');
  const pairs = Object.keys(values).sort().filter(name => values[name]).map(name => name + '=' + values[name]);
  return pairs.join(',') || (auto === 'format' ? 'auto=format' : 'original');
}

// --- Content negotiation ---

// auto's word format becomes the formats that the viewer prefers to others by
// its Accept header (RFC 9110, section 12.5.1). They must be named: */* comes
// from programs that cannot read them. The image function tries AVIF first,
// so AVIF is left out where the viewer prefers WebP.
function negotiated(auto, accept) {
  const words = auto.split('_');
  if (words[0] !== 'format') return auto;
  const plain = accept.length <= maxAccept && whole(/^[ -~\t]*/, accept);
  const best = plain ? weights(accept.toLowerCase()) : {};
  const formats = [];
  if (best.avif > 0 && best.avif >= best.webp && best.avif >= best.other) formats.push('avif');
  if (best.webp > 0 && best.webp >= best.other) formats.push('webp');
  return formats.length ? formats.concat(words.slice(1)).join('_') : auto;
}

function weights(accept) {
  const best = {avif: 0, webp: 0, other: 0};
  accept.replace(/[ \t]/g, '').split(',').forEach(item => {
    const parts = item.split(';q=');
    const range = parts[0].split(';')[0];
    if (range !== '*/*' && !range.startsWith('image/')) return;
    const format = range === 'image/avif' ? 'avif' : range === 'image/webp' ? 'webp' : 'other';
    const q = parts.length > 1 ? Number(within(parts[1], '0.000..1') || 0) : 1; // 0 if it is malformed
    best[format] = Math.max(best[format], q);
  });
  return best;
}

function without(list, words) {
  return list.split('_').filter(word => !words.split('_').includes(word)).join('_');
}

// --- Problems ---

const titles = {400: 'Bad Request', 403: 'Forbidden', 405: 'Method Not Allowed'};

// Ends the call with a problem as RFC 9457 spells it.
function refuse(status, code, detail) {
  throw {title: titles[status], status: status, code: code, detail: detail};
}

// Says what is wrong, and shows the value only where that can harm no reader.
function refuseValue(option) {
  const name = option.name;
  const subject = whole(/^[\w.,:-]{1,40}/, option.text || '') ? name + '=' + option.text
    : `the ${option.text === null ? 'encoding' : 'value'} of ${name}`;
  const range = option.range.replace(/<color>/g, '[f80, red]').replace('<key>', '[key, no URL]');
  refuse(400, 'bad_option', `${subject} is refused: ${name} takes a ${option.kind} ${range}`);
}

// A problem is kept in caches for a moment only.
function answer(problem) {
  const headers = {
    'content-type': {value: 'application/problem+json'},
    'cache-control': {value: 'public, max-age=5'},
    'x-content-type-options': {value: 'nosniff'},
  };
  if (problem.status === 405) headers.allow = {value: 'GET, HEAD'};
  return {statusCode: problem.status, headers: headers, body: {encoding: 'text', data: JSON.stringify(problem)}};
}
