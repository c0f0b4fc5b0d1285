package twin

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Services are the names of the stacks in a synthesised assembly that can be run: those that serve somebody.
func Services(assembly string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(assembly, "*.template.json"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if bytes.Contains(text, []byte(`"AWS::CloudFront::Distribution"`)) {
			names = append(names, strings.TrimSuffix(filepath.Base(file), ".template.json"))
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s holds no stack that serves anybody: run `make twin`, which synthesises them", assembly)
	}
	return names, nil
}
