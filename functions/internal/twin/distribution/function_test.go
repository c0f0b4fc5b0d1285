package distribution_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// withFunction has the code run for each request.
func withFunction(t *testing.T, code string, edits ...string) *scene {
	t.Helper()
	text, err := json.Marshal(code)
	if err != nil {
		t.Fatal(err)
	}
	return newScene(t, append([]string{
		`"FunctionAssociations": []`, `"FunctionAssociations": [{"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": ["Function", "FunctionARN"]}}]`,
		`"function handler(event) { return event.request; }"`, string(text),
	}, edits...)...)
}

// The function sees the request as it was sent, and what it makes of it is the cache's key and what the
// origins are asked.
func TestFunctionRewrites(t *testing.T) {
	s := withFunction(t, `
		function handler(event) {
			const r = event.request;
			r.headers['x-variant'] = {value: [r.method, r.uri, r.rawQueryString(), r.querystring.w.value, r.headers.host.value === event.context.distributionDomainName,
				r.headers.accept.multiValue.length, r.cookies.a.value, event.viewer.ip, r.headers['x-forwarded-proto'], event.context.eventType].join(' ')};
			r.uri = '/%C3%A9' + r.querystring.w.value;
			r.querystring = {};
			return r;
		}`)
	s.want("a request", "200 Miss", s.ask("GET /a%20b?w=1&x=%20", "Accept: image/avif", "Accept: image/webp", "Cookie: a=1; b=2", "X-Forwarded-Proto: http"))
	asked := s.api.asked()[0]
	if want := "GET /a%20b w=1&x=%20 1 true 2 1 127.0.0.1  viewer-request"; asked.Header.Get("X-Variant") != want {
		t.Errorf("the function saw %q, want %q", asked.Header.Get("X-Variant"), want)
	}
	if asked.RequestURI != "/live/%C3%A91" {
		t.Errorf("the origin was asked for %s", asked.RequestURI)
	}
	s.want("another of the same", "200 Hit", s.ask("HEAD /b?w=1", "Accept: a/b", "Accept: c/d", "Cookie: a=1"))
}

// The function may change cookies and the query, too.
func TestFunctionRewritesCookies(t *testing.T) {
	s := withFunction(t, `
		function handler(event) {
			const r = event.request;
			r.cookies.c = {value: '3'};
			delete r.cookies.a;
			r.querystring.v = {value: 'x', multiValue: [{value: 'x'}, {value: 'y'}]};
			return r;
		}`,
		`"CookiesConfig": {"CookieBehavior": "none"},
          "HeadersConfig"`, `"CookiesConfig": {"CookieBehavior": "all"},
          "HeadersConfig"`,
		`"QueryStringBehavior": "none"}
        }`, `"QueryStringBehavior": "all"}
        }`)
	s.ask("GET /a?w=1", "Cookie: a=1; b=2")
	if asked := s.api.asked()[0]; asked.Header.Get("Cookie") != "b=2; c=3" || asked.URL.RawQuery != "w=1&v=x&v=y" {
		t.Errorf("the origin got the cookies %q and the query %q", asked.Header.Get("Cookie"), asked.URL.RawQuery)
	}
}

func TestFunctionReadsItsStore(t *testing.T) {
	const code = `
		import cf from 'cloudfront';
		import crypto from 'crypto';
		async function handler(event) {
			const store = cf.kvs();
			const there = await store.exists('a');
			const value = await store.get('a').catch(error => 'none');
			return {statusCode: 200, headers: {'x-value': {value: there + ' ' + value}}, body: crypto.createHash('md5').update('').digest('hex')};
		}`
	s := withFunction(t, code)
	got := s.ask("GET /a")
	s.want("without the key", "200 FunctionGeneratedResponse", got)
	if got.Header.Get("X-Value") != "false none" || got.body != "d41d8cd98f00b204e9800998ecf8427e" {
		t.Errorf("%q with the value %q", got.body, got.Header.Get("X-Value"))
	}
	s = withFunction(t, code, `{"KeyValueStoreARN": {"Fn::GetAtt": ["Store", "Arn"]}}`, ``)
	s.want("without a store", "503 FunctionExecutionError", s.ask("GET /a"))
}

// What CloudFront takes from a function, and what it does not.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
func TestFunctionIsRestricted(t *testing.T) {
	for _, test := range []struct{ code, want string }{
		{`return r`, "200 Miss"},
		{`return {statusCode: 302, headers: {location: {value: '/b'}}}`, "302 FunctionGeneratedResponse"},
		{`return {statusCode: 400, body: {encoding: 'base64', data: 'Ym9keQ=='}}`, "400 FunctionGeneratedResponse"},
		{`return {statusCode: 'many'}`, "502 FunctionValidationError"},
		{`r.headers.accept = 'a/b'; return r`, "502 FunctionValidationError"},
		{`return {statusCode: 1000}`, "502 FunctionValidationError"},
		{`return {statusCode: 200, headers: {'x-cache': {value: 'Hit'}}}`, "502 FunctionValidationError"},
		{`return null`, "502 FunctionValidationError"},
		{`r.headers['x-edge-key'] = {value: 'a'}; return r`, "502 FunctionValidationError"},
		{`r.headers['x-amz-cf-id'] = {value: 'a'}; return r`, "502 FunctionValidationError"},
		{`r.headers['X-Upper'] = {value: 'a'}; return r`, "502 FunctionValidationError"},
		{`r.headers['x-line'] = {value: 'a\nb'}; return r`, "502 FunctionValidationError"},
		{`r.headers.host.value = 'other'; return r`, "502 FunctionValidationError"},
		{`delete r.headers.host; return r`, "502 FunctionValidationError"},
		{`r.method = 'POST'; return r`, "502 FunctionValidationError"},
		{`r.uri = 'a'; return r`, "502 FunctionValidationError"},
		{`r.uri = '/' + 'a'.repeat(8192); return r`, "502 FunctionValidationError"},
		{`throw new Error('defect')`, "503 FunctionExecutionError"},
		{`return r.none.at.all`, "503 FunctionExecutionError"},
		{`for (const one of []) {}`, "503 FunctionExecutionError"}, // no syntax of the engine's
		{`return eval('r')`, "503 FunctionExecutionError"},
		{`return new Function('return r')()`, "503 FunctionExecutionError"},
		{`setTimeout(() => r, 1); return r`, "503 FunctionExecutionError"},
		{`return require('fs').readFileSync('/etc/hostname')`, "503 FunctionExecutionError"},
		{`const all = []; for (;;) { all.push(new Uint8Array(1e7).fill(1)); }`, "503 FunctionExecutionError"},
		{`console.log('a note'); return r`, "200 Miss"},
	} {
		s := withFunction(t, "function handler(event) { const r = event.request; "+test.code+" }")
		s.want(test.code, test.want, s.ask("GET /a"))
	}
}

// What is longer than the lines that njs prints goes through whole.
func TestFunctionRewritesLongPaths(t *testing.T) {
	s := withFunction(t, `function handler(event) { event.request.uri += '/-/' + event.request.uri.length; return event.request; }`)
	const n = 7000
	s.ask("GET /" + strings.Repeat("a", n))
	if asked := s.api.asked(); len(asked) != 1 || !strings.HasSuffix(asked[0].RequestURI, "a/-/7001") || asked[0].Method != http.MethodGet {
		t.Errorf("a long path did not go through whole")
	}
}
