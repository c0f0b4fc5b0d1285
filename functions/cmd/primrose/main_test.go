package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"primrose/functions/internal/jailcheck"
	"primrose/functions/internal/keystest"
	"primrose/functions/internal/s3test"
	"primrose/functions/internal/worker"
)

// asCommand in the environment makes this test binary the command: without
// it, a command without arguments would run the tests again, and again.
const asCommand = "PRIMROSE_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	worker.Main() // whose environment is empty
	jailcheck.Main()
	if os.Getenv(asCommand) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// primrose is the command with arguments, not yet started.
func primrose(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), asCommand+"=1", "XDG_CACHE_HOME="+t.TempDir(), "HOME="+t.TempDir())
	return cmd
}

var urlPattern = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// serving starts `primrose serve` and returns its URL once it is announced.
func serving(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if url := urlPattern.FindString(lines.Text()); url != "" {
			return url
		}
	}
	t.Fatalf("it announces no URL: %v, %s", cmd.Wait(), log.Bytes())
	return ""
}

func get(t *testing.T, url string) (*http.Response, []byte) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

// TestServe starts the whole service, asks it, and stops it like a terminal
// or an init system does. Variants outlive it.
func TestServe(t *testing.T) {
	originals, variants := t.TempDir(), t.TempDir()
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewGray(image.Rect(0, 0, 60, 40))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(originals, "grey.png"), photo.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		signal os.Signal
		cache  string
	}{{os.Interrupt, "Miss"}, {syscall.SIGTERM, "Hit from store"}} {
		cmd := primrose(t, "serve", "--originals", originals, "--variants", variants, "--addr", "127.0.0.1:0", "--quiet")
		url := serving(t, cmd)
		response, body := get(t, url+"/grey.png?w=30")
		picture, err := png.Decode(bytes.NewReader(body))
		if err != nil || picture.Bounds() != image.Rect(0, 0, 30, 20) {
			t.Errorf("no 30×20 PNG: %s, %v", response.Status, err)
		}
		if got := response.Header.Get("X-Cache"); got != c.cache {
			t.Errorf("X-Cache is %q, want %q", got, c.cache)
		}
		if err := errors.Join(cmd.Process.Signal(c.signal), cmd.Wait()); err != nil {
			t.Errorf("after %s: %v", c.signal, err)
		}
	}
}

// TestServeSamples is the first thing that a newcomer does.
func TestServeSamples(t *testing.T) {
	cmd := primrose(t, "serve", "--addr", "127.0.0.1:0", "--quiet")
	url := serving(t, cmd)
	_, list := get(t, url+"/originals/")
	var samples struct{ Originals []struct{ Thumbnail string } }
	if err := json.Unmarshal(list, &samples); err != nil || len(samples.Originals) == 0 {
		t.Fatalf("no originals for the page: %s", list)
	}
	path := samples.Originals[0].Thumbnail
	if response, body := get(t, url+path); response.StatusCode != http.StatusOK {
		t.Errorf("%s: %s %s", path, response.Status, body)
	}
	if response, page := get(t, url+"/"); response.StatusCode != http.StatusOK || !bytes.Contains(page, []byte("<title>Primrose</title>")) {
		t.Errorf("the page: %s %.200s", response.Status, page)
	}
	if err := errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()); err != nil {
		t.Error(err)
	}
}

// TestSign: what is signed here is served there, and nothing else.
func TestSign(t *testing.T) {
	secret := strings.Repeat("k", 43)
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := primrose(t, "serve", "--addr", "127.0.0.1:0", "--quiet", "--sign-key", "2026a="+file, "--widths", "32,64")
	url := serving(t, server)
	sign := primrose(t, "sign", "--key-id", "2026a", "--expires", "1h", url+"/rose.jpg?w=20&fm=png", url+"/rose.jpg?w=40")
	sign.Env = append(sign.Env, "PRIMROSE_KEY="+secret)
	out, err := sign.Output()
	urls := strings.Fields(string(out))
	if err != nil || len(urls) != 2 {
		t.Fatalf("signed %q, %v", out, err)
	}
	if response, body := get(t, urls[0]); response.StatusCode != http.StatusOK {
		t.Errorf("%s: %s %s", urls[0], response.Status, body)
	} else if picture, err := png.Decode(bytes.NewReader(body)); err != nil || picture.Bounds().Dx() != 32 {
		t.Errorf("no PNG 32 px wide: %v", err)
	}
	for _, wrong := range []string{url + "/rose.jpg?w=20&fm=png", strings.Replace(urls[1], "w=40", "w=41", 1)} {
		if response, body := get(t, wrong); response.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s %s", wrong, response.Status, body)
		}
	}
	if err := errors.Join(server.Process.Signal(os.Interrupt), server.Wait()); err != nil {
		t.Error(err)
	}
}

