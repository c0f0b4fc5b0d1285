package playground

import (
	"net/http"

	"primrose/functions/internal/delivery"
)

// Path is what the edge function makes of /playground.html. It takes that for
// an original's key: it verifies a signature, and drops what is no option.
const Path = "/playground.html/-/original"

// Deployed answers for the page, which signs what it asks for where all must be
// signed, and leaves all else to images.
func Deployed(signed bool, images http.Handler) http.Handler {
	page := New(Settings{Deployed: true, Signed: signed})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if delivery.SentPath(r) == Path {
			page.ServeHTTP(w, r)
			return
		}
		images.ServeHTTP(w, r)
	})
}
