// Package clients holds tests that ask the service as users do: by imgix'
// clients and unpic, unmodified, as they come from npm, and in a browser.
package clients
