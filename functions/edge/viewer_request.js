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
// the call, so none is used where a miss is usual. And await stands only in
// statements of its own, const x = await …: elsewhere, among arguments say,
// CloudFront accepts the function and then fails each request.

import cf from 'cloudfront';
import crypto from 'crypto';

// The options, a line each: name, kind, range, default. The bundler puts
// options.txt here, without comments.
const table = '';

// What the stage wants, which the bundler puts here: signing ('required', or
// absent), keys (the ids of the valid ones) and widths (the ladder, or absent).
const stage = {};

const maxLength = 4096; // of path and of query, each
const maxParameters = 40;
const maxAccept = 512;
const maxKey = 1024; // bytes of key and options together: S3's limit

async function handler(event) {
  const request = event.request;
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(405, 'method_not_allowed', 'images are read by GET and HEAD only');
    }
    const query = rawQuery(request);
    const pairs = pairsOf(request.uri, query);
    if (stage.signing === 'required') {
      const secret = await secretOf(pairs);
      verify(request.uri, query, secret, pairs);
    }
    const key = encodedKey(request.uri);
    const given = parameters(pairs);
    // Presets belong here: they add to what is given.
    const values = normalValues(given);
    if (stage.widths) climb(values, stage.widths);
    values.auto = negotiated(values.auto, acceptHeader(request));
    return rewritten(request, variantPath(key, canonical(values)));
  } catch (problem) {
    if (!problem.code) throw problem;
    return answer(problem);
  }
}

// --- The request ---

// Test events carry the parsed query only, and an empty raw one.
function rawQuery(request) {
  const raw = request.rawQueryString && request.rawQueryString();
  if (raw) return raw;
  const pairs = [];
  Object.keys(request.querystring).forEach(name => {
    const field = request.querystring[name];
    (field.multiValue || [field]).forEach(one => pairs.push(name + '=' + one.value));
  });
  return pairs.join('&');
}

