// What CloudFront's runtime has and QuickJS lacks: two modules, as far as the
// edge function imports them, and something that runs it. Go defines hmac and
// stored.

const modules = {
  cloudfront: {
    kvs: () => ({
      get: async key => {
        const value = stored(key);
        if (value === null) throw new Error('KeyNotFound');
        return value;
      },
    }),
  },
  crypto: {
    createHmac: (hash, secret) => ({update: text => ({digest: encoding => hmac(hash, secret, text, encoding)})}),
  },
};

// Events are plain JSON here: CloudFront's own have a method.
let settled;

function call(text) {
  const event = JSON.parse(text);
  const rawQuery = event.rawQuery;
  event.request.rawQueryString = () => rawQuery;
  settled = null;
  handler(event).then(value => { settled = {text: JSON.stringify(value)}; }, failure => { settled = {failure: failure}; });
}

// The handler's result, once what it waits for is done.
function result() {
  if (!settled) throw new Error('the handler waits for what never comes');
  if (settled.failure) throw settled.failure;
  return settled.text;
}
