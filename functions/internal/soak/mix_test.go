//go:build linux

package soak

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"primrose/functions/internal/format"
	"primrose/functions/internal/problem"
)

// question is a request, and what its answer must be.
type question struct {
	kind   string
	method string
	key    string
	query  string
	etag   string        // what the viewer says he has
	leave  time.Duration // when the viewer leaves; 0: he stays

	status int
	code   problem.Code

	of       *picture // what a 200 shows
	exact    bool     // … as it is
	width    int      // px
	format   format.Format
	mirrored bool
}

func (q *question) url() string {
	if q.query == "" {
		return "/" + q.key
	}
	return "/" + q.key + "?" + q.query
}

// mix is an endless row of requests as a service gets them: mostly what was
// asked for before, often what was not, and some that mean no good.
type mix struct {
	pictures []*picture
	hostile  []question
	leaving  bool // some viewers don't wait

	mu     sync.Mutex
	misses int
	asked  int
	known  []*question // was answered before
}

// next returns a request, or several equal ones that are made at once.
func (m *mix) next() []*question {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	switch n := m.asked * 37 % 100; { // 37 spreads them
	case n%2 == 0: // 50 %
		return []*question{m.known[m.asked/2%len(m.known)]}
	case n < 66: // 33 %
		return []*question{m.miss()}
	case n < 70: // 2 %
		q := m.miss()
		q.kind = "crowd"
		return []*question{q, q, q, q, q, q}
	case n < 74: // 2 %
		q := *m.known[m.asked%len(m.known)]
		q.kind, q.status = "unchanged", http.StatusNotModified
		return []*question{&q}
	case n < 78: // 2 %
		q := m.miss()
		q.kind, q.method = "head", http.MethodHead
		return []*question{q}
	case n < 82: // 2 %
		p := m.pictures[m.asked/2%len(m.pictures)]
		return []*question{{kind: "original", method: "GET", key: p.key, status: http.StatusOK, of: p, exact: true}}
	case n < 84 && m.leaving: // 1 %
		q := m.miss()
		q.kind, q.leave = "leaves", time.Duration(5+m.misses%100)*time.Millisecond
		return []*question{q}
	default: // 8 or 9 %
		q := m.hostile[m.asked/2%len(m.hostile)]
		if q.kind == "bomb" {
			q.width += m.asked / 100 // each is another
			q.query = fmt.Sprintf("w=%d&fm=png", q.width)
		}
		return []*question{&q}
	}
}

// miss asks for a variant that was not asked for before.
func (m *mix) miss() *question {
	const widths, qualities = 225, 50
	n := m.misses
	m.misses++
	q := &question{
		kind: "miss", method: "GET", status: http.StatusOK,
		of: m.pictures[n%len(m.pictures)], format: formats[n/3%len(formats)], width: 96 + n%widths,
		mirrored: n/(widths*qualities)%2 == 1,
	}
	q.key = q.of.key
	q.query = fmt.Sprintf("w=%d&q=%d&fm=%s", q.width, 40+n/widths%qualities, q.format)
	if q.mirrored {
		q.query += "&flip=h"
	}
	return q
}

// hit asks for a variant that is made beforehand.
func (m *mix) hit(i int) *question {
	q := &question{
		kind: "hit", method: "GET", status: http.StatusOK,
		of: m.pictures[i%len(m.pictures)], format: formats[i/3%len(formats)], width: 330,
	}
	q.key, q.query = q.of.key, fmt.Sprintf("w=%d&fm=%s", q.width, q.format)
	return q
}

// newMix returns the mix from its beginning.
func newMix(t *testing.T) *mix {
	t.Helper()
	m := &mix{pictures: pictures(t)}
	refuse := func(key, query string, status int, code problem.Code) {
		m.hostile = append(m.hostile, question{
			kind: "hostile", method: "GET", key: key, query: query, status: status, code: code,
		})
	}
	for _, p := range m.pictures[:len(formats)] {
		refuse("hostile/half-"+p.key, "w=100&fm=png", http.StatusUnprocessableEntity, problem.BrokenImage)
	}
	refuse("hostile/size.png", "w=100", http.StatusUnprocessableEntity, problem.TooManyPixels)
	refuse("hostile/frames.gif", "w=100", http.StatusUnprocessableEntity, problem.TooManyFrames)
	refuse("hostile/noise.jpg", "w=100", http.StatusUnprocessableEntity, problem.BrokenImage)
	for _, key := range []string{"hostile/page.jpg", "hostile/text.png", "hostile/empty.gif", "hostile/plan.png"} {
		refuse(key, "w=100", http.StatusUnsupportedMediaType, problem.UnsupportedFormat)
		refuse(key, "", http.StatusUnsupportedMediaType, problem.UnsupportedFormat)
	}
	refuse("none.jpg", "w=100", http.StatusNotFound, problem.NotFound)
	refuse(m.pictures[0].key, "w=99999", http.StatusBadRequest, problem.BadOption)
	refuse("hostile//x.jpg", "w=100", http.StatusBadRequest, problem.BadPath)

	// It is within the limits, and so must be answered.
	m.hostile = append(m.hostile, question{
		kind: "bomb", method: "GET", key: blank.key, query: "w=100&fm=png",
		status: http.StatusOK, of: blank, format: format.PNG, width: 100,
	})
	return m
}
