// Calls the function before it some times with one request, so that somebody
// can count what that costs:
//
//	cat viewer_request.js count.js > all.js && njs -u -p testdata all.js request.json 4
(async function () {
  const fs = require('fs');
  const one = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
  globalThis.store = one.store;
  for (let i = 0; i < Number(process.argv[3]); i++) {
    const request = {
      method: 'GET',
      uri: one.uri,
      querystring: Object.assign({}, one.querystring),
      headers: {accept: {value: one.accept || ''}},
      cookies: {},
    };
    request.rawQueryString = () => one.query || '';
    const before = njs.memoryStats.size;
    const result = await handler({version: '1.0', request: request});
    if (result.statusCode) throw new Error(JSON.stringify(result));
    console.log(before, njs.memoryStats.size);
  }
})();
