package options

// NamedColor returns the colour that CSS calls by a name in lower case.
func NamedColor(name string) (Color, bool) {
	c, ok := colorNames[name]
	return c.color(), ok
}
