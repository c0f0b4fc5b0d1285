// Elements: by their ids, and new ones.

const $ = id => document.getElementById(id);

// make returns a new element with properties, those with a dash in their names
// and role as attributes, and what it holds.
function make(tag, properties = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes('-') || name === 'role' || name === 'list') element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...inside);
  return element;
}

function makeSVG(tag, attributes = {}, text = '') {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

const settings = JSON.parse($('settings').textContent);
const sections = JSON.parse($('options').textContent);
for (const section of sections) section.entries = section.entries.map(entryFrom);
const options = sections.flatMap(section => section.entries.flatMap(entry => entry.options));
// By name, and by no other: addresses may hold what objects inherit.
const optionOf = Object.assign(Object.create(null), Object.fromEntries(options.map(option => [option.name, option])));

// entryFrom reads an entry: its text, its options' lines, its examples.
function entryFrom(text) {
  const [about, ...lines] = text.split('\n');
  return {
    text: about,
    options: lines.filter(line => line[0] !== '>').map(optionFrom),
    examples: lines.filter(line => line[0] === '>').map(line => line.slice(1)),
  };
}

// optionFrom reads a line of the table.
function optionFrom(line) {
  const [name, kind, range, fallback = ''] = line.split(' ');
  return {name, kind, range, default: fallback};
}

// bytesText writes a number of bytes as people do.
function bytesText(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}