// TestServeStage serves as a stage does that a team from imgix has: with its
// signatures, with presets, and with an image for those that are missing.
func TestServeStage(t *testing.T) {
	originals, dir := t.TempDir(), t.TempDir()
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewGray(image.Rect(0, 0, 60, 40))); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		filepath.Join(originals, "grey.png"): photo.String(),
		filepath.Join(dir, "token"):          "FOO123bar\n",
		filepath.Join(dir, "presets"):        "thumb w=30&h=10&fit=crop\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := primrose(t, "serve", "--originals", originals, "--variants", t.TempDir(), "--addr", "127.0.0.1:0", "--quiet",
		"--sign-key", "imgix="+dir+"/token", "--sign-optional", "--presets", dir+"/presets", "--fallback", "grey.png")
	url := serving(t, server)
	signed, err := primrose(t, "sign", "--imgix", "--key-file", dir+"/token", "/grey.png?preset=thumb").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path          string
		status        int
		width, height int
	}{
		{"/grey.png?preset=thumb", http.StatusOK, 30, 10},
		{"/grey.png?preset=thumb&w=20", http.StatusOK, 20, 10},
		{"/grey.png?w=20&preset=thumb", http.StatusOK, 20, 10},
		{"/grey.png?preset=none", http.StatusBadRequest, 0, 0},
		{"/gone.png?preset=thumb", http.StatusNotFound, 30, 10},
		{strings.TrimSpace(string(signed)), http.StatusOK, 30, 10},
		{strings.TrimSpace(string(signed)) + "&w=20", http.StatusForbidden, 0, 0},
	} {
		response, body := get(t, url+test.path)
		picture, _ := png.Decode(bytes.NewReader(body))
		if response.StatusCode != test.status || (picture != nil) != (test.width > 0) || picture != nil && picture.Bounds() != image.Rect(0, 0, test.width, test.height) {
			t.Errorf("%s: %s, %.200q", test.path, response.Status, body)
		}
	}
	if err := errors.Join(server.Process.Signal(os.Interrupt), server.Wait()); err != nil {
		t.Error(err)
	}
}

// TestKeysPush shows what it does, and no key.
func TestKeysPush(t *testing.T) {
	aws := keystest.Start(t)
	arn := keystest.SecretARN("b")
	aws.Secrets[arn] = strings.Repeat("b", 43)
	aws.Store.Put(map[string]string{"key.2026a": strings.Repeat("a", 43)})
	for _, c := range []struct{ args, says, holds string }{
		{"--secret 2026b=" + arn + " --dry-run", "remove   2026a\nadd      2026b\nNothing is changed: this was a dry run.\n", "key.2026a"},
		{"--secret 2026b=" + arn, "remove   2026a\nadd      2026b\n", "key.2026b"},
		{"--secret 2026b=" + arn, "keep     2026b\n", "key.2026b"},
		{"--remove-all", "remove   2026b\n", ""},
	} {
		cmd := primrose(t, append([]string{"keys", "push", "--store", keystest.StoreARN}, strings.Fields(c.args)...)...)
		cmd.Env = append(cmd.Env, aws.Environ()...)
		out, err := cmd.CombinedOutput()
		if err != nil || string(out) != c.says {
			t.Errorf("%s: says %q, %v, want %q", c.args, out, err, c.says)
		}
		if held := strings.Join(slices.Collect(maps.Keys(aws.Store.Values())), " "); held != c.holds {
			t.Errorf("%s: the store holds %s, want %s", c.args, held, c.holds)
		}
	}
}

