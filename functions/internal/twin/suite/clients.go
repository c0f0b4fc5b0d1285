package suite

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
)

var clients = []Request{
	{Name: "curl gets a picture", ask: func(v *visit) {
		v.upload("curl/rose.jpg", red())
		address := v.url("/curl/rose.jpg?w=160")
		dir := v.folder()
		defer os.RemoveAll(dir)
		picture := filepath.Join(dir, "rose.jpg")
		said, err := exec.CommandContext(v.ctx, "curl", "-sSf", "--proxy", "http://"+v.twin.Network.Address(), "--cacert", v.twin.Network.AuthorityFile(),
			"-o", picture, "-w", "%{http_code} %{content_type}", address).CombinedOutput()
		if err != nil || string(said) != "200 image/jpeg" {
			v.fail("curl %s: %v %s", address, err, said)
		}
		got, err := os.ReadFile(picture)
		v.must(err)
		v.do(http.MethodGet, address).shows("jpeg", 160).holds(got)
	}},
	{Name: "a browser shows pictures of the service on any site", ask: func(v *visit) {
		v.upload("browser/rose.jpg", red())
		seen := v.browse(fmt.Sprintf(page, v.url("/browser/rose.jpg?w=160&auto=format"), v.url("/browser/rose.jpg?w=120"), v.url("/browser/rose.jpg?w=80&fm=webp")))
		if want := (sight{160, 120, []int{200, 30, 40}, "image/webp"}); !seen.like(want) {
			v.fail("the browser saw %+v, want %+v", seen, want)
		}
	}},
}

func (v *visit) folder() string {
	dir, err := os.MkdirTemp("", "twin-client-")
	v.must(err)
	return dir
}

// page is a site of somebody else's that shows one picture, reads the pixels of another, and fetches a third.
const page = `<!doctype html><meta charset="utf-8"><title>shop</title>
<img id="shown" src=%q>
<img id="read" crossorigin src=%q>
<script type="module">
const loaded = img => img.decode().then(() => img.naturalWidth);
try {
	const [shown, read] = await Promise.all([loaded(document.getElementById('shown')), loaded(document.getElementById('read'))]);
	const canvas = document.createElement('canvas').getContext('2d');
	canvas.drawImage(document.getElementById('read'), 0, 0);
	const pixel = Array.from(canvas.getImageData(10, 10, 1, 1).data.slice(0, 3));
	const type = (await (await fetch(%q)).blob()).type;
	await fetch('/seen', {method: 'POST', body: JSON.stringify({shown, read, pixel, type})});
} catch (failure) {
	await fetch('/seen', {method: 'POST', body: JSON.stringify({type: String(failure)})});
}
</script>`

// sight is what the page tells of what it saw.
type sight struct {
	Shown, Read int // widths
	Pixel       []int
	Type        string
}

// like compares, with what JPEG leaves of a colour.
func (s sight) like(want sight) bool {
	if s.Shown != want.Shown || s.Read != want.Read || s.Type != want.Type || len(s.Pixel) != len(want.Pixel) {
		return false
	}
	for i := range want.Pixel {
		if d := s.Pixel[i] - want.Pixel[i]; d < -8 || d > 8 {
			return false
		}
	}
	return true
}

// browse has Chromium show a page of another site.
func (v *visit) browse(text string) sight {
	const site = "shop.example"
	told := make(chan sight, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, text)
	})
	mux.HandleFunc("POST /seen", func(w http.ResponseWriter, r *http.Request) {
		var s sight
		if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
			s.Type = err.Error()
		}
		select {
		case told <- s:
		default: // it tells once
		}
	})
	v.twin.Network.Handle(site, mux)
	defer v.twin.Network.Handle(site, nil)

	dir := v.folder()
	defer os.RemoveAll(dir)
	browser := exec.CommandContext(v.ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
		"--no-first-run", "--user-data-dir="+dir, "--proxy-server=http://"+v.twin.Network.Address(), "--ignore-certificate-errors",
		"https://"+site+"/")
	v.must(browser.Start())
	defer func() {
		browser.Process.Kill()
		browser.Wait()
	}()
	select {
	case s := <-told:
		return s
	case <-v.ctx.Done():
		v.fail("the browser showed nothing: %v (is chromium installed? make tools)", v.ctx.Err())
		return sight{}
	}
}
