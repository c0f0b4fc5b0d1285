// Drawing: a rectangle to cut out, or a focal point, on the upright original, by
// pointer and by keyboard. Both are parts of its sides, 0 to 1.

const hints = {
  compare: 'Drag the divider, or use the arrow keys on it.',
  rect: 'Drag on the picture. Arrow keys move the rectangle, with Shift they size it.',
  point: 'Point at what must stay in the picture, or use the arrow keys.',
};

let mode = 'compare';

function enter(next) {
  mode = next;
  $('stage').dataset.mode = mode;
  $('hint').textContent = hints[mode];
  $('board').hidden = mode === 'compare';
  $('rect').hidden = mode !== 'rect';
  $('point').hidden = mode !== 'point';
  showBoard();
}

// part writes a part of a side as the service reads it.
function part(number) {
  return String(Math.round(Math.min(1, Math.max(0, number)) * 1e4) / 1e4);
}

// rectOf reads the view's rectangle; all of the picture if it can't be drawn.
function rectOf() {
  const all = {x: 0, y: 0, w: 1, h: 1};
  const [x, y, w, h] = (view.values.rect ?? '').split(',').map((text, i) => sideOf(text, i));
  return [x, y, w, h].every(Number.isFinite) ? {x, y, w: Math.min(w, 1 - x), h: Math.min(h, 1 - y)} : all;
}

// sideOf is a place of rect as a part of the original's side.
function sideOf(text, i) {
  if (text === 'full') return 1;
  const number = Number.parseFloat(text);
  const side = i % 2 ? $('upright').naturalHeight : $('upright').naturalWidth;
  return number < 1 ? number : number / (side * uprightScale());
}

// uprightScale is how much larger the original is than what is drawn upon.
function uprightScale() {
  const facts = shown?.original;
  return facts ? Math.max(facts.width, facts.height) / Math.max($('upright').naturalWidth, $('upright').naturalHeight) : 1;
}

function tellRect({x, y, w, h}) {
  const full = x <= 0 && y <= 0 && w >= 1 && h >= 1;
  const side = length => length >= 0.99995 ? 'full' : part(Math.max(length, 0.0001));
  change({values: {rect: full ? '' : [part(Math.min(x, 0.9999)), part(Math.min(y, 0.9999)), side(w), side(h)].join(',')}});
}

function pointOf() {
  return {x: Number(view.values['fp-x'] ?? 0.5), y: Number(view.values['fp-y'] ?? 0.5)};
}

// tellPoint sees to it that the point counts: something must be cut by it.
function tellPoint({x, y}) {
  const values = {'fp-x': part(x), 'fp-y': part(y), fit: 'crop', crop: 'focalpoint'};
  if (!view.values.ar && !(view.values.w && view.values.h)) values.ar = '1:1';
  change({values});
}

let drawnOn = null; // a blob

async function showBoard() {
  if (mode === 'compare' || view.image === '') return;
  const values = {w: '1200', h: '1200', fit: 'max', auto: 'format'};
  if (view.values.orient) values.orient = view.values.orient;
  const picture = await keep('upright', target(values), async () => (await fetched(target(values))).blob).catch(() => null);
  if (picture && drawnOn !== picture) {
    drawnOn = picture;
    $('upright').src = shownURL('upright', picture);
    await $('upright').decode().catch(() => {});
  }
  drawRect();
  drawPoint();
}

const percent = number => Math.round(number * 100) + ' %';

function drawRect() {
  const {x, y, w, h} = rectOf();
  const box = $('rect');
  for (const [name, value] of Object.entries({'--x': x, '--y': y, '--w': w, '--h': h})) box.style.setProperty(name, value);
  box.setAttribute('aria-valuenow', Math.round(x * 100));
  box.setAttribute('aria-valuetext', `${percent(x)} from the left, ${percent(y)} from the top, ${percent(w)} wide, ${percent(h)} high`);
}

function drawPoint() {
  const {x, y} = pointOf();
  $('point').style.setProperty('--x', x);
  $('point').style.setProperty('--y', y);
  $('point').setAttribute('aria-valuenow', Math.round(x * 100));
  $('point').setAttribute('aria-valuetext', `${percent(x)} from the left, ${percent(y)} from the top`);
}

const within = (number, low, high) => Math.min(high, Math.max(low, number));

// where is a pointer's place as parts of the picture's sides.
function where(event) {
  const box = $('drawing').getBoundingClientRect();
  return {x: within((event.clientX - box.left) / box.width, 0, 1), y: within((event.clientY - box.top) / box.height, 0, 1)};
}

// between is the rectangle of two corners.
function between(a, b) {
  return {x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), w: Math.abs(a.x - b.x), h: Math.abs(a.y - b.y)};
}

// drag follows a pointer, and calls step with each place until it is released.
function drag(event, step) {
  event.preventDefault();
  const board = $('drawing');
  board.setPointerCapture(event.pointerId);
  const move = moved => step(where(moved));
  const end = () => {
    board.removeEventListener('pointermove', move);
    board.removeEventListener('pointerup', end);
    board.removeEventListener('pointercancel', end);
  };
  board.addEventListener('pointermove', move);
  board.addEventListener('pointerup', end);
  board.addEventListener('pointercancel', end);
}

// begin is a pointer that goes down: a corner sizes the rectangle, its inside
// moves it, and elsewhere a new one begins.
function begin(event) {
  if (event.button !== 0) return;
  const from = where(event);
  if (mode === 'point') {
    tellPoint(from);
    $('point').focus();
    return drag(event, tellPoint);
  }
  const old = rectOf();
  const corner = [...$('rect').children].indexOf(event.target);
  $('rect').focus();
  if (corner >= 0) {
    const fixed = {x: corner % 2 ? old.x : old.x + old.w, y: corner > 1 ? old.y : old.y + old.h};
    return drag(event, to => tellRect(between(fixed, to)));
  }
  const whole = old.w > 0.999 && old.h > 0.999;
  if (event.target === $('rect') && !whole) {
    return drag(event, to => tellRect({...old, x: within(old.x + to.x - from.x, 0, 1 - old.w), y: within(old.y + to.y - from.y, 0, 1 - old.h)}));
  }
  drag(event, to => {
    const drawn = between(from, to);
    if (drawn.w > 0.01 && drawn.h > 0.01) tellRect(drawn);
  });
}

const arrows = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
const stride = 0.02;

function pressOnRect(event) {
  const [dx, dy] = (arrows[event.key] ?? [0, 0]).map(one => one * stride);
  if (!dx && !dy) return;
  event.preventDefault();
  const {x, y, w, h} = rectOf();
  if (event.shiftKey) tellRect({x, y, w: within(w + dx, stride, 1 - x), h: within(h + dy, stride, 1 - y)});
  else tellRect({x: within(x + dx, 0, 1 - w), y: within(y + dy, 0, 1 - h), w, h});
}

function pressOnPoint(event) {
  const [dx, dy] = (arrows[event.key] ?? [0, 0]).map(one => one * stride);
  if (!dx && !dy) return;
  event.preventDefault();
  const {x, y} = pointOf();
  tellPoint({x: within(x + dx, 0, 1), y: within(y + dy, 0, 1)});
}

function startDrawing() {
  for (const radio of document.querySelectorAll('[name=mode]')) radio.addEventListener('change', () => enter(radio.value));
  $('drawing').addEventListener('pointerdown', begin);
  $('rect').addEventListener('keydown', pressOnRect);
  $('point').addEventListener('keydown', pressOnPoint);
  watch(showBoard);
  showings.push(showBoard);
  enter('compare');
}
