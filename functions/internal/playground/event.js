// Events: what the view asks for as an operation that the function is invoked
// with. Operations know fewer options than URLs, and carry their image along.

const maxOriginal = 4.5e6; // bytes, which are 6 MB in base64: Lambda takes no more

const gravities = {
  '': 'center', top: 'north', bottom: 'south', left: 'west', right: 'east', 'top,left': 'northwest', 'top,right': 'northeast',
  'bottom,left': 'southwest', 'bottom,right': 'southeast',
};

// resizing are the arguments for a box and how it is met, or nothing if there
// are none.
function resizing({w, h, fit = 'clip', dpr = '1', crop = ''}) {
  const side = text => text ? Math.max(1, Math.round(text * dpr)) : '';
  if ([w, h].some(text => text && !(text >= 1))) return null;
  const box = side(w) + 'x' + side(h);
  switch (fit) {
    case 'clip': return ['-resize', box];
    case 'max': return ['-resize', box + '>'];
    case 'scale': return w && h ? ['-resize', box + '!'] : ['-resize', box];
    case 'crop': {
      if (!w || !h) return ['-resize', box];
      const gravity = gravities[crop.replace('center', '')];
      return gravity && ['-resize', box + '^', '-gravity', gravity, '-crop', box + '+0+0'];
    }
  }
  return null;
}

// sayings are what else has a counterpart among an operation's arguments.
const sayings = {
  flip: value => ({h: ['-flop'], v: ['-flip'], hv: ['-flip', '-flop']})[value],
  rot: value => view.values['rot-type'] === 'pivot' ? [...turning(), '-rotate', String(360 - value)] : null,
  blur: value => ['-blur', '0x' + value / 10],
  sat: value => value === '-100' ? ['-colorspace', 'Gray'] : null,
  q: value => value > 0 ? ['-quality', value] : null,
};

// turning is the colour beside a picture that is turned.
function turning() {
  const color = hexOf(view.values.bg ?? '');
  return color ? ['-background', color] : [];
}

// silent say nothing by themselves.
const silent = ['auto', 'fm', 'rot-type', 'bg'];
const boxed = ['w', 'h', 'fit', 'dpr', 'crop'];

// eventOf returns the event, and the options that it can't say.
async function eventOf() {
  const values = view.values;
  const args = [], unsaid = [];
  const asked = boxed.filter(name => name in values);
  if (values.w || values.h) {
    const box = resizing(values);
    box ? args.push(...box) : unsaid.push(...asked);
  }
  for (const name of Object.keys(values)) {
    if (boxed.includes(name) || silent.includes(name)) continue;
    const said = sayings[name]?.(values[name]);
    said ? args.push(...said) : unsaid.push(name);
  }
  const event = {operation: 'convert', outputExtension: extension()};
  if (args.length) event.customArgs = args;
  event.base64Image = await base64Of(view.image);
  return {event, unsaid};
}

// extension is that of what is shown; texts stand for no picture.
function extension() {
  return {'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp', 'image/avif': 'avif', 'image/gif': 'gif'}[shown?.type] ?? 'png';
}

async function base64Of(image) {
  const blob = await keep('original', target({}, image), async () => (await fetched(target({}, image))).blob);
  if (blob.size > maxOriginal) throw new Failure(`The original has ${bytesText(blob.size)}: Lambda takes events of 6 MB, which are images of 4.5.`);
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(',')[1]);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
