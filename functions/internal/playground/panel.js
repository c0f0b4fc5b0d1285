// The panel of options: a group for each of the reference's headings, a search
// over all of it, what was changed, and what the service says is wrong.

const rows = {}; // of options, by name
const groups = sections.map(groupOf);

function groupOf(section) {
  const count = make('span', {className: 'count'});
  const entries = section.entries.map(entryOf);
  const details = make('details', {},
    make('summary', {}, make('span', {className: 'title', textContent: section.title}), count), ...entries.map(entry => entry.element));
  return {details, entries, count, title: section.title.toLowerCase(), names: section.entries.flatMap(entry => entry.options.map(option => option.name))};
}

function entryOf(entry) {
  const element = make('div', {className: 'entry'}, ...entry.options.map(rowOf), aboutOf(entry));
  const words = [...entry.options.map(option => option.name + ' ' + option.range), entry.text].join(' ').toLowerCase();
  return {element, matches: word => words.includes(word)};
}

// rowOf is an option's name, its control, and what is wrong with it.
function rowOf(option) {
  const tell = value => change({values: {[option.name]: value}});
  const control = controlOf[option.kind](option, tell);
  const fields = control.element.matches('input, select') ? [control.element] : [...control.element.querySelectorAll('input')];
  const reset = make('button', {
    className: 'reset', title: `Reset ${option.name}`, 'aria-label': `Reset ${option.name}`, hidden: true, textContent: '×',
    onclick: () => {
      tell('');
      fields[0].focus(); // the button is gone
    },
  });
  const fault = make('p', {className: 'fault', id: 'fault-' + option.name, hidden: true});
  rows[option.name] = {
    show(value) {
      control.show(value);
      reset.hidden = value === '';
      element.classList.toggle('changed', value !== '');
    },
    blame(detail) {
      fault.textContent = detail;
      fault.hidden = !detail;
      for (const field of fields) {
        if (detail) field.setAttribute('aria-describedby', fault.id);
        else field.removeAttribute('aria-describedby');
        field.toggleAttribute('data-bad', Boolean(detail));
        if (field.type === 'text') field.setAttribute('aria-invalid', String(Boolean(detail)));
      }
    },
    reveal() {
      element.closest('details').open = true;
      if (!$('panel').contains(document.activeElement)) element.scrollIntoView({block: 'nearest'}); // else its user is there
    },
  };
  const element = make('div', {className: 'option', 'data-option': option.name, 'data-kind': option.kind},
    make('span', {className: 'name'}, make('code', {textContent: option.name}), reset), control.element, fault);
  return element;
}

// aboutOf is what the reference says: its first sentence, the rest on demand, and
// examples to try.
function aboutOf(entry) {
  const [first] = /^(.{40,}?[.:]|.*?\.)(?= |$)/.exec(entry.text);
  const rest = entry.text.slice(first.length).trim();
  const tries = entry.examples.map(query => {
    const values = valuesOf(query);
    const names = Object.keys(values).filter(name => !['w', 'h'].includes(name) || entry.options.some(option => option.name === name));
    return make('button', {className: 'try', textContent: names.map(name => `${name}=${values[name]}`).join(' '), onclick: () => change({values})});
  });
  return make('details', {className: 'about'}, make('summary', {textContent: first}), rest, make('p', {className: 'tries'}, 'Try ', ...tries));
}

function showPanel() {
  for (const [name, row] of Object.entries(rows)) row.show(view.values[name] ?? '');
  for (const group of groups) {
    const changed = group.names.filter(name => name in view.values).length;
    group.count.textContent = changed ? `${changed} changed` : '';
  }
  const all = Object.keys(view.values).length;
  $('reset').disabled = all === 0;
}

// blame shows a problem's text beside the control at fault, and tells whether
// there is one: an option that is asked for and that the text names.
function blame(detail = '') {
  const named = detail.match(/[a-z][a-z0-9-]*/g) ?? [];
  const fault = named.find(name => Object.hasOwn(view.values, name));
  for (const [name, row] of Object.entries(rows)) row.blame(name === fault ? detail : '');
  if (fault) rows[fault].reveal();
  return fault !== undefined;
}

let sought = '';

// seek shows what has to do with a word, all of it open; nothing shows all, as it
// was before.
function seek(word) {
  let found = 0;
  for (const group of groups) {
    let any = false;
    if (!sought) group.open = group.details.open;
    for (const entry of group.entries) {
      const matches = group.title.includes(word) || entry.matches(word);
      entry.element.hidden = !matches;
      any ||= matches;
      found += matches;
    }
    group.details.hidden = !any;
    group.details.open = word ? any : group.open;
  }
  sought = word;
  $('none').hidden = found > 0;
  $('none').textContent = found > 0 ? '' : `No option has to do with “${word}”.`;
}

// Ideas to begin with.
const ideas = {
  'Thumbnail': {w: '300', h: '300', fit: 'crop', crop: 'attention', auto: 'format'},
  'For the web': {w: '1200', fit: 'max', auto: 'format,compress'},
  'Framed': {w: '640', pad: '24', bg: 'fde2ea', auto: 'format'},
  'Duotone': {w: '640', duotone: '000080,fa8072', auto: 'format'},
  'Soft': {w: '640', blur: '80', auto: 'format'},
  'Round': {w: '400', h: '400', fit: 'crop', mask: 'ellipse', auto: 'format'},
  'Words': {w: '640', txt: 'Hello 🌼', 'txt-size': '56', 'txt-color': 'fff', 'txt-align': 'middle,center', 'txt-shad': '6', auto: 'format'},
  'Facts': {fm: 'json'},
};

function startPanel() {
  $('sections').append(...groups.map(group => group.details));
  groups[0].details.open = true;
  $('starts').append(...Object.entries(ideas).map(([name, values]) =>
    make('button', {className: 'chip', textContent: name, onclick: () => ask(values)})));
  $('find').addEventListener('input', event => seek(event.target.value.trim().toLowerCase()));
  $('reset').addEventListener('click', () => ask({}));
  watch(showPanel);
}
