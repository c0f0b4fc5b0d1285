package suite

import (
	"net/http"
	"strings"
	"time"

	"primrose/functions/internal/keyvalue"
	"primrose/functions/internal/preset"
)

var signatures = []Request{
	{Name: "a URL that nobody signed is refused", Only: Signed, ask: func(v *visit) {
		v.upload("signed/rose.jpg", red())
		v.do(http.MethodGet, v.unsigned("/signed/rose.jpg?w=160")).comes(fromEdge).tells(http.StatusForbidden, "bad_signature")
	}},
	{Name: "a URL that was changed is refused", Only: Signed, ask: func(v *visit) {
		v.upload("signed/rose.jpg", red())
		address := v.url("/signed/rose.jpg?w=160")
		v.do(http.MethodGet, address).shows("jpeg", 160)
		v.do(http.MethodGet, strings.Replace(address, "w=160", "w=161", 1)).tells(http.StatusForbidden, "bad_signature")
	}},
	{Name: "a URL whose time is over is refused", Only: Signed, ask: func(v *visit) {
		v.upload("signed/rose.jpg", red())
		for expires, status := range map[time.Time]int{time.Now().Add(time.Hour): http.StatusOK, time.Now().Add(-time.Hour): http.StatusForbidden} {
			signed, err := v.key.Sign("/signed/rose.jpg?w=160", expires)
			v.must(err)
			v.do(http.MethodGet, v.unsigned(signed)).is(status)
		}
	}},
	{Name: "a preset that was pushed is known", ask: func(v *visit) {
		v.upload("preset/rose.jpg", red())
		presets := keyvalue.Part{Prefix: preset.StorePrefix, Values: map[string]string{"small": "w=120"}}
		v.must(v.push(v.ctx, v.twin.Stack.Outputs["Store"], presets))
		v.get("/preset/rose.jpg?preset=small").shows("jpeg", 120)
		v.get("/preset/rose.jpg?preset=other").tells(http.StatusBadRequest, "bad_option")
	}},
}