// TestPresetsPush leaves the keys alone.
func TestPresetsPush(t *testing.T) {
	aws := keystest.Start(t)
	aws.Store.Put(map[string]string{"key.2026a": strings.Repeat("a", 43), "preset.old": "w=1"})
	file := filepath.Join(t.TempDir(), "presets.txt")
	if err := os.WriteFile(file, []byte("# ours\nhero w=1600&auto=format\nthumb w=300\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const changes = "add      hero\nremove   old\nadd      thumb\n"
	for _, c := range []struct{ args, says, hero string }{
		{"--dry-run " + file, changes + "Nothing is changed: this was a dry run.\n", ""},
		{file, changes, "w=1600&auto=format"},
		{file, "keep     hero\nkeep     thumb\n", "w=1600&auto=format"},
		{"--remove-all", "remove   hero\nremove   thumb\n", ""},
	} {
		cmd := primrose(t, append([]string{"presets", "push", "--store", keystest.StoreARN}, strings.Fields(c.args)...)...)
		cmd.Env = append(cmd.Env, aws.Environ()...)
		out, err := cmd.CombinedOutput()
		held := aws.Store.Values()
		if err != nil || string(out) != c.says || held["preset.hero"] != c.hero || held["key.2026a"] == "" {
			t.Errorf("%s: says %q, %v, want %q; the store holds %v", c.args, out, err, c.says, held)
		}
	}
}

func TestMistakes(t *testing.T) {
	s3test.Setenv(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	dir := t.TempDir()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte(strings.Repeat("k", 43)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   string
		status int
		says   string
	}{
		{"", 2, "Usage: primrose"},
		{"dance", 2, `no command "dance"`},
		{"jail-check --font", 2, "-font"},
		{"serve --colour", 2, "-colour"},
		{"serve here", 2, `"here"`},
		{"serve --originals " + dir + "/none", 1, "there is no folder " + dir + "/none"},
		{"serve --originals " + file, 1, file + " is no folder"},
		{"serve --originals s3://", 1, "a bucket's name"},
		{"serve --originals s3://a/b", 1, "without a prefix"},
		{"serve --originals s3://no-such-bucket", 1, "can't be listed: there is no such bucket"},
		{"serve --originals " + dir + " --variants s3://no-such-bucket", 1, "there is no such bucket"},
		{"serve --watch --originals s3://" + s3test.Bucket(t), 1, "not watched"},
		{"serve --originals " + dir + " --variants " + file, 1, "--variants"},
		{"serve --originals " + dir + " --variants " + dir + "/variants", 1, "must stay as it is"},
		{"serve --originals " + dir + " --decoders heic", 1, "neither tiff nor svg"},
		{"serve --originals " + dir + " --max-pixels 0", 1, "--max-pixels must be greater than 0"},
		{"serve --originals " + dir + " --max-memory -1", 1, "--max-memory must be greater than 0"},
		{"serve --originals " + dir + " --max-variant-bytes 100000001", 1, "at most 100000000"},
		{"serve --originals " + dir + " --deadline 0s", 1, "--deadline must be greater than 0"},
		{"serve --originals " + dir + " --addr " + taken.Addr().String(), 1, "taken by another program"},
		{"serve --originals " + dir + " --addr nowhere", 1, "--addr nowhere"},
		{"serve --widths 640,320", 2, "ascending"},
		{"serve --sign-key 2026a", 2, "name the file"},
		{"serve --sign-key 2026a=" + file, 2, "use 32 to 1024"},
		{"serve --sign-optional", 1, "needs a key"},
		{"serve --presets " + key, 2, "is no preset's name"},
		{"serve --fallback /none.png", 1, "no original's key"},
		{"serve --log xml", 1, "neither text nor json"},
		{"serve --jobs -1", 1, "--jobs"},
		{"serve --stage dev --cdk-out " + dir, 1, "make synth"},
		{"serve --stage dev --cdk-out ../../../infra/stacks/testdata --widths 320", 1, "decides what --widths says"},
		{"serve --stage prod --cdk-out ../../../infra/stacks/testdata --sign-key other=" + key, 1, "knows no key other, but 2026a"},
		{"url", 2, "which original?"},
		{"url rose.jpg w", 1, "write name=value"},
		{"url rose.jpg wdth=300", 1, `no option "wdth"`},
		{"url rose.jpg w=0", 1, "w=0 is refused"},
		{"url a//b.jpg", 1, "the path names no image"},
		{"url rose.jpg --as pdf", 1, "curl, event, img"},
		{"url rose.jpg --srcset 2,1", 1, "--srcset"},
		{"url rose.jpg --base images.example.com", 1, "scheme and host alone"},
		{"url rose.jpg --expires 1h", 1, "--key-id"},
		{"warm", 2, "which originals?"},
		{"warm --originals " + dir, 1, "which variants?"},
		{"warm --originals " + dir + " --options w=0", 1, "w=0 is refused"},
		{"warm --originals " + dir + " --options wdth=3", 1, "is no option"},
		{"warm --originals " + dir + " --options-file " + key, 1, "line 1"},
		{"warm --originals " + dir + " --options w=3 --accept jxl", 1, "none of avif, webp and other"},
		{"warm --originals " + dir + " --options w=3 --parallel 0", 1, "--parallel"},
		{"warm --originals " + dir + "/none --options w=3", 1, "there is no folder"},
		{"warm --originals s3://no-such-bucket --options w=3", 1, "there is no such bucket"},
		{"warm --originals ../../internal/sample/originals --options w=3 --journal " + key, 1, "no journal"},
		{"inspect", 2, "name one URL"},
		{"inspect none.jpg", 1, "no file here"},
		{"inspect --widths 2,1 /rose.jpg", 1, "--widths"},
		{"inspect http://127.0.0.1:1/rose.jpg --fetch", 1, "is the service running?"},
		{"sign /rose.jpg", 1, "PRIMROSE_KEY"},
		{"sign --key-id 2026a --key-file " + key, 2, "which URL?"},
		{"sign --key-id 2026a --key-file " + file + " /rose.jpg", 1, "use 32 to 1024"},
		{"sign --key-id 2026a --key-file " + dir + "/none /rose.jpg", 1, "no such file"},
		{"sign --imgix --key-id 2026a --key-file " + key + " /rose.jpg", 1, "which is meant?"},
		{"sign --imgix --key-file " + file + " /rose.jpg", 1, "use 8 to 1024"},
		{"sign --key-file " + key + " /rose.jpg", 1, "no key's id"},
		{"sign --key-id 2026a --key-file " + key + " --expires -1h /rose.jpg", 1, "negative"},
		{"sign --key-id 2026a --key-file " + key + " /rose.jpg?kid=1", 1, "signed already"},
		{"sign --key-id 2026a --key-file " + key + " https://images.example.com", 1, "names no image"},
		{"sign --key-id 2026a --key-file " + key + " https://images.example.com/a//b.jpg", 1, "names no image"},
		{"sign --key-id 2026a --key-file " + key + " /rose.jpg?w=0", 1, "w=0 is refused"},
		{"sign --key-id 2026a --key-file " + key + " /rose.jpg#top", 1, "never sent"},
		{"keys", 2, "push is all"},
		{"keys pull", 2, "push is all"},
		{"keys push", 1, "--remove-all"},
		{"keys push --secret 2026a", 2, "id=ARN"},
		{"keys push --secret a=1 --remove-all", 1, "which is meant?"},
		{"keys push --secret a=1", 1, "--store"},
		{"presets pull", 2, "push is all that can be done with presets"},
		{"presets push", 2, "name one file"},
		{"presets push --remove-all " + file, 1, "which is meant?"},
		{"presets push " + file, 1, "--remove-all"},
		{"presets push " + key, 1, "is no preset's name"},
		{"presets push " + dir + "/none", 1, "no such file"},
		{"presets push --remove-all", 1, "--store"},
		{"keys push --secret a=1 --store " + keystest.StoreARN, 1, "no ARN of a secret"},
	} {
		out, err := primrose(t, strings.Fields(c.args)...).CombinedOutput()
		exit, _ := errors.AsType[*exec.ExitError](err)
		if exit == nil || exit.ExitCode() != c.status || !strings.Contains(string(out), c.says) {
			t.Errorf("primrose %s: %v\n%s", c.args, err, out)
		}
	}
}

// TestForbidden: credentials that may not read are told what they lack.
func TestForbidden(t *testing.T) {
	bucket := s3test.Bucket(t)
	cmd := primrose(t, "serve", "--originals", "s3://"+bucket)
	for name, value := range s3test.User(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::`+bucket+`/*"}]}`) {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "they need s3:ListBucket on it") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestHelp(t *testing.T) {
	for args, says := range map[string]string{
		"help":          "serve",
		"help warm":     "--dry-run",
		"serve -h":      "--originals s3://",
		"sign -h":       "PRIMROSE_KEY",
		"keys -h":       "rotate",
		"presets -h":    "?preset=hero",
		"jail-check -h": "--fonts",
		"version -h":    "codecs",
		"version":       "vips",
	} {
		if out, err := primrose(t, strings.Fields(args)...).CombinedOutput(); err != nil || !strings.Contains(string(out), says) {
			t.Errorf("primrose %s: %v\n%s", args, err, out)
		}
	}
}
