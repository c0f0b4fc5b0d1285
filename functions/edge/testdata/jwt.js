// A measure for the edge function's work: a function that does what AWS's
// published example of CloudFront Functions with a KeyValueStore does. It
// verifies a JSON Web Token in the query, by HMAC-SHA256 with a secret from the
// store, and takes it out of the request.
import cf from 'cloudfront';
import crypto from 'crypto';

const refused = {statusCode: 401, statusDescription: 'Unauthorized'};

async function handler(event) {
  const request = event.request;
  const token = request.querystring.jwt;
  if (!token) return refused;
  const secret = await cf.kvs().get('jwt.secret');
  try {
    check(token.value, secret);
  } catch (reason) {
    return refused;
  }
  delete request.querystring.jwt;
  return request;
}

function check(token, secret) {
  const parts = token.split('.');
  if (parts.length !== 3) throw new Error('a token has three parts');
  const header = JSON.parse(decoded(parts[0]));
  const claims = JSON.parse(decoded(parts[1]));
  if (header.alg !== 'HS256') throw new Error('the token is signed in another way');
  const right = crypto.createHmac('sha256', secret).update(parts[0] + '.' + parts[1]).digest('base64url');
  if (!equal(right, parts[2])) throw new Error('the signature is wrong');
  if (claims.nbf && Date.now() < claims.nbf * 1000) throw new Error('the token is not valid yet');
  if (claims.exp && Date.now() > claims.exp * 1000) throw new Error('the token has expired');
}

function decoded(part) {
  return Buffer.from(part, 'base64url').toString();
}

function equal(a, b) {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
