// Package refusaltest makes this machine's kernel one that knows less, for tests
// of what then happens.
package refusaltest
