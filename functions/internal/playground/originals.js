// Originals: those that the service lists, and those that the user brings along
// by dropping, pasting or opening a file.

function thumbnail({key, thumbnail}) {
  const image = make('img', {src: thumbnail, alt: '', loading: 'lazy', width: 96, height: 96, draggable: false});
  image.addEventListener('error', () => image.removeAttribute('src'), {once: true}); // an empty tile, of what is broken
  const button = make('button', {title: key, 'aria-label': key, onclick: () => change({image: key})}, image);
  button.dataset.key = key;
  return make('li', {}, button);
}

function add(list, put = 'append') {
  $('strip')[put](...list.map(thumbnail));
  $('keys')[put](...list.map(({key}) => make('option', {value: key})));
}

// load lists the originals that follow a key, and offers to go on.
async function load(after = '') {
  const response = await fetch('/originals/?after=' + escaped(after));
  const answer = await response.json();
  if (!response.ok) throw new Failure(answer.detail);
  add(answer.originals);
  if (answer.next) {
    const more = make('li', {}, make('button', {className: 'further', textContent: 'More', onclick: () => { more.remove(); load(answer.next); }}));
    $('strip').append(more);
  }
  return answer.originals;
}

// showOriginal marks the one that is shown.
function showOriginal() {
  sameOr($('image'), view.image);
  document.title = view.image ? `${view.image} – Primrose` : 'Primrose';
  for (const button of $('strip').querySelectorAll('[data-key]')) {
    button.dataset.key === view.image ? button.setAttribute('aria-current', 'true') : button.removeAttribute('aria-current');
  }
}

async function dropped(file) {
  const response = await fetch('/originals/?name=' + escaped(file.name), {method: 'POST', body: file});
  const answer = await response.json();
  if (!response.ok) throw new Failure(answer.detail);
  return answer;
}

// bring sends a file to the service, which keeps it until it ends.
async function bring(file) {
  $('status').textContent = `Reading ${file.name}…`;
  let answer;
  try {
    answer = await dropped(file);
  } catch (failure) {
    tellFailure(`${file.name}: ${textOf(failure)}`);
    return;
  }
  for (const old of $('strip').querySelectorAll('[data-key]')) if (old.dataset.key === answer.key) old.parentElement.remove();
  $('empty').hidden = true;
  add([answer], 'prepend');
  $('strip').scrollTo({left: 0});
  change({image: answer.key});
}

function takeFiles() {
  const over = on => document.documentElement.classList.toggle('over', on);
  addEventListener('dragover', event => {
    event.preventDefault();
    over(true);
  });
  addEventListener('dragleave', event => { if (!event.relatedTarget) over(false); });
  addEventListener('drop', event => {
    event.preventDefault();
    over(false);
    if (event.dataTransfer.files[0]) bring(event.dataTransfer.files[0]);
  });
  addEventListener('paste', event => { if (event.clipboardData.files[0]) bring(event.clipboardData.files[0]); });
  $('browse').hidden = false;
  $('browse').addEventListener('click', () => $('file').click());
  $('file').addEventListener('change', event => { if (event.target.files[0]) bring(event.target.files[0]); });
}

async function startOriginals() {
  $('image').addEventListener('change', event => {
    const image = event.target.value.trim().replace(/^\/+/, '');
    change({image, values: queryOf(view.values) || view.image ? {} : firstValues});
  });
  watch(showOriginal);
  if (settings.trusted) takeFiles();
  if (settings.deployed) return [];
  $('originals').hidden = false;
  const list = await load();
  if (list.length === 0) {
    $('empty').textContent = `There is no image yet. Put some into ${settings.place} and load this page again` + (settings.trusted ? ', or drop one here.' : '.');
    $('empty').hidden = false;
  }
  return list;
}
