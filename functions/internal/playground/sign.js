// Signatures: made by the service, for who sits at its own machine, or here by a
// key that the user types.

const signsHere = () => $('kid').value !== '' && $('secret').value !== '';
const signsThere = settings.signed && settings.trusted;

// canSign tells whether there is a key at all.
const canSign = () => signsThere || signsHere();

// servable is a target as this service answers it: signed where it must be.
async function servable(target) {
  return settings.signed && canSign() ? signed(target) : target;
}

// signed signs a target. It is valid until so many seconds since 1970, or for ever.
async function signed(target, expires = 0) {
  return signsHere() ? signedHere(target, expires) : signedThere(target, expires);
}

async function signedThere(url, expires) {
  const response = await fetch('/signed/', {method: 'POST', body: JSON.stringify({url, expires})});
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail);
  return answer.url;
}

// signedHere does as docs/sign.md describes it.
async function signedHere(target, expires) {
  if (!crypto.subtle) throw new Error('Browsers sign on https and on this machine only.');
  const kid = 'kid=' + $('kid').value;
  const covered = target + (target.includes('?') ? '&' : '?') + kid + (expires ? '&expires=' + expires : '');
  const bytes = text => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey('raw', bytes($('secret').value), {name: 'HMAC', hash: 'SHA-256'}, false, ['sign']);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes(covered)));
  return covered + '&s=' + btoa(String.fromCharCode(...mac)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
}