// The query's parameters as sent; refused before they cost more time than
// there is.
function pairsOf(uri, query) {
  if (uri.length > maxLength || query.length > maxLength) {
    refuse(400, 'too_long', `the path or the query is longer than ${maxLength} bytes`);
  }
  const pairs = query.split('&');
  if (pairs.length > maxParameters) {
    refuse(400, 'too_long', `the query has more than ${maxParameters} parameters`);
  }
  return pairs;
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
// sent. The secrets are in the KeyValueStore, which is asked only for those
// that the stage names.

const unsigned = 'the URL is not signed, or not by a key that is valid here';

function secretOf(pairs) {
  const id = sent(pairs, 'kid').pop();
  if (stage.keys.indexOf(id) < 0) refuse(403, 'bad_signature', unsigned);
  return cf.kvs().get('key.' + id).catch(() => ''); // it has no such key yet
}

function verify(uri, query, secret, pairs) {
  const end = query.lastIndexOf('&s=');
  const signed = uri + '?' + query.slice(0, end);
  const right = secret && crypto.createHmac('sha256', secret).update(signed).digest('base64url');
  if (!right || !same(right, query.slice(end + 3))) refuse(403, 'bad_signature', unsigned);
  const times = sent(pairs, 'expires');
  if (!times.every(inFuture)) refuse(403, 'expired', 'the URL has expired: ask for a new one where it came from');
}

// The values of the parameters of one name.
function sent(pairs, name) {
  return pairs.filter(pair => pair.indexOf(name + '=') === 0).map(pair => pair.slice(name.length + 1));
}

// Compares two texts in a time that does not tell where they begin to differ.
function same(right, text) {
  let difference = right.length ^ text.length;
  for (let i = 0; i < right.length; i++) difference |= right.charCodeAt(i) ^ text.charCodeAt(i);
  return difference === 0;
}

function inFuture(time) {
  return whole(/^[0-9]{1,10}/, time) && Number(time) * 1000 > Date.now();
}

// --- The key ---

// What encodeURIComponent spells in another way than RFC 3986's unreserved
// characters and a slash between segments want it.
const respelled = {'!': '%21', "'": '%27', '(': '%28', ')': '%29', '*': '%2A', '%2F': '/'};

// The original's key in the one spelling that CloudFront, S3 and API Gateway
// all read alike: all but the unreserved characters and the slash is encoded.
function encodedKey(uri) {
  let encoded = '';
  try {
    const key = decodeURIComponent(uri.slice(1));
    if (uri[0] === '/' && validKey(key)) encoded = encodeURIComponent(key);
  } catch (invalid) {} // a bad escape, or no UTF-8
  if (!encoded) {
    refuse(400, 'bad_path', 'the path names no image: it must be valid percent-encoded UTF-8 ' +
      'without control characters and without empty, "." or ".." segments');
  }
  return Object.keys(respelled).reduce((key, text) => key.split(text).join(respelled[text]), encoded);
}

// S3 is told what to delete in XML, which cannot spell U+FFFE and U+FFFF: what
// is made of such a key would outlive its original.
function validKey(key) {
  const odd = key.split('/').some(segment => segment === '' || segment === '.' || segment === '..');
  return !odd && !/[\x00-\x1f\x7f-\x9f\ufffe\uffff]/.test(key);
}

function variantPath(key, options) {
  const suffix = '/-/' + (options || 'original');
  const escapes = key.split('%').length - 1; // each is three letters for one byte
  if (key.length - 2 * escapes + suffix.length > maxKey) {
    refuse(400, 'too_long', `the key and the options together are longer than ${maxKey} bytes`);
  }
  return '/' + key + suffix;
}

// --- The options ---

const lines = '\n' + table;

// The columns of an option's line; nothing if there is no such option.
function find(name) {
  const start = name.indexOf(' ') < 0 ? lines.indexOf('\n' + name + ' ') : -1;
  return start < 0 ? null : lines.slice(start + 1, lines.indexOf('\n', start + 1)).split(' ');
}

// The raw values by name. Of an option given twice the last counts; auto's
// are joined. Names are not decoded.
function parameters(pairs) {
  const given = {};
  pairs.forEach(pair => {
    const name = pair.split('=')[0];
    if (!find(name)) return;
    const value = pair.slice(name.length + 1);
    given[name] = name === 'auto' && given.auto !== undefined ? given.auto + ',' + value : value;
  });
  return given;
}

function normalValues(given) {
  const values = {};
  Object.keys(given).sort().forEach(name => {
    const option = find(name);
    const value = normal(option[1], option[2], given[name]);
    if (!value) refuseValue(option, given[name]);
    values[name] = value;
  });
  return values;
}

// Rounds a size up to the ladder's next width, or down to its last one, so
// that few variants serve all sizes. dpr is a part of the size that is asked
// for. The height keeps the ratio to the width; alone, it climbs itself.
function climb(values, ladder) {
  const side = values.w ? 'w' : 'h';
  const asked = values[side];
  if (!asked) return;
  const wanted = Math.floor(asked * (values.dpr || 1) + 0.5);
  const rung = ladder.filter(width => width >= wanted)[0] || ladder[ladder.length - 1];
  if (values.w && values.h) values.h = String(Math.min(Math.max(Math.floor(values.h * rung / asked + 0.5), 1), 8192));
  values[side] = String(rung);
  values.dpr = '';
}

// A value in its one spelling; nothing if it is none. No value holds a space,
// an underscore or anything but ASCII, whose capitals are the only ones that
// toLowerCase may touch.
function normal(kind, range, raw) {
  let value = '';
  try {
    value = decodeURIComponent(raw.split('+').join(' '));
  } catch (invalid) {}
  return whole(/^[!-^`-~]+/, value) && kinds[kind](value.toLowerCase(), range);
}

const kinds = {
  number(value, range) {
    const separator = range.indexOf(':') < 0 ? ',' : ':';
    const ranges = range.split(separator);
    const texts = value.split(separator);
    if (texts.length !== ranges.length) return null;
    const numbers = texts.map((text, i) => within(text, ranges[i]));
    return numbers.every(number => number) && numbers.join('_');
  },
  word(value, range) {
    return range.split('|').indexOf(value) >= 0 && value;
  },
  list(value, range) {
    const words = range.split('|');
    const asked = value.split(',');
    return asked.every(word => words.indexOf(word) >= 0) && words.filter(word => asked.indexOf(word) >= 0).join('_');
  },
  flag(value) {
    return ['0', 'false'].indexOf(value) >= 0 ? '0' : ['1', 'true'].indexOf(value) >= 0 && '1';
  },
  color(value) {
    if (!/^([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8}|[a-z]+)$/.test(value)) return null;
    return /^[0-9a-f]{3,4}$/.test(value) ? value.replace(/./g, '$&$&') : value;
  },
};

// A number that keeps as many decimals as its lower bound is written with.
function within(text, range) {
  const bounds = range.split('..');
  const number = decimal(text, (bounds[0].split('.')[1] || '').length);
  return number && Number(number) >= Number(bounds[0]) && Number(number) <= Number(bounds[1]) && number;
}

// A number without needless zeros, cut after some decimals. It is spelled by
// its letters: parsed and printed, it might differ between two languages.
function decimal(text, kept) {
  const parts = text.length <= 32 && whole(/^(-?)0*([0-9]+)(\.[0-9]+)?/, text);
  if (!parts) return null;
  let fraction = (parts[3] || '.').slice(0, kept + 1);
  while (fraction.endsWith('0') || fraction === '.') fraction = fraction.slice(0, -1);
  const number = parts[2] + fraction;
  return number === '0' ? number : parts[1] + number;
}

// The pattern's groups if it matches all of a text. In njs, $ also matches
// before a newline that ends the text.
function whole(pattern, text) {
  const groups = pattern.exec(text);
  return groups && groups[0] === text ? groups : null;
}

// name=value pairs, sorted, joined by commas, without defaults. With fm=json
// no image is encoded, so there is no format to choose. Where auto's format
// is all that is left, it stays: a variant is wanted, not the original's very
// bytes, which may tell where a photo was taken.
function canonical(values) {
  if (values.fm === 'json') values.auto = without(values.auto, ['avif', 'webp']);
  const auto = values.auto;
  values.auto = without(auto, ['format']);
  const pairs = Object.keys(values).sort()
    .filter(name => values[name] && values[name] !== find(name)[3])
    .map(name => name + '=' + values[name]);
  return pairs.length || auto !== 'format' ? pairs.join(',') : 'auto=format';
}

// --- Content negotiation ---

// auto's word format becomes the formats that the viewer prefers to others by
// its Accept header (RFC 9110, section 12.5.1). They must be named: */* comes
// from programs that cannot read them. The image function tries AVIF first,
// so AVIF is left out where the viewer prefers WebP.
function negotiated(auto, accept) {
  const words = (auto || '').split('_');
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
  accept.split(' ').join('').split('\t').join('').split(',').forEach(item => {
    const range = item.split(';')[0];
    if (range !== '*/*' && range.indexOf('image/') !== 0) return;
    const format = range === 'image/avif' ? 'avif' : range === 'image/webp' ? 'webp' : 'other';
    best[format] = Math.max(best[format], weight(item));
  });
  return best;
}

// A media range's q: 1 if there is none, 0 if it is malformed.
function weight(item) {
  const q = item.split(';').slice(1).filter(parameter => parameter.indexOf('q=') === 0)[0];
  if (!q) return 1;
  const number = Number(decimal(q.slice(2), 3) || 0);
  return number >= 0 && number <= 1 ? number : 0;
}

function without(list, words) {
  return (list || '').split('_').filter(word => words.indexOf(word) < 0).join('_');
}

// --- Problems ---

function refuse(status, code, detail) {
  throw {status: status, code: code, detail: detail};
}

// Says what is wrong, and shows the value only where that can harm no reader.
function refuseValue(option, value) {
  const name = option[0];
  const subject = whole(/^[A-Za-z0-9._,:-]{1,40}/, value) ? name + '=' + value : 'the value of ' + name;
  refuse(400, 'bad_option', `${subject} is refused: ${name} takes a ${option[1]} ${option[2]}`);
}

// A problem as RFC 9457 spells it, kept in caches for a moment only.
function answer(problem) {
  const title = {400: 'Bad Request', 403: 'Forbidden', 405: 'Method Not Allowed'}[problem.status];
  const headers = {
    'content-type': {value: 'application/problem+json'},
    'cache-control': {value: 'public, max-age=5'},
    'x-content-type-options': {value: 'nosniff'},
  };
  if (problem.status === 405) headers.allow = {value: 'GET, HEAD'};
  const body = {title: title, status: problem.status, code: problem.code, detail: problem.detail};
  return {
    statusCode: problem.status,
    statusDescription: title,
    headers: headers,
    body: {encoding: 'text', data: JSON.stringify(body)},
  };
}
