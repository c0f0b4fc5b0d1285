package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"primrose/functions/internal/keystest"
	"primrose/functions/internal/s3test"
)

// example is a line of a command's help that a shell is to run.
var example = regexp.MustCompile(`(?m)^  ((?:primrose|curl|openssl|export|aws) (?:.*\\\n)*.*)$`)

// startsService matches an example after which a service runs.
var startsService = regexp.MustCompile(`(^|&& )primrose serve\b`)

// block is a part of a document that a shell is to run.
var block = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// TestExamples runs each example of each command's help and of the document.
func TestExamples(t *testing.T) {
	t.Parallel()
	desk := newDesk(t)
	for _, c := range commands {
		help, err := primrose(t, c.name, "-h").CombinedOutput()
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, match := range example.FindAllStringSubmatch(string(help), -1) {
			lines = append(lines, match[1])
		}
		if len(lines) == 0 {
			t.Errorf("the help of %s has no example:\n%s", c.name, help)
		}
		desk.try(t, lines)
	}
	document, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "commands.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range block.FindAllStringSubmatch(string(document), -1) {
		desk.try(t, strings.Split(strings.TrimSpace(match[1]), "\n"))
	}
}

// try runs lines in turn. A service that one of them starts runs until the
// next; 127.0.0.1:8080 stands for it.
func (d *desk) try(t *testing.T, lines []string) {
	t.Helper()
	exports := ""
	for _, line := range lines {
		line = d.here(t, line)
		switch {
		case strings.HasPrefix(line, "export "):
			exports += line + "\n"
		case startsService.MatchString(line):
			d.serve(t, line)
		default:
			if out, err := d.shell(t, exports+line).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", line, err, out)
			}
		}
	}
	if d.service != nil {
		d.service.stop(t)
		d.service = nil
	}
}

// desk is where somebody works who tries the examples: with files, buckets and
// programs as they name them.
type desk struct {
	dir     string
	env     []string
	service *started // nil where none runs
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	top, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	aws := keystest.Start(t)
	aws.Secrets[keystest.SecretARN("2026a")] = strings.Repeat("a", 43)
	d := &desk{dir: t.TempDir()}
	path := func(name string) string { return filepath.Join(d.dir, name) }
	err = errors.Join(os.Mkdir(path("bin"), 0o700), os.Mkdir(path("Pictures"), 0o700), os.Symlink(filepath.Join(top, "build"), path("build")),
		os.Symlink(filepath.Join(top, "infra", "stacks", "testdata"), path("cdk.out")))
	for name, text := range map[string]string{
		"bin/primrose": "#!/bin/sh\nexec env " + asCommand + "=1 " + self + ` "$@"` + "\n",
		"bin/xdg-open": "#!/bin/sh\n",
		"bin/open":     "#!/bin/sh\n",
		"bin/aws":      "#!/bin/sh\necho " + strings.Repeat("a", 43) + "\n",
		".curlrc":      "fail\n", // where the service refuses
		"key.txt":      strings.Repeat("k", 43),
		"token.txt":    "FOO123bar",
		"sets.txt":     "w=20\n",
		"presets.txt":  "hero w=20\n",
	} {
		err = errors.Join(err, os.WriteFile(path(name), []byte(text), 0o700))
	}
	if err != nil {
		t.Fatal(err)
	}
	picture(t, path("Pictures/rose.jpg"), 60, 40) // whose name says what it isn't
	for _, bucket := range []string{"my-originals", "my-variants"} {
		if _, err := s3test.Client(t).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
			t.Fatal(err)
		}
	}
	rose, err := os.Open(path("Pictures/rose.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	defer rose.Close()
	if _, err := s3test.Client(t).PutObject(t.Context(), &s3.PutObjectInput{Bucket: new("my-originals"), Key: new("rose.jpg"), Body: rose}); err != nil {
		t.Fatal(err)
	}
	d.env = append(os.Environ(), "HOME="+d.dir, "XDG_CACHE_HOME="+path("cache"), "PATH="+path("bin")+":"+os.Getenv("PATH"))
	d.env = append(d.env, aws.Environ()...)
	for name, value := range s3test.Env(t) {
		d.env = append(d.env, name+"="+value)
	}
	return d
}

// here writes an example's line for this desk.
func (d *desk) here(t *testing.T, line string) string {
	if strings.HasPrefix(line, "primrose warm ") && !strings.Contains(line, "--base") {
		line += " --base http://127.0.0.1:8080" // its default
	}
	if d.service == nil && elsewhere.MatchString(line) {
		d.serve(t, "primrose serve")
	}
	if d.service != nil {
		line = elsewhere.ReplaceAllString(line, d.service.url)
	}
	line = strings.ReplaceAll(line, "<ARN>", "arn")
	line = regexp.MustCompile(`arn:aws:cloudfront::\S+`).ReplaceAllString(line, keystest.StoreARN)
	return regexp.MustCompile(`arn:aws:secretsmanager:\S+`).ReplaceAllString(line, keystest.SecretARN("2026a"))
}

// elsewhere are the services that examples speak of.
var elsewhere = regexp.MustCompile(`http://127\.0\.0\.1:8080|https://images\.example\.com`)

func (d *desk) shell(t *testing.T, script string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
	cmd.Dir, cmd.Env = d.dir, d.env
	return cmd
}

// serve starts a service in place of the one that runs.
func (d *desk) serve(t *testing.T, line string) {
	t.Helper()
	if d.service != nil {
		d.service.stop(t)
	}
	line, _, _ = strings.Cut(line, "#")
	d.service = start(t, d.shell(t, strings.Replace(line, "primrose serve", "exec primrose serve", 1)+" --addr 127.0.0.1:0"))
}
