// Package browser holds tests that use the playground as people do: in a
// headless Chromium, by pointer and by keyboard, at the sizes of a phone and of
// a desk.
package browser
