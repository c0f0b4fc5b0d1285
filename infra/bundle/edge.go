package bundle

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// EdgeLimit is the most bytes that CloudFront takes as one function's code.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
const EdgeLimit = 10_240

// Edge is the edge function's code as it is deployed: the script with the table of options pasted
// into it, minified.
func Edge(root string) (string, error) {
	script, err := edgeSource(root)
	if err != nil {
		return "", err
	}
	code, err := minify(script)
	if err != nil {
		return "", err
	}
	if len(code) > EdgeLimit {
		return "", fmt.Errorf("the edge function has %d bytes minified, CloudFront takes %d: shorten functions/edge/viewer_request.js",
			len(code), EdgeLimit)
	}
	return code, nil
}

// tableLine is the line of the script that the table of options takes the place of.
const tableLine = "const table = '';"

// edgeSource is the script with the table pasted in, as functions/edge runs it too.
func edgeSource(root string) (string, error) {
	functions := filepath.Join(root, "functions")
	script, err := os.ReadFile(filepath.Join(functions, "edge", "viewer_request.js"))
	if err != nil {
		return "", err
	}
	table, err := os.ReadFile(filepath.Join(functions, "internal", "options", "options.txt"))
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(withoutComments(string(table)))
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(script), tableLine); n != 1 {
		return "", fmt.Errorf("viewer_request.js has %d lines %q, want one to put the options into", n, tableLine)
	}
	return strings.Replace(string(script), tableLine, "const table = "+string(text)+";", 1), nil
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
