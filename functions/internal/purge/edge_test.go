package purge_test

import (
	"slices"
	"strings"
)

// edge is one of CloudFront's caches: answers by path, forgotten by tag. It
// fetches a variant from the bucket whenever it has none.
type edge struct {
	delay    int // how many steps a fetch takes
	waits    int // how many more the one under way takes
	cached   map[string]answer
	underway map[string]answer
}

type answer struct {
	tag, cache string
	body       []byte
}

func (e *edge) arrive(path string, a answer) {
	if strings.Contains(a.cache, "max-age=") {
		e.cached[path] = a
	}
}

// pass is the time of a step.
func (e *edge) pass() {
	if e.waits--; e.waits <= 0 {
		e.settle()
	}
}

// settle is when all has arrived that was fetched.
func (e *edge) settle() {
	for path, a := range e.underway {
		e.arrive(path, a)
	}
	clear(e.underway)
}

func (e *edge) invalidate(tags []string) {
	for path, a := range e.cached {
		if slices.Contains(tags, a.tag) {
			delete(e.cached, path)
		}
	}
}
