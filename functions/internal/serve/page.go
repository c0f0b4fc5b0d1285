package serve

import (
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"primrose/functions/internal/delivery"
	"primrose/functions/internal/format"
	"primrose/functions/internal/link"
	"primrose/functions/internal/playground"
	"primrose/functions/internal/problem"
)

// page shows what can be done to the originals.
func (s *Service) page(w http.ResponseWriter, r *http.Request) {
	playground.New(playground.Settings{Place: s.Place, Signed: len(s.Keys) > 0, Trusted: trusted(r)}).ServeHTTP(w, r)
}

// trusted reports whether a request comes from this machine: then its page may
// have the service keep files and sign. A name that leads here from elsewhere
// counts for nothing, see [guard], nor does a proxy here that speaks for others.
func trusted(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	forwarded := slices.ContainsFunc([]string{"Forwarded", "X-Forwarded-For", "Via"}, func(name string) bool { return r.Header.Get(name) != "" })
	return err == nil && ip != nil && ip.IsLoopback() && local(r.Host) && !forwarded
}

// listed is how many originals the page is told of at a time.
const listed = 100

// original is one on the page.
type original struct {
	Key       string `json:"key"`
	Thumbnail string `json:"thumbnail"` // path and query, signed where they must be for whom the service signs
}

// originals answers with the originals after a key, and with the key to go on
// after, if there are more. Those that were dropped come first.
func (s *Service) originals(w http.ResponseWriter, r *http.Request) {
	after := r.URL.Query().Get("after")
	keys, err := s.Originals.Keys(r.Context(), after, listed+1)
	if err != nil {
		s.Log.ErrorContext(r.Context(), "originals not listed", "error", err.Error())
		delivery.Refuse(w, r, err)
		return
	}
	next := ""
	if len(keys) > listed {
		keys = keys[:listed]
		next = keys[listed-1]
	}
	if after == "" && s.Drops != nil {
		keys = append(s.Drops.Dropped(), keys...)
	}
	reply(w, r, struct {
		Originals []original `json:"originals"`
		Next      string     `json:"next,omitempty"`
	}{s.shown(keys, trusted(r)), next})
}

// shown leaves out what can't be asked for, and what is by its name something
// else than an image.
func (s *Service) shown(keys []string, trusted bool) []original {
	shown := []original{}
	for _, key := range keys {
		target, err := link.Target(key, "w=192&h=192&fit=crop&frame=1&auto=format")
		if dropped := strings.HasPrefix(key, droppedFolder); err != nil || !dropped && !format.Named(key) {
			continue
		}
		shown = append(shown, original{key, s.thumbnail(target, trusted)})
	}
	return shown
}

// thumbnail signs what shows an original, for whom the service signs.
func (s *Service) thumbnail(target string, trusted bool) string {
	if !trusted {
		return target
	}
	signed, err := s.sign(target, time.Time{})
	if err != nil {
		return target // which says itself what is wrong
	}
	return signed
}

// drop keeps an image that is dropped onto the page.
func (s *Service) drop(w http.ResponseWriter, r *http.Request) {
	if s.Drops == nil || !trusted(r) {
		delivery.Refuse(w, r, untrusted("takes originals"))
		return
	}
	key, err := s.Drops.Add(r.URL.Query().Get("name"), r.Body)
	if err != nil {
		delivery.Refuse(w, r, err)
		return
	}
	reply(w, r, s.shown([]string{key}, true)[0])
}

// signed signs the URL that it is sent.
func (s *Service) signed(w http.ResponseWriter, r *http.Request) {
	if len(s.Keys) == 0 || !trusted(r) {
		delivery.Refuse(w, r, untrusted("signs"))
		return
	}
	var asked struct {
		URL     string `json:"url"`
		Expires int64  `json:"expires"` // seconds since 1970; 0 is never
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&asked); err != nil || !strings.HasPrefix(asked.URL, "/") {
		delivery.Refuse(w, r, problem.New(problem.BadRequest, `send {"url": "/rose.jpg?w=300"}, and "expires" in seconds since 1970 if you like`).Because(err))
		return
	}
	expires := time.Time{}
	if asked.Expires != 0 {
		expires = time.Unix(asked.Expires, 0)
	}
	target, err := s.sign(asked.URL, expires)
	if err != nil {
		delivery.Refuse(w, r, problem.New(problem.BadRequest, "%v", err))
		return
	}
	reply(w, r, map[string]string{"url": target})
}

func (s *Service) sign(target string, expires time.Time) (string, error) {
	if len(s.Keys) == 0 {
		return target, nil
	}
	return s.Keys[len(s.Keys)-1].Sign(target, expires)
}

func untrusted(does string) error {
	return problem.New(problem.BadRequest, "the service %s for the page on its own machine only, and where it is started to", does)
}

// reply answers the page in JSON.
func reply(w http.ResponseWriter, r *http.Request, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		delivery.Refuse(w, r, err)
		return
	}
	delivery.Harden(w.Header())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.Write(body) // without a body on HEAD: net/http sees to that
}
