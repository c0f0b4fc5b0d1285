// The preview: asks for what the view says, a moment after its last change, gives
// up what it asked before, and shows the old picture until the new one is there.

const pause = 120; // ms
const accepted = 'image/avif,image/webp,image/*,*/*;q=0.8'; // as browsers ask for images

// What is shown now: the answer's blob, its type, size, width, height and times.
let shown = null;
const showings = []; // who wants to know

let timer = 0;
let asking = new AbortController();

function previewSoon() {
  clearTimeout(timer);
  asking.abort();
  asking = new AbortController();
  $('welcome').hidden = view.image !== '';
  if (view.image === '') return;
  state('loading', target());
  timer = setTimeout(preview, pause, asking.signal);
}

async function preview(signal) {
  const wanted = target();
  try {
    const [answer, original] = await Promise.all([fetched(wanted, signal), factsOf(view.image)]);
    const before = answer.type.startsWith('image/') ? await pictureOf(beforeTarget(), signal) : null;
    signal.throwIfAborted();
    blame();
    answer.type.startsWith('image/') ? await showPicture(answer, before) : await showText(answer);
    signal.throwIfAborted(); // by what was changed while the picture was decoded
    shown = {...answer, original};
    showFacts(shown);
    state('shown', wanted);
    for (const showing of showings) showing();
  } catch (failure) {
    if (signal.aborted) return;
    showFailure(failure);
    state('failed', wanted);
  }
}

function state(name, url) {
  Object.assign($('stage').dataset, {state: name, url});
  $('stage').setAttribute('aria-busy', String(name === 'loading'));
}

// Failure is a problem of the service's.
class Failure extends Error {}

// A browser may keep a problem for seconds; who works on originals here has mended
// it by then.
const rechecked = settings.deployed ? 'default' : 'no-cache';

// fetched asks for a target, and returns the answer whole.
async function fetched(wanted, signal) {
  const url = await servable(wanted);
  const begin = performance.now();
  const response = await fetch(url, {headers: {Accept: accepted}, signal, cache: rechecked});
  const blob = await response.blob();
  if (!response.ok) throw new Failure(await detailOf(response, blob));
  const trip = {name: 'trip', ms: performance.now() - begin};
  return {
    blob, size: blob.size, type: blob.type.split(';')[0],
    cache: response.headers.get('X-Cache'), times: [...timings(response.headers.get('Server-Timing')), trip],
  };
}

async function detailOf(response, blob) {
  try {
    return JSON.parse(await blob.text()).detail;
  } catch {
    return `The service answered ${response.status} ${response.statusText}`;
  }
}

// Whatever was fetched of other pictures is kept while their target is the same.
const kept = new Map();

function keep(name, target, make) {
  const old = kept.get(name);
  if (old?.target === target) return old.value;
  const value = make();
  kept.set(name, {target, value});
  value.catch(() => kept.delete(name)); // to be tried again
  return value;
}

// factsOf is what the service knows of an original, or nothing. Its sides are
// those of the upright picture.
function factsOf(image) {
  const asked = target({fm: 'json'}, image);
  return keep('facts', asked, async () => {
    const facts = JSON.parse(await (await fetched(asked)).blob.text());
    const [width, height] = facts.orientation > 4 ? [facts.height, facts.width] : [facts.width, facts.height];
    return {...facts, width, height};
  }).catch(() => null);
}

// pictureOf is what a target shows; nothing if it can't be had.
function pictureOf(wanted, signal) {
  return keep('before', wanted, async () => (await fetched(wanted, signal)).blob).catch(() => null);
}

// What of the options says where a picture is cut and how large it is. With
// them alone, the original lies exactly under its variant.
const shaping = new Set([
  'w', 'h', 'dpr', 'min-w', 'max-w', 'min-h', 'max-h', 'fit', 'crop', 'ar', 'rect', 'fp-x', 'fp-y', 'fp-z', 'faceindex', 'facepad', 'fill',
  'trim', 'trim-color', 'trim-tol', 'trim-md', 'trim-sd', 'trim-alpha', 'trim-pad', 'orient', 'flip', 'rot', 'rot-type',
  'pad', 'pad-top', 'pad-right', 'pad-bottom', 'pad-left', 'frame',
]);

function beforeTarget() {
  const values = Object.fromEntries(Object.entries(view.values).filter(([name]) => shaping.has(name)));
  return target({...values, q: '90'});
}

const urls = {};

// shownURL is a blob's URL for an image; that of its former blob is given back.
function shownURL(id, blob) {
  const old = urls[id];
  urls[id] = URL.createObjectURL(blob);
  if (old) setTimeout(() => URL.revokeObjectURL(old), 1000);
  return urls[id];
}

// showPicture adds to an answer how large it is.
async function showPicture(answer, before) {
  const next = new Image();
  next.src = shownURL('after', answer.blob);
  await next.decode().catch(() => { throw new Failure('This browser can’t show the answer, which is ' + formatName(answer.type) + '.'); });
  Object.assign(answer, {width: next.naturalWidth, height: next.naturalHeight});
  $('preview').src = next.src;
  $('preview').alt = `${view.image}, as asked for`;
  $('before').hidden = !before;
  if (before) $('before').src = shownURL('before', before);
  reveal('frame');
}

async function showText(answer) {
  const text = await answer.blob.text();
  $('told').textContent = answer.type === 'application/json' ? JSON.stringify(JSON.parse(text), null, 2) : text;
  reveal('told');
}

// reveal shows one of what can be on the stage.
function reveal(id) {
  for (const one of ['frame', 'told']) $(one).hidden = one !== id;
  $('failure').hidden = true;
}

function showFailure(failure) {
  const beside = blame(failure instanceof Failure ? failure.message : '');
  const empty = $('frame').hidden && $('told').hidden; // then the stage says it, too
  tellFailure(textOf(failure));
  $('failure').hidden = beside && !empty;
}

// textOf is the service's own text, or that there was none.
function textOf(failure) {
  return failure instanceof Failure ? failure.message : `The service can’t be reached (${failure.message}).`;
}

// tellFailure says upon the picture what is wrong, and to who listens.
function tellFailure(text) {
  $('failure').textContent = $('status').textContent = text;
  $('failure').hidden = false;
}

function moveDivider() {
  const at = $('divider').value;
  $('frame').style.setProperty('--at', at + '%');
  $('divider').setAttribute('aria-valuetext', `${at} % original, ${100 - at} % variant`);
}

// listen hears of originals that change, where somebody tells. Browsers open six
// connections to a service, for all of its pages together: one that nobody sees
// takes none, and looks at everything when it is seen again.
function listen() {
  if (settings.deployed) return;
  const again = () => {
    kept.clear();
    previewSoon();
  };
  const begin = () => {
    const changes = new EventSource('/changes/');
    changes.addEventListener('stage', again);
    changes.addEventListener('message', event => { if (JSON.parse(event.data).key === view.image) again(); });
    return changes;
  };
  let changes = begin();
  let told = false;
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      told = changes.readyState !== EventSource.CLOSED;
      changes.close();
    } else if (told) {
      changes = begin();
      again();
    }
  });
}

function startPreview() {
  $('divider').addEventListener('input', moveDivider);
  moveDivider();
  watch(previewSoon);
  listen();
}
