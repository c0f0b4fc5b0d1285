// Runs the edge function under njs. It stands behind the function's text:
//
//   cat viewer_request.js driver.js > all.js && njs -u -p testdata all.js requests.jsonl
//
// Each line of the file is a request {method, uri, query, accept, querystring,
// store, now} (method: GET if absent; querystring: the parsed query of a test
// event, which has no raw one; store: what the KeyValueStore holds, absent if
// there is none; now: the time in seconds, the real one if absent). For each
// it prints a line: {path} or {status, code, detail}.
(async function () {
  const fs = require('fs');
  const clock = Date.now;

  function event(one) {
    const request = {
      method: one.method || 'GET',
      uri: one.uri,
      querystring: one.querystring || {},
      headers: one.accept === undefined ? {} : {accept: {value: one.accept}},
      cookies: {},
    };
    request.rawQueryString = () => one.querystring ? '' : one.query;
    return {version: '1.0', request: request};
  }

  function summary(result) {
    if (!result.statusCode) {
      if (result.headers['x-primrose-variant'].value !== result.uri) throw new Error('header and uri differ');
      if (Object.keys(result.querystring).length) throw new Error('the query is left');
      return {path: result.uri};
    }
    const problem = JSON.parse(result.body.data);
    if (problem.status !== result.statusCode) throw new Error('status and body differ');
    return {status: problem.status, code: problem.code, detail: problem.detail};
  }

  const lines = fs.readFileSync(process.argv[2], 'utf8').split('\n').filter(line => line);
  let summaries = '';
  for (let i = 0; i < lines.length; i++) {
    const one = JSON.parse(lines[i]);
    globalThis.store = one.store;
    Date.now = one.now === undefined ? clock : () => one.now * 1000;
    const result = await handler(event(one));
    summaries += JSON.stringify(summary(result)) + '\n';
  }
  fs.appendFileSync('/dev/stdout', summaries); // console.log cuts long lines
})();
