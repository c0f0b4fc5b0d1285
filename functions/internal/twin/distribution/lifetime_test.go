package distribution

import (
	"net/http"
	"testing"
	"time"
)

// The table of what AWS documents, row by row, for a minimum of nothing and for one of a minute.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
func TestLifetime(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	in := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	const unkept = -1
	for _, test := range []struct {
		control, expires  string
		none, minute      time.Duration // by the minimum
		staleNone, staleM time.Duration
	}{
		{control: "max-age=300", none: 300, minute: 300},
		{control: "max-age=30", none: 30, minute: 60},
		{control: "max-age=7200", none: 3600, minute: 3600}, // the most
		{control: "", none: 600, minute: 600},               // the usual
		{control: "public", none: 600, minute: 600},
		{control: "max-age=300, s-maxage=500", none: 500, minute: 500},
		{control: "max-age=300, s-maxage=7200", none: 3600, minute: 3600},
		{control: "max-age=300, s-maxage=1", none: 1, minute: 60},
		{control: "max-age=300", expires: in(time.Second), none: 300, minute: 300},
		{expires: in(500 * time.Second), none: 500, minute: 500},
		{expires: in(2 * time.Hour), none: 3600, minute: 3600},
		{expires: in(-time.Hour), none: 0, minute: 60},
		{expires: "0", none: 600, minute: 600}, // no date
		{control: "no-cache", none: 0, minute: 60},
		{control: "no-store", none: unkept, minute: 60},
		{control: "Private, max-age=300", none: unkept, minute: 60},
		{control: "max-age=-1", none: 600, minute: 600},
		{control: `max-age="300"`, none: 300, minute: 300},
		{control: "max-age=10, stale-while-revalidate=20", none: 10, minute: 60, staleNone: 20, staleM: 20},
		{control: "s-maxage=7200, stale-while-revalidate=20", none: 3600, minute: 3600},
		{control: "max-age=3590, stale-while-revalidate=20", none: 3590, minute: 3590, staleNone: 10, staleM: 10},
	} {
		h := http.Header{"Cache-Control": {test.control}, "Expires": {test.expires}}
		for least, want := range map[time.Duration][2]time.Duration{0: {test.none, test.staleNone}, time.Minute: {test.minute, test.staleM}} {
			policy := cachePolicy{least: least, usual: 10 * time.Minute, most: time.Hour}
			fresh, stale, kept := policy.lifetime(h, now)
			if !kept {
				fresh = unkept * time.Second
			}
			if fresh != want[0]*time.Second || stale != want[1]*time.Second {
				t.Errorf("%q, Expires %q, at least %s: fresh for %s and stale for %s, want %d s and %d s",
					test.control, test.expires, least, fresh, stale, want[0], want[1])
			}
		}
	}
	if _, _, kept := (cachePolicy{}).lifetime(http.Header{"Vary": {"*"}}, now); kept {
		t.Error("an answer that varies by everything is kept")
	}
}

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
func TestLifetimeOfErrors(t *testing.T) {
	caching, err := newErrorCaching([]errorResponse{{ErrorCode: 404, ErrorCachingMinTTL: new(5)}, {ErrorCode: 503, ErrorCachingMinTTL: new(0)}})
	if err != nil {
		t.Fatal(err)
	}
	const unkept = -1
	for _, test := range []struct {
		status  int
		control string
		want    time.Duration
	}{
		{404, "", 5}, {404, "max-age=1", 5}, {404, "max-age=60", 60}, {404, "max-age=1, s-maxage=70", 70}, {404, "no-store", 5},
		{503, "", 0}, {503, "max-age=2", 2},
		{500, "", 10}, {500, "max-age=7200", 3600}, {504, "no-cache", 10}, {414, "", 10},
		{400, "", unkept}, {400, "max-age=20", 20}, {403, "", unkept}, {403, "max-age=1", 10}, {405, "", unkept}, {405, "max-age=6", 10}, {415, "max-age=5", 10}, {412, "s-maxage=11", 11},
		{410, "max-age=60", unkept}, {413, "max-age=60", unkept}, {416, "max-age=60", unkept}, {422, "max-age=60", unkept}, {429, "max-age=60", unkept},
	} {
		got, kept := caching.lifetime(test.status, http.Header{"Cache-Control": {test.control}}, time.Hour)
		if !kept {
			got = unkept * time.Second
		}
		if got != test.want*time.Second {
			t.Errorf("%d with %q: %s, want %d s", test.status, test.control, got, test.want)
		}
	}
}

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
func TestPattern(t *testing.T) {
	for _, test := range []struct {
		pattern, path string
		want          bool
	}{
		{"", "/", true}, {"", "/any/thing", true},
		{"images/*.jpg", "/images/a.jpg", true}, {"/images/*.jpg", "/images/a/b.jpg", true}, {"images/*.jpg", "/images/a.jpg.png", false},
		{"images/*.jpg", "/other/images/a.jpg", false}, {"a?.jpg", "/ab.jpg", true}, {"a?.jpg", "/a.jpg", false},
		{"A.jpg", "/a.jpg", false}, {"a.jpg", "/axjpg", false}, {"*.jpg", "/x.jpg", true},
		{"private/*", "//private/./x", true}, {"private/*", "/public/../private/x", true}, {"private/", "/private/", true},
	} {
		if got := (&behavior{pattern: pattern(test.pattern)}).matches(test.path); got != test.want {
			t.Errorf("%q matches %q: %t", test.pattern, test.path, got)
		}
	}
}

func FuzzLifetime(f *testing.F) {
	f.Add("max-age=1, s-maxage=2, stale-while-revalidate=3", "Fri, 01 May 2026 12:00:00 GMT")
	f.Add("no-cache,,=", "0")
	policy := cachePolicy{least: time.Second, usual: time.Minute, most: time.Hour}
	f.Fuzz(func(t *testing.T, control, expires string) {
		h := http.Header{"Cache-Control": {control}, "Expires": {expires}}
		fresh, stale, kept := policy.lifetime(h, time.Unix(1_800_000_000, 0))
		if !kept || fresh < policy.least || fresh > policy.most || stale < 0 {
			t.Errorf("%q, Expires %q: kept %t, fresh for %s, stale for %s", control, expires, kept, fresh, stale)
		}
	})
}
