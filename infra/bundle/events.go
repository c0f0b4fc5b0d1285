package bundle

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Events are those of the image function's events that make good test events: an operation each, by
// its name. They want nothing of the account, not even an image in a bucket.
func Events(root string) (map[string]json.RawMessage, error) {
	events := map[string]json.RawMessage{}
	for _, name := range []string{"ping", "getSample", "getDimensions"} {
		file := filepath.Join(root, "functions", "image", "events", name+".json")
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if !json.Valid(text) {
			return nil, fmt.Errorf("%s is not JSON: the console would not offer it", file)
		}
		events[name] = text
	}
	return events, nil
}
