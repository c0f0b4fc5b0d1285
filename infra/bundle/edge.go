package bundle

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"primrose/infra/config"
)

// EdgeLimit is the most bytes that CloudFront takes as one function's code.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
const EdgeLimit = 10_240

// Edge is the edge function's code as it is deployed to a stage: the script with the table of options
// and the stage's settings pasted into it, minified.
func Edge(root string, e config.Edge) (string, error) {
	script, err := edgeSource(root, e)
	if err != nil {
		return "", err
	}
	code, err := minify(script)
	if err != nil {
		return "", err
	}
	if len(code) > EdgeLimit {
		return "", fmt.Errorf("the edge function has %d bytes minified, CloudFront takes %d: shorten functions/edge/viewer_request.js, or Edge.Widths",
			len(code), EdgeLimit)
	}
	return code, nil
}

// Lines of the script that something takes the place of.
const (
	tableLine = "const table = '';"
	stageLine = "const stage = {};"
)

// edgeSource is the script with the table and the settings pasted in, as functions/edge runs it too.
func edgeSource(root string, e config.Edge) (string, error) {
	functions := filepath.Join(root, "functions")
	script, err := os.ReadFile(filepath.Join(functions, "edge", "viewer_request.js"))
	if err != nil {
		return "", err
	}
	table, err := os.ReadFile(filepath.Join(functions, "internal", "options", "options.txt"))
	if err != nil {
		return "", err
	}
	source, err := paste(string(script), tableLine, withoutComments(string(table)))
	if err != nil {
		return "", err
	}
	return paste(source, stageLine, settingsOf(e))
}

// settings are what the script has to know of its stage. An empty one means: any width, no signatures.
type settings struct {
	Signing config.SigningMode `json:"signing,omitempty"`
	Keys    []string           `json:"keys,omitempty"` // ids
	Widths  []int              `json:"widths,omitempty"`
}

func settingsOf(e config.Edge) settings {
	s := settings{Widths: e.Widths}
	if e.Signing.Mode == config.SigningRequired {
		s.Signing, s.Keys = e.Signing.Mode, e.Signing.Keys
	}
	return s
}

// paste puts a value into the line of the script that declares it.
func paste(script, line string, value any) (string, error) {
	if n := strings.Count(script, line); n != 1 {
		return "", fmt.Errorf("viewer_request.js has %d lines %q, want one to put the value into", n, line)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	declaration, _, _ := strings.Cut(line, "=")
	return strings.Replace(script, line, declaration+"= "+string(text)+";", 1), nil
}

// withoutComments drops the table's comments and blank lines.
func withoutComments(table string) string {
	var lines strings.Builder
	for line := range strings.Lines(table) {
		if line != "\n" && !strings.HasPrefix(line, "#") {
			lines.WriteString(line)
		}
	}
	return lines.String()
}
