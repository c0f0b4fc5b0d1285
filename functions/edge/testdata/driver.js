// Runs the edge function under njs. It stands behind the function's text:
//
//   cat viewer_request.js driver.js > all.js && njs -u all.js requests.jsonl
//
// Each line of the file is a request {method, uri, query, accept, querystring}
// (method: GET if absent; querystring: the parsed query of a test event, which
// has no raw one). For each it prints a line: {path} or {status, code, detail}.
(function () {
  const fs = require('fs');

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
  const summaries = lines.map(line => JSON.stringify(summary(handler(event(JSON.parse(line))))) + '\n');
  fs.appendFileSync('/dev/stdout', summaries.join('')); // console.log cuts long lines
})();
