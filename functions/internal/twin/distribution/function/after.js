// Calls the function that stands before this with what is given: the event, the raw query and what the
// KeyValueStore holds. It prints {failed}, or {result, query}: what was returned, and the query that is
// meant by it. Lines are short, since njs cuts long ones.
(function () {
  const request = twinGiven.event.request;
  const parsed = JSON.stringify(request.querystring);
  request.rawQueryString = () => twinGiven.query;
  globalThis.twinValues = twinGiven.values;

  function print(answer) {
    const text = JSON.stringify(answer);
    for (let i = 0; i < text.length; i += 500) twinPrint(text.slice(i, i + 500));
  }

  function query(fields) {
    if (JSON.stringify(fields) === parsed) return twinGiven.query;
    return Object.keys(fields || {}).map(name =>
      (fields[name].multiValue || [fields[name]]).map(one => name + '=' + one.value).join('&')).join('&');
  }

  Promise.resolve(twinGiven.event)
    .then(handler)
    .then(result => print({result: result, query: result ? query(result.querystring) : ''}))
    .catch(error => print({failed: String(error)}));
})();
