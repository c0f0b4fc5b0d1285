// CloudFront's module of this name.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-custom-methods.html
function get(key, options) {
  const value = globalThis.twinValues[key];
  if (value === undefined) return Promise.reject(new Error('KeyNotFound'));
  return Promise.resolve(options && options.format === 'json' ? JSON.parse(value) : value);
}

function exists(key) {
  return Promise.resolve(globalThis.twinValues[key] !== undefined);
}

function kvs() {
  if (!globalThis.twinValues) throw new Error('KVSNamespaceNotAssociated');
  return {get: get, exists: exists};
}

export default {kvs: kvs};
