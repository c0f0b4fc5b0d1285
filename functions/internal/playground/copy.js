// Copies: what is shown, as a text for where it is wanted. Each kind returns its
// text, or the text and a note on it.

const absolute = target => location.origin + target;

const copies = {
  'URL': () => servableURL(target()),
  'Signed URL': signedURL,
  'img': img,
  'picture': picture,
  'Markdown': async () => `![${stem().replace(/[[\]\\]/g, '\\$&')}](${await servableURL(target())})`,
  'curl': curl,
  'Lambda event': lambdaEvent,
};

// Those that hold a picture, or say how large it is.
const pictured = ['img', 'picture', 'Markdown', 'Lambda event'];

let kind = 'URL';
let text = '';

const servableURL = async target => absolute(await servable(target));
const attribute = text => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
const stem = () => view.image.split('/').pop().replace(/\.[^.]*$/, '');

async function signedURL() {
  if (!canSign()) return {text: '', note: 'Type a key and its id to have the URL signed here.'};
  const seconds = Number($('lasts').value);
  const expires = seconds ? Math.floor(Date.now() / 1000) + seconds : 0;
  return {text: absolute(await signed(target(), expires)), note: settings.signed ? '' : 'This service doesn’t ask for signatures.'};
}

// widths are the sizes that a picture is offered in, as factors of what is shown:
// dpr is what they go by, since all lengths follow it. None is wider than the
// original, unless what is shown is.
function widths() {
  const dpr = Number(view.values.dpr ?? 1);
  const most = Math.max(shown?.original?.width ?? 0, shown.width);
  return [0.5, 1, 1.5, 2].map(factor => ({dpr: factor * dpr, width: Math.round(shown.width * factor)}))
    .filter(({dpr, width}) => width <= most && dpr <= 8 && dpr >= 0.1);
}

// srcset offers values in several widths. A size is what dpr multiplies.
async function srcset(values) {
  const sized = values.w || values.h ? values : {...values, w: String(shown.width)};
  const offers = await Promise.all(widths().map(async ({dpr, width}) => {
    const offered = {...sized, dpr: String(Math.round(dpr * 100) / 100)};
    if (dpr === 1) delete offered.dpr;
    const url = await servableURL(target(offered));
    return `${attribute(url)} ${width}w`;
  }));
  return offers.join(',\n    ');
}

// box is the size in which a page shows the picture, in CSS' pixels.
function box() {
  const dpr = Number(view.values.dpr ?? 1);
  return {width: Math.round(shown.width / dpr), height: Math.round(shown.height / dpr)};
}

const sizes = () => `sizes="(min-width: ${box().width}px) ${box().width}px, 100vw"`;
const sides = () => `width="${box().width}" height="${box().height}" alt=""`;

async function img() {
  const src = attribute(await servableURL(target()));
  return `<img src="${src}"\n  srcset="${await srcset(view.values)}"\n  ${sizes()}\n  ${sides()}>`;
}

// picture offers newer formats to browsers that read them. AVIF holds no
// animation.
async function picture() {
  const {auto = '', fm, ...values} = view.values;
  const others = auto.split(',').filter(word => word && word !== 'format').join(',');
  if (others) values.auto = others;
  const formats = shown.original?.frames > 1 && !values.frame ? ['webp'] : ['avif', 'webp'];
  const sources = await Promise.all(formats.map(async format =>
    `  <source type="image/${format}"\n    srcset="${await srcset({...values, fm: format})}"\n    ${sizes()}>`));
  const plain = ['jpg', 'pjpg', 'png', 'png8', 'png32', 'gif'].includes(fm) ? {...values, fm} : values;
  return `<picture>\n${sources.join('\n')}\n  <img src="${attribute(await servableURL(target(plain)))}" ${sides()}>\n</picture>`;
}

async function curl() {
  const quoted = text => `'${text.replace(/'/g, `'\\''`)}'`;
  const accept = view.values.auto?.includes('format') ? ` -H ${quoted('Accept: image/avif,image/webp,*/*')}` : '';
  const ending = shown.type.startsWith('image/') ? extension() : {'application/json': 'json', 'text/css': 'css'}[shown.type] ?? 'txt';
  return `curl -o ${quoted(stem().replace(/^-/, '_') + '.' + ending)}${accept} ${quoted(await servableURL(target()))}`;
}

async function lambdaEvent() {
  const {event, unsaid} = await eventOf();
  const note = unsaid.length ? `Operations don’t know ${unsaid.join(', ')}. ` : '';
  return {text: JSON.stringify(event, null, 2), note: note + 'For aws lambda invoke --payload file://event.json --cli-binary-format raw-in-base64-out'};
}

// shorter shows a long line's beginning: an event's image has up to 6 MB.
function shorter(text) {
  return text.replace(/[A-Za-z0-9+/=]{200,}/g, long => `${long.slice(0, 60)}… (${long.length} letters)`);
}

let writing = 0;
let written; // settled once the text is that of what is shown

// rewrite shows the text of the kind that is chosen.
function rewrite() {
  written = write();
}

// made is the text of the kind that is chosen, and a note on it.
async function made() {
  if (!shown || view.image === '') return {text: '', note: 'There is nothing to copy yet.'};
  if (pictured.includes(kind) && !shown.type.startsWith('image/')) return {text: '', note: 'The answer is no picture.'};
  try {
    const copied = await copies[kind]();
    return typeof copied === 'string' ? {text: copied, note: ''} : copied;
  } catch (failure) {
    return {text: '', note: failure.message};
  }
}

async function write() {
  const mine = ++writing;
  const {text: next, note} = await made();
  if (mine !== writing) return;
  text = next;
  $('copy-text').textContent = shorter(text);
  $('text').hidden = text === '';
  $('copy').disabled = text === '';
  $('note').textContent = note;
  $('signing').hidden = kind !== 'Signed URL' && !(settings.signed && !canSign());
  $('key').hidden = signsThere;
}

// copy waits for what is being signed.
async function copy() {
  await written;
  try {
    await navigator.clipboard.writeText(text);
  } catch { // no permission, or no https
    const area = make('textarea', {value: text});
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  $('note').textContent = 'Copied.';
}

function choose(name, focus) {
  kind = name;
  for (const tab of $('kinds').children) {
    const chosen = tab.textContent === name;
    tab.setAttribute('aria-selected', String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    if (chosen) $('text').setAttribute('aria-labelledby', tab.id);
    if (chosen && focus) tab.focus();
  }
  rewrite();
}

// pressOnTabs goes along the tabs, and around.
function pressOnTabs(event) {
  const names = Object.keys(copies);
  const at = names.indexOf(kind);
  const next = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1}[event.key];
  if (next === undefined) return;
  event.preventDefault();
  choose(names[(next + names.length) % names.length], true);
}

function startCopies() {
  $('kinds').append(...Object.keys(copies).map(name => make('button', {
    role: 'tab', id: 'kind-' + name.replace(/ /g, '-'), textContent: name, 'aria-controls': 'text', onclick: () => choose(name),
  })));
  $('kinds').addEventListener('keydown', pressOnTabs);
  $('copy').addEventListener('click', copy);
  $('onward').addEventListener('click', () => {
    $('use').scrollIntoView();
    $('kinds').querySelector('[aria-selected=true]').focus({preventScroll: true});
  });
  $('lasts').addEventListener('change', rewrite);
  for (const id of ['kid', 'secret']) $(id).addEventListener('change', () => { rewrite(); if (settings.signed) previewSoon(); });
  showings.push(rewrite);
  choose('URL');
}
