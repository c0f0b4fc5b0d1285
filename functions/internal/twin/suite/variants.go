package suite

import (
	"bytes"
	"net/http"
	"strconv"
	"sync"
)

var variants = []Request{
	{Name: "a variant of an original is made", ask: func(v *visit) {
		v.upload("made/rose.jpg", red())
		v.get("/made/rose.jpg?w=160").comes(fromOrigin).shows("jpeg", 160)
	}},
	{Name: "the edge keeps a variant", ask: func(v *visit) {
		v.upload("kept/rose.jpg", red())
		first := v.get("/kept/rose.jpg?w=160").shows("jpeg", 160)
		before := v.computed()
		second := v.get("/kept/rose.jpg?w=160").comes(fromCache).holds(first.body).says("Etag", first.Header.Get("Etag"))
		if second.Header.Get("Age") == "" {
			second.fail("it has no Age")
		}
		if v.computed() != before {
			second.fail("it was made again")
		}
	}},
	{Name: "another edge finds a variant in the bucket", ask: func(v *visit) {
		v.upload("stored/rose.jpg", red())
		first := v.get("/stored/rose.jpg?w=160").shows("jpeg", 160)
		before := v.computed()
		v.forget()
		second := v.get("/stored/rose.jpg?w=160").comes(fromOrigin).is(http.StatusOK)
		if v.computed() != before {
			second.fail("it was made again, and not found in the bucket, which has %q", v.stored("stored/rose.jpg"))
		}
		second.holds(first.body).omits("Content-Encoding").says("Content-Type", "image/jpeg").says("Cache-Control", first.Header.Get("Cache-Control"))
	}},
	{Name: "an original comes byte for byte", ask: func(v *visit) {
		v.upload("whole/rose.jpg", red())
		v.get("/whole/rose.jpg").is(http.StatusOK).says("Content-Type", "image/jpeg").holds(red())
	}},
	{Name: "HEAD says what GET would", ask: func(v *visit) {
		v.upload("head/rose.jpg", red())
		head := v.head("/head/rose.jpg?w=160").comes(fromOrigin).is(http.StatusOK).says("Content-Type", "image/jpeg").holds(nil)
		if head.Header.Get("Etag") == "" {
			head.fail("it has no Etag")
		}
		get := v.get("/head/rose.jpg?w=160").shows("jpeg", 160)
		v.forget() // the bucket tells the length, which no stream does
		v.head("/head/rose.jpg?w=160").comes(fromOrigin).is(http.StatusOK).says("Content-Length", strconv.Itoa(len(get.body))).holds(nil)
	}},
	{Name: "whoever has a variant already is told so", ask: func(v *visit) {
		v.upload("known/rose.jpg", red())
		etag := v.get("/known/rose.jpg?w=160").is(http.StatusOK).Header.Get("Etag")
		v.get("/known/rose.jpg?w=160", "If-None-Match", etag).is(http.StatusNotModified).holds(nil)
	}},
	{Name: "a part of a variant can be had", ask: func(v *visit) {
		v.upload("part/rose.jpg", red())
		whole := v.get("/part/rose.jpg?w=160").is(http.StatusOK)
		v.forget() // what was streamed is served whole
		v.get("/part/rose.jpg?w=160", "Range", "bytes=0-99").is(http.StatusPartialContent).holds(whole.body[:100])
	}},
	{Name: "a browser gets the best format that it takes", ask: func(v *visit) {
		v.upload("formats/rose.jpg", red())
		for accept, want := range map[string]string{
			"image/avif,image/webp,*/*": "image/avif",
			"image/webp,*/*":            "image/webp",
			"*/*":                       "image/jpeg",
		} {
			v.get("/formats/rose.jpg?w=160&auto=format", "Accept", accept).is(http.StatusOK).says("Content-Type", want)
		}
	}},
	{Name: "a key may hold any character", ask: func(v *visit) {
		const key = `keys/a b+c&d=é%41'(1)/-/"~🌹.jpg`
		v.upload(key, red())
		v.get(path(key)+"?w=160").shows("jpeg", 160)
		v.forget()
		v.get(path(key)+"?w=160").shows("jpeg", 160)
	}},
	{Name: "an answer may be larger than Lambda's", ask: func(v *visit) {
		v.upload("large/noise.png", noise())
		v.get("/large/noise.png").is(http.StatusOK).holds(noise())
	}},
	{Name: "a large original becomes a large variant", ask: func(v *visit) {
		v.upload("heavy/noise.png", noise())
		v.get("/heavy/noise.png?w=5000&fm=avif").is(http.StatusOK).says("Content-Type", "image/avif") // seconds, and hundreds of MB
	}},
	{Name: "viewers who ask at once cost one computation", ask: func(v *visit) {
		v.upload("crowd/rose.jpg", red())
		v.get("/crowd/rose.jpg?w=100").is(http.StatusOK) // so that no start comes between
		before := v.computed()
		answers := make([]*answer, 10)
		address := v.url("/crowd/rose.jpg?w=160")
		var asking sync.WaitGroup
		failures := make(chan any, len(answers))
		for i := range answers {
			asking.Go(func() {
				defer func() { failures <- recover() }()
				answers[i] = v.do(http.MethodGet, address)
			})
		}
		asking.Wait()
		for range answers {
			if stopped := <-failures; stopped != nil {
				panic(stopped)
			}
		}
		for _, a := range answers {
			a.shows("jpeg", 160)
		}
		if n := v.computed() - before; n != 1 {
			v.fail("ten viewers at once cost %d computations, want 1", n)
		}
	}},
	{Name: "what is no image is never served", ask: func(v *visit) {
		v.upload("page.jpg", []byte("<!doctype html><script>alert(1)</script>"))
		a := v.get("/page.jpg").tells(http.StatusUnsupportedMediaType, "unsupported_format")
		if bytes.Contains(a.body, []byte("<script>")) {
			a.fail("it shows the original")
		}
	}},
}
