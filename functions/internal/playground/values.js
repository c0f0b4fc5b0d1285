// Values: what the table says that an option takes, read for its control.

// placesOf reads a range: what is between the values, and what each place takes.
function placesOf(option) {
  const between = option.range.includes(':') ? ':' : ',';
  return {between, places: option.range.split(between).map(placeOf)};
}

// placeOf reads one place's alternatives.
function placeOf(text) {
  const place = {words: [], numbers: [], color: false, key: false};
  for (const alternative of text.split('|')) {
    const [low, high] = alternative.split('..');
    if (alternative === '<color>') place.color = true;
    else if (alternative === '<key>') place.key = true;
    else if (high !== undefined) place.numbers.push({low: +low, high: +high, decimals: (low.split('.')[1] || '').length});
    else place.words.push(alternative);
  }
  return place;
}

// Names of places, where more than one makes a value.
const placeNames = {
  rect: ['x', 'y', 'width', 'height'],
  ar: ['width', 'height'],
  border: ['width', 'colour'],
  duotone: ['dark', 'light'],
  'grid-colors': ['first', 'second'],
  'fill-gradient-linear': ['from', 'to'],
  'fill-gradient-radial': ['inside', 'outside'],
  'fill-gradient-radial-radius': ['inner', 'outer'],
};

// What the other places say while only some are filled in.
const placeStarts = {rect: ['0', '0', 'full', 'full'], ar: ['1', '1'], border: ['8', 'ffffff']};

function placeStart(name, i, place) {
  return placeStarts[name]?.[i] ?? (place.color ? ['000000', 'ffffff'][i] : String(place.numbers[0].low || 1));
}

// scaleOf is how a slider goes over a range: evenly, or where that is wide, ever
// faster. It has 0 at its start where nothing is chosen.
function scaleOf({low, high, decimals}) {
  const span = high - low;
  if (low < 0 || span < 1000) {
    const step = Math.max(span > 50 ? 1 : span > 5 ? 0.1 : 0.01, 10 ** -decimals);
    return {min: low, max: high, step, value: at => String(at), at: value => value};
  }
  return {
    min: 0, max: 100, step: 0.1,
    value(at) {
      const value = low + span * (at / 100) ** 3;
      return String(value < 1000 ? Math.round(value) : Math.round(value / 10) * 10);
    },
    at: value => 100 * Math.cbrt((value - low) / span),
  };
}

// hexOf is a colour of the service's as #rrggbb, whatever its opacity; nothing if
// it is none. The browser knows CSS' names.
function hexOf(text) {
  const digits = text.toLowerCase();
  if (/^[0-9a-f]{3,4}$/.test(digits)) return '#' + digits.slice(-3).replace(/./g, '$&$&');
  if (/^([0-9a-f]{2}){3,4}$/.test(digits)) return '#' + digits.slice(-6);
  if (!/^[a-z]+$/.test(digits) || !CSS.supports('color', digits)) return '';
  const brush = document.createElement('canvas').getContext('2d');
  brush.fillStyle = digits;
  return brush.fillStyle;
}

// colored puts a picked colour in the place of another, whose opacity stays.
function colored(text, picked) {
  const opacity = /^([0-9a-f]{2})?[0-9a-f]{6}$/i.exec(text)?.[1] ?? '';
  return opacity + picked.slice(1);
}
