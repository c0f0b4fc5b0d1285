// The start: the address says what to show, or the first original is shown.

const first = {w: '640', auto: 'format'};

async function start() {
  $('place').hidden = settings.place === '';
  $('place').lastElementChild.textContent = settings.place;
  $('welcome').textContent = settings.deployed ? 'Type an original’s key to begin.' : 'Choose an original' + (settings.trusted ? ', or drop one here.' : '.');
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
    view.values = {...first};
    history.replaceState(null, '', lead + 'image=' + escaped(view.image) + '&' + queryOf(view.values));
  }
  openChanged();
  announce();
}

// openChanged opens the groups in which something is chosen already.
function openChanged() {
  for (const group of groups) group.details.open ||= group.names.some(name => name in view.values);
}

start();
