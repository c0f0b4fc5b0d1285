package playground

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"primrose/functions/internal/link"
)

// around stands for what address.js finds in a page.
const around = `
const options = ['w', 'fit', 'rect', 'mark', 'txt'].map(name => ({name}));
const settings = {}, view = {}, addEventListener = () => {};
`

// The page writes the URL that `primrose url` writes.
func TestTarget(t *testing.T) {
	type picture struct {
		Key    string            `json:"key"`
		Values map[string]string `json:"values"`
	}
	pictures := []picture{
		{"rose.jpg", nil},
		{"a b/장미 (1).jpg", map[string]string{"w": "300", "fit": "crop"}},
		{"a:b,c;d=e&f@g+h!*'~$%41.jpg", map[string]string{"rect": "1,2,3,4", "mark": "logos/a:b.png"}},
		{`"<#?\^{|}>` + "`.jpg", map[string]string{"txt": "Tom & 'Ann' (50 %+), =?/#~*!\"<>|`, 🌼,"}},
	}
	asked, err := json.Marshal(pictures)
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "address.mjs")
	if err := os.WriteFile(script, []byte(around+file("address.js")+
		"console.log(JSON.stringify("+string(asked)+".map(({key, values}) => target(values ?? {}, key))));"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("node", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	var targets []string
	if err := json.Unmarshal(out, &targets); err != nil {
		t.Fatal(err)
	}
	for i, p := range pictures {
		var args []string
		for _, name := range []string{"w", "fit", "rect", "mark", "txt"} {
			if value, ok := p.Values[name]; ok {
				args = append(args, name+"="+value)
			}
		}
		query, err := link.ParseQuery(args)
		if err != nil {
			t.Fatal(err)
		}
		want, err := link.Target(p.Key, query.String())
		if err != nil {
			t.Fatal(err)
		}
		if targets[i] != want {
			t.Errorf("the page writes %s, want %s", targets[i], want)
		}
	}
}
