package corpus

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// row is how one file fared.
type row struct {
	name    string
	format  string
	good    int
	refused map[string]int // how often, by code
	slowest time.Duration
	query   string // of the slowest
}

func (r *row) add(a answer) {
	switch {
	case a.status == http.StatusOK:
		r.good++
	default:
		r.refused[cmp.Or(a.code, fmt.Sprint(a.status))]++
	}
	if a.took > r.slowest {
		r.slowest, r.query = a.took, a.query
	}
}

// table shows how all of the files fared.
func table(rows []row) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "file\tread as\tgood\trefused\tslowest\t")
	for _, r := range rows {
		var codes []string
		for _, code := range slices.Sorted(maps.Keys(r.refused)) {
			codes = append(codes, fmt.Sprintf("%d %s", r.refused[code], code))
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%d ms %s\t\n", r.name, r.format, r.good, cmp.Or(strings.Join(codes, ", "), "-"), r.slowest.Milliseconds(), r.query)
	}
	w.Flush()
	return text.String()
}
