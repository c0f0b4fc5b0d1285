// What CloudFront's runtime has and QuickJS lacks: two modules and Buffer, as
// far as the edge function uses them, and something that runs it. Go defines
// digest, hmac, encoded, decoded and stored.

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
    createHash: hash => ({update: text => ({digest: encoding => digest(hash, text, encoding)})}),
    createHmac: (hash, secret) => ({update: text => ({digest: encoding => hmac(hash, secret, text, encoding)})}),
  },
};

// Of a text, or of what a text is the spelling of in an encoding.
const Buffer = {
  from: (text, encoding) => ({
    toString: wanted => wanted ? encoded(text, wanted) : decoded(text, encoding),
  }),
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
