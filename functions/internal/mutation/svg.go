package mutation

import "regexp"

var (
	tag    = regexp.MustCompile(`<[^<>]*>`)
	digits = regexp.MustCompile(`[0-9]+(\.[0-9]+)?`)
)

// svg finds tags, and numbers wherever they are.
func (l *layout) svg() {
	for _, found := range tag.FindAllIndex(l.data, -1) {
		l.piece(found[0], found[1])
	}
	for _, found := range digits.FindAllIndex(l.data, -1) {
		l.numbers = append(l.numbers, number{span{found[0], found[1]}, decimal})
	}
}
