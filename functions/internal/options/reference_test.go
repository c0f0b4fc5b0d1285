package options

import "testing"

// The reference shows each option once, in a section, with words.
func TestReference(t *testing.T) {
	shown := map[string]bool{}
	for _, section := range Reference() {
		if section.Title == "" || len(section.Entries) == 0 {
			t.Errorf("the section %q has %d entries", section.Title, len(section.Entries))
		}
		for _, entry := range section.Entries {
			if entry.Text == "" && len(section.Entries) > 1 || len(entry.Options) == 0 {
				t.Errorf("%s: the text %q stands before %d options", section.Title, entry.Text, len(entry.Options))
			}
			for _, o := range entry.Options {
				if shown[o.Name] || table[o.Name] != o {
					t.Errorf("%s: %+v is no line of the table, or is shown twice", section.Title, o)
				}
				shown[o.Name] = true
			}
		}
	}
	if len(shown) != len(table) {
		t.Errorf("%d options are shown of %d", len(shown), len(table))
	}
}
