// The start: the address says what to show, or the first original is shown.

async function start() {
  $('place').hidden = settings.place === '';
  $('place').lastElementChild.textContent = settings.place;
  $('welcome').textContent = settings.deployed ? 'Name an original, as photos/rose.jpg.' : 'Choose an original' + (settings.trusted ? ', or drop one here.' : '.');
  if (settings.signed && !signsThere) $('head').append($('key')); // nothing is shown without
  startPanel();
  startPreview();
  startDrawing();
  startCopies();
  const told = recall();
  const list = await startOriginals().catch(failure => {
    $('status').textContent = failure.message;
    return [];
  });
  if (!told && list.length) {
    view.image = list[0].key;
    view.values = {...firstValues};
    history.replaceState(null, '', address());
  }
  openChanged();
  announce();
}

// openChanged opens the groups in which something is chosen already.
function openChanged() {
  for (const group of groups) group.details.open ||= group.names.some(name => name in view.values);
}

start();
