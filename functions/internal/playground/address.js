// Addresses: that of a picture, and the page's own, which holds the view, so that
// it can be shared and gone back to.

// escaped percent-encodes what URLs, signatures and shells read differently.
function escaped(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, letter => '%' + letter.charCodeAt(0).toString(16).toUpperCase());
}

// pathOf begins with one slash: two would name another host.
function pathOf(key) {
  return '/' + key.replace(/^\/+/, '').split('/').map(escaped).join('/');
}

// queryOf writes values in the table's order. A comma at an end would end a
// srcset's candidate.
function queryOf(values) {
  return options.filter(({name}) => name in values)
    .map(({name}) => name + '=' + escaped(values[name]).replace(/%2C(?!$)/g, ',').replace(/%3A/g, ':').replace(/%2F/g, '/'))
    .join('&');
}

// target is the path and query of a variant.
function target(values = view.values, image = view.image) {
  const query = queryOf(values);
  return pathOf(image) + (query && '?' + query);
}

// valuesOf reads a query: the last of an option's values counts, and auto's are
// joined. A name that ends in 64 has its value in base64url.
function valuesOf(query) {
  const values = {};
  for (const [name, text] of new URLSearchParams(query)) {
    const plain = name.endsWith('64') ? name.slice(0, -2) : name;
    if (!optionOf[plain]) continue;
    const value = plain === name ? text : fromBase64url(text);
    values[plain] = plain === 'auto' && values.auto ? values.auto + ',' + value : value;
  }
  return values;
}

function fromBase64url(text) {
  try {
    const bytes = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return new TextDecoder().decode(Uint8Array.from(bytes, letter => letter.charCodeAt(0)));
  } catch {
    return text; // the service says what is wrong with it
  }
}

// The deployed page's query may be signed: its view is behind the #.
const lead = settings.deployed ? '#' : '?';

// address is the view as the page's own address has it.
function address() {
  const query = queryOf(view.values);
  return lead + 'image=' + escaped(view.image).replace(/%2F/g, '/') + (query && '&' + query);
}

let last = ''; // what was changed before
let resting = 0;

// remember puts the view into the address. To change the same thing again, as by
// dragging, makes no further step to go back by; and it is written once that
// rests, since browsers take a hundred addresses in half a minute, and no more.
function remember(what) {
  clearTimeout(resting);
  if (what === last) resting = setTimeout(() => history.replaceState(null, '', address()), 100);
  else history.pushState(null, '', address());
  last = what;
}

// recall takes the view from the address, and tells whether one is there.
function recall() {
  const query = (settings.deployed ? location.hash : location.search).slice(1);
  last = '';
  clearTimeout(resting);
  view.image = new URLSearchParams(query).get('image') ?? '';
  view.values = valuesOf(query);
  return query !== '';
}

addEventListener('popstate', () => {
  recall();
  announce();
});
