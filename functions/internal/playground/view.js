// The view: which original is shown, and what is asked of it. Whatever the page
// shows follows from it; whoever changes it calls change, and hears of it like
// everybody else.

const view = {image: '', values: {}}; // values are texts by option
const watchers = [];

// What is asked of the first original that is shown.
const firstValues = {w: '480', auto: 'format'};

// watch has a function called after every change.
function watch(watcher) {
  watchers.push(watcher);
}

// change sets the original, some options' values, or both. An empty value is
// none, and so is the default.
function change({image = view.image, values = {}}) {
  const names = Object.keys(values);
  view.image = image;
  for (const name of names) {
    if (values[name] === '' || values[name] === optionOf[name].default) delete view.values[name];
    else view.values[name] = values[name];
  }
  remember(names.length === 1 ? names[0] : names.length ? 'several' : 'image');
  announce();
}

// ask changes all options at once.
function ask(values) {
  change({values: {...Object.fromEntries(Object.keys(view.values).map(name => [name, ''])), ...values}});
}

function announce() {
  for (const watcher of watchers) watcher();
}
