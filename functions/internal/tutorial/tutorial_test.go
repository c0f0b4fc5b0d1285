package tutorial

import (
	"reflect"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	text := strings.Join([]string{
		"# Title", "## One", "```sh &", "serve", "```", "then", "```sh", "ask", "again", "```", "", "```", "an … answer", "```",
		"```go", "x := 1", "```", "## Two", "```sh", "quiet", "```", "prose", "```", "not printed", "```",
	}, "\n")
	got, err := Read(text)
	want := []Step{
		{Section: "One", Line: 4, Command: "serve", Beside: true},
		{Section: "One", Line: 8, Command: "ask\nagain", Prints: "an … answer"},
		{Section: "Two", Line: 20, Command: "quiet"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Read = %+v, %v, want %+v", got, err, want)
	}
	if _, err := Read("```sh\nls"); err == nil {
		t.Error("a block without an end is read")
	}
}

func TestPrinted(t *testing.T) {
	step := Step{Prints: "HTTP/2 200\n…\nx-cache: Hit from …"}
	for output, want := range map[string]bool{
		"HTTP/2 200\nage: 1\netag: x\nx-cache: Hit from cloudfront\n": true,
		"HTTP/2 403\nage: 1\nx-cache: Hit from cloudfront\n":          false,
		"HTTP/2 200\nage: 1\nx-cache: Miss from cloudfront\n":         false,
	} {
		if step.Printed(output) != want {
			t.Errorf("%q: %v", output, !want)
		}
	}
}

// A step that fails, or prints something else, is named with what it printed.
func TestRun(t *testing.T) {
	shell := Shell{Dir: t.TempDir(), Env: []string{"PATH=/usr/bin:/bin"}, Ready: "test -e started"}
	good := []Step{
		{Line: 1, Command: "touch started; sleep 600", Beside: true},
		{Line: 2, Command: "name=rose"},
		{Line: 3, Command: "echo $name", Prints: "rose"},
	}
	if printed, err := shell.Run(t.Context(), good); err != nil || printed[2] != "rose\n" {
		t.Errorf("it prints %q, %v", printed, err)
	}
	for _, bad := range []Step{
		{Line: 4, Command: "echo thorn; exit 3", Prints: "thorn"},
		{Line: 4, Command: "echo thorn | grep rose; echo $?"},
		{Line: 4, Command: "echo thorn", Prints: "rose"},
	} {
		_, err := shell.Run(t.Context(), append(good[:2:2], bad, good[2]))
		if err == nil || !strings.Contains(err.Error(), "line 4") {
			t.Errorf("%q: %v", bad.Command, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("## A\n```sh &\nx\n```\n\n```\ny…\n```")
	f.Fuzz(func(t *testing.T, text string) {
		steps, err := Read(text)
		if err != nil {
			return
		}
		lines := strings.Split(text, "\n")
		for _, s := range steps {
			if !strings.HasPrefix(strings.Join(lines[s.Line-1:], "\n"), s.Command) {
				t.Errorf("line %d is not %q", s.Line, s.Command)
			}
			s.Printed(s.Command)
		}
	})
}
