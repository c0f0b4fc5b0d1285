// Facts: what a result weighs and measures beside its original, and where its
// time went.

const stages = {
  fetch: 'fetch original', header: 'read header', encode: 'process, encode', store: 'keep variant', total: 'service in all', trip: 'seen from here',
};

// timings reads a Server-Timing header.
function timings(header) {
  return [...(header ?? '').matchAll(/([\w-]+);dur=([0-9.]+)/g)].map(([, name, ms]) => ({name, ms: Number(ms)}));
}

// showTimes draws a bar for each of them.
function showTimes(times) {
  const width = 360, row = 24, label = 116, most = Math.max(1, ...times.map(time => time.ms));
  const chart = $('timing');
  $('times').hidden = false;
  const nameOf = time => stages[time.name] ?? time.name;
  chart.setAttribute('viewBox', `0 0 ${width} ${Math.max(1, times.length) * row}`);
  chart.setAttribute('aria-label', times.map(time => `${nameOf(time)}: ${time.ms} ms`).join(', ') || 'The service told nothing.');
  chart.replaceChildren(...times.flatMap((time, i) => {
    const middle = i * row + row / 2;
    const length = Math.max(1, time.ms / most * (width - label - 56));
    return [
      makeSVG('text', {x: 0, y: middle}, nameOf(time)),
      makeSVG('rect', {x: label, y: middle - 6, width: length, height: 12, rx: 3, class: time.name}),
      makeSVG('text', {x: label + length + 6, y: middle, class: 'ms'}, time.ms.toFixed(1)),
    ];
  }));
}

// savedText compares two numbers of bytes.
function savedText(bytes, original) {
  const percent = Math.round(100 * (1 - bytes / original));
  return percent >= 0 ? `${percent} % less than the original` : `${-percent} % more than the original`;
}

const formatNames = {
  'image/jpeg': 'JPEG', 'image/jpg': 'JPEG', 'image/png': 'PNG', 'image/webp': 'WebP', 'image/avif': 'AVIF', 'image/gif': 'GIF',
  'image/svg+xml': 'SVG', 'image/svg': 'SVG', 'image/tiff': 'TIFF', 'application/json': 'JSON', 'text/css': 'CSS', 'text/plain': 'text',
};

function formatName(type) {
  return formatNames[type] ?? type;
}

// showFacts shows what is known of a result, and says it in a line.
function showFacts(shown) {
  const {size, type, width, height, cache, original} = shown;
  const numbers = [['Bytes', bytesText(size)], ['Format', formatName(type)]];
  if (width) numbers.push(['Size', `${width} × ${height}`]);
  if (width && original) numbers.push(['Saved', `${Math.round(100 * (1 - size / original.bytes))} %`]);
  if (original) numbers.push(['Original', `${bytesText(original.bytes)}, ${original.width} × ${original.height} ${formatName('image/' + original.format)}`]);
  if (cache) numbers.push(['Answered', cache === 'Miss' ? 'made now' : cache === 'Hit from store' ? 'kept variant' : cache]);
  $('numbers').replaceChildren(...numbers.map(([name, value]) => make('div', {}, make('dt', {textContent: name}), make('dd', {textContent: value}))));
  showTimes(shown.times);
  const sides = width ? `${width} × ${height} ` : '';
  const saved = width && original ? ', ' + savedText(size, original.bytes) : '';
  $('status').textContent = `${view.image}: ${sides}${formatName(type)}, ${bytesText(size)}${saved}`;
}
