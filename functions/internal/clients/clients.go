// Package clients holds tests that ask the service as users do: by imgix'
// clients and unpic, unmodified, as they come from npm, by Next's loader for
// imgix, and in a browser.
package clients
