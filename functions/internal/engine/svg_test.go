package engine

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"primrose/functions/internal/problem"
	"primrose/functions/internal/vips"
)

// An SVG shows what is in it, and nothing else. Here no jail is in the way: it
// is the decoder itself that reads no file and connects to nobody. Were
// anything loaded, it would hide the green ground.
func TestSVGLoadsNothing(t *testing.T) {
	asked := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.URL.Path }))
	defer server.Close()

	dir := t.TempDir()
	for name, content := range map[string][]byte{
		"red.png":   pngOf(t, paper(40, 40, red)),
		"red.svg":   []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect id="r" width="40" height="40" fill="rgb(220,30,30)"/></svg>`),
		"red.css":   []byte(`#ground { fill: rgb(220,30,30) }`),
		"cover.txt": []byte(strings.Repeat("M", 40)),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	const text = `style="font-size:60px" y="40"`
	for _, base := range []string{"", "./", dir + "/", "file://" + dir + "/", server.URL + "/"} {
		for name, svg := range map[string]string{
			"an image":              `<image href="%sred.png" width="40" height="40"/>`,
			"an image of an SVG":    `<image xlink:href="%sred.svg" width="40" height="40"/>`,
			"a use":                 `<use href="%sred.svg#r"/>`,
			"a filter's image":      `<filter id="f"><feImage href="%sred.png" width="40" height="40"/></filter><rect width="40" height="40" filter="url(#f)"/>`,
			"a pattern":             `<rect width="40" height="40" fill="url(%sred.svg#r) none"/>`,
			"an import of styles":   `<style>@import url("%sred.css");</style>`,
			"an included text":      `<text ` + text + `><xi:include href="%scover.txt" parse="text"/></text>`,
			"an included element":   `<xi:include href="%sred.svg" parse="xml"/>`,
			"a referenced text":     `<text ` + text + `><tref xlink:href="%scover.txt"/></text>`,
			"a foreign object":      `<foreignObject width="40" height="40"><iframe src="%sred.svg"/></foreignObject>`,
			"a font":                `<style>@font-face { font-family: f; src: url("%sred.svg") }</style>`,
			"an entity":             `<!DOCTYPE svg [` + disguise + `<!ENTITY x SYSTEM "%scover.txt">]><text ` + text + `>&x;</text>`,
			"a document type":       `<!DOCTYPE svg SYSTEM "%sred.css">`,
			"a parameter entity":    `<!DOCTYPE svg [` + disguise + `<!ENTITY %% x SYSTEM "%sred.css"> %%x;]>`,
			"a sheet of styles":     `<?xml-stylesheet href="%sred.css" type="text/css"?>`,
			"an image of no scheme": `<image href="//%sred.png" width="40" height="40"/>`,
		} {
			v, err := runPipe(t, Job{Options: "fm=png", Limits: everything()}, document(fmt.Sprintf(svg, base)))
			if err != nil {
				if code(err) != problem.BrokenImage {
					t.Errorf("%s from %q: %v", name, base, err)
				}
				continue
			}
			near(t, name+" from "+base, pixels(t, v.Body), 20, 20, green, 0)
		}
	}
	select {
	case path := <-asked:
		t.Errorf("the network was asked for %s", path)
	default:
	}

	// A decoder that is told the document's folder does look there.
	if err := os.WriteFile("ground.svg", document(`<image href="red.png" width="40" height="40"/>`), 0o600); err != nil {
		t.Fatal(err)
	}
	vips.Block("VipsForeignLoadSvg", false)
	defer vips.Block("VipsForeignLoadSvg", true)
	img, err := vips.New("svgload", vips.Args{"filename": "ground.svg"})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	made, err := img.Save("pngsave_buffer", vips.Args{"keep": "none"})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "an image beside its document", pixels(t, made), 20, 20, red, 0)
}

// disguise has what declares entities taken for an SVG, whose own declarations
// are not looked through: it is a comment only to who knows that it is inside of
// a document type.
const disguise = "<!--><svg -->"

// document is an SVG of 40×40 pixels of green, with something in front of it;
// a declaration goes before the document.
func document(with string) []byte {
	declaration := ""
	if strings.HasPrefix(with, "<!") || strings.HasPrefix(with, "<?") {
		end := "?>"
		if strings.HasPrefix(with, "<!") {
			end = ">"
			if strings.Contains(with, "[") {
				end = "]>"
			}
		}
		head, rest, _ := strings.Cut(with, end)
		declaration, with = head+end, rest
	}
	return []byte(declaration + `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xi="http://www.w3.org/2001/XInclude" width="40" height="40">` +
		`<rect id="ground" width="40" height="40" fill="rgb(30,180,30)"/>` + with + `</svg>`)
}

// What an SVG holds itself is no other file.
func TestSVGShowsWhatItHolds(t *testing.T) {
	image := base64.StdEncoding.EncodeToString(pngOf(t, paper(40, 40, red)))
	for name, svg := range map[string]string{
		"an image":     `<image href="data:image/png;base64,` + image + `" width="40" height="40"/>`,
		"an entity":    `<!DOCTYPE svg [` + disguise + `<!ENTITY c "rgb(220,30,30)">]><rect width="40" height="40" fill="&c;"/>`,
		"a style":      `<style>#ground { fill: rgb(220,30,30) }</style>`,
		"a definition": `<defs><rect id="d" width="40" height="40" fill="rgb(220,30,30)"/></defs><use href="#d"/>`,
	} {
		v, err := runPipe(t, Job{Options: "fm=png", Limits: everything()}, document(svg))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		near(t, name, pixels(t, v.Body), 20, 20, red, 0)
	}
}

// Entities of entities of entities end in an error, soon.
func TestSVGOfManyEntities(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`<!DOCTYPE svg [` + disguise + `<!ENTITY e0 "lol">`)
	for i := range 30 {
		fmt.Fprintf(&b, `<!ENTITY e%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&e%d;", i), 10))
	}
	b.WriteString(`]><text>&e30;</text>`)
	if _, err := runPipe(t, Job{Options: "w=8", Limits: everything()}, document(b.String())); code(err) != problem.BrokenImage {
		t.Errorf("%v, want %s", err, problem.BrokenImage)
	}
}
