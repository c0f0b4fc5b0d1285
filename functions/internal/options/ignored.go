package options

import "strings"

// Ignored returns the names of a query's parameters that are no options. A
// viewer's are let pass; who writes options down for others has mistyped them.
func Ignored(rawQuery string) []string {
	var names []string
	for pair := range strings.SplitSeq(rawQuery, "&") {
		if given, err := texts([]string{pair}); err == nil && len(given) == 0 {
			name, _, _ := strings.Cut(pair, "=")
			names = append(names, name)
		}
	}
	return names
}
