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
	source, err := paste(string(script), tableLine, packed(string(table)))
	if err != nil {
		return "", err
	}
	return paste(source, stageLine, settingsOf(e))
}

// settings are what the script has to know of its stage. An empty one means: any width, no signatures.
type settings struct {
	Signing config.SigningMode `json:"signing,omitempty"`
	Keys    []string           `json:"keys,omitzero"` // ids
	Imgix   bool               `json:"imgix,omitempty"`
	Widths  []int              `json:"widths,omitempty"`
}

func settingsOf(e config.Edge) settings {
	s := settings{Widths: e.Widths}
	if e.Signing.Mode == config.SigningRequired || e.Signing.Mode == config.SigningOptional {
		s.Signing, s.Keys, s.Imgix = e.Signing.Mode, append([]string{}, e.Signing.Keys...), e.Signing.Imgix
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

// packed is the table as the script wants it: a line for all options that take the same values, with
// kind and range (the kind value is left out), and after each "&" an option's name and default.
func packed(table string) string {
	var heads []string
	names := map[string]string{}
	for line := range strings.Lines(table) {
		column := append(strings.Fields(line), "")
		if line[0] == '#' || len(column) < 4 {
			continue
		}
		head := strings.TrimPrefix(column[1]+" "+column[2], "value ")
		if names[head] == "" {
			heads = append(heads, head)
		}
		names[head] += "&" + column[0] + "=" + column[3]
	}
	var text strings.Builder
	for _, head := range heads {
		text.WriteString(head + names[head] + "\n")
	}
	return text.String()
}
