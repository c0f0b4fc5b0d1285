package stacks_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"primrose/infra/config"
)

// Whatever is asked of the log, some line has.
func TestQueriesAskForWhatIsLogged(t *testing.T) {
	platform := []string{"@timestamp", "@message", "message", "requestId", "type",
		"record.requestId", "record.metrics.initDurationMs", "record.metrics.maxMemoryUsedMB"}
	request := append(literals(t, "functions/internal/delivery/entry.go"), platform...)
	all := slices.Concat(request, literals(t, "functions/internal/delivery/delivery.go"), literals(t, "functions/internal/worker/pool.go"),
		literals(t, "functions/internal/worker/inspect.go"), literals(t, "functions/internal/purge/purge.go"), slices.Collect(maps.Values(stringConstants(t, "functions/internal/metric/metric.go"))))
	each(t, func(t *testing.T, _ config.Stage, made template) {
		ids := made.of("AWS::Logs::QueryDefinition")
		for _, id := range ids {
			q := made.Resources[id].Properties
			logged := all
			if strings.Contains(text(q["QueryString"]), `message = "request"`) {
				logged = request
			}
			for _, field := range fields(text(q["QueryString"])) {
				if !slices.Contains(logged, field) {
					t.Errorf("%s asks for %s, which nothing logs", q["Name"], field)
				}
			}
			asked := strings.Trim(texts(q["LogGroupNames"])[0], "${}")
			if made.Resources[asked].Type != "AWS::Logs::LogGroup" {
				t.Errorf("%s asks %s", id, asked)
			}
		}
		if len(ids) < 6 {
			t.Errorf("queries: %q", ids)
		}
	})
}

// fields are the names in a query that are neither its language nor made by itself.
func fields(query string) []string {
	query = regexp.MustCompile(`"[^"]*"|\bas \w+`).ReplaceAllString(query, "")
	language := strings.Fields("fields filter stats sort limit by and or asc desc count max avg sum pct bin ispresent like m")
	var found []string
	for _, name := range regexp.MustCompile(`[@A-Za-z][\w.]*`).FindAllString(query, -1) {
		aliased := regexp.MustCompile(`sort `+regexp.QuoteMeta(name)+` `).MatchString(query) && !strings.Contains(query, "fields")
		if !slices.Contains(language, name) && !aliased {
			found = append(found, name)
		}
	}
	return found
}
