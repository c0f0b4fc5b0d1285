package distribution

import (
	"context"
	"maps"
	"net/http"
	"time"
)

// fetch gets from the origins what a request is for, and keeps it.
type fetch struct {
	*Distribution
	behavior *behavior
	request  originRequest
	keys     []string // under which it may be in the cache
	url      string   // by which it is invalidated
}

func (d *Distribution) newFetch(b *behavior, q *request) *fetch {
	f := &fetch{d, b, b.forOrigin(q, d.Domain), keysOf(q, b.cache.key(q)), q.path}
	if told := query(q.query, b.cache.queries.has); told != "" {
		f.url += "?" + told
	}
	return f
}

// own is the key of what only this request's like are served by.
func (f *fetch) own() string { return f.keys[len(f.keys)-1] }

// pass asks without keeping anything.
func (f *fetch) pass(ctx context.Context) *answer {
	res, failed := f.ask(ctx, f.request)
	if ctx.Err() != nil {
		return nil
	}
	return answerOf(res, failed)
}

func (f *fetch) ask(ctx context.Context, q originRequest) (*response, *fault) {
	res, failed := f.behavior.origins.ask(ctx, f.network, f.ARN, q)
	if res != nil && !f.sendsCookies() {
		res.header.Del("Set-Cookie")
	}
	return res, failed
}

// sendsCookies says whether any cookie reaches the origins. If none does, none of theirs reaches viewers.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Cookies.html
func (f *fetch) sendsCookies() bool {
	chosen := func(s selection) bool { return s.all || len(s.names) > 0 }
	return chosen(f.behavior.cache.cookies) || f.behavior.forward != nil && chosen(f.behavior.forward.cookies)
}

// fetch asks for an object that is not in the cache, or for a newer one than the old one that is.
func (f *fetch) fetch(ctx context.Context, old *object) *answer {
	q := f.request
	if old != nil && old.status >= 400 {
		old = nil
	}
	if old != nil {
		q = f.validating(old)
	}
	res, failed := f.ask(ctx, q)
	if ctx.Err() != nil {
		return nil
	}
	now := f.clock()
	a := answerOf(res, failed)
	switch {
	case old != nil && a.status == http.StatusNotModified:
		return f.renew(old, a.header, now)
	case old != nil && a.status >= 500 && old.mayOutlive(now):
		kept := *old
		kept.fresh = now.Add(f.errors.least(a.status))
		f.cache.put(&kept)
		return kept.hit(now)
	case a.status != http.StatusNotModified && !a.cut:
		f.keep(q, &a.response, now)
	}
	return a
}

func answerOf(res *response, failed *fault) *answer {
	switch {
	case failed != nil:
		return refusal(failed.status, "CloudFront could not get the object from its origin.")
	case res.status >= 400:
		return &answer{response: *res, result: "Error"}
	}
	return &answer{response: *res, result: "Miss"}
}

// validating asks whether an object is still what the origin has. A part's or a HEAD's asks for the
// whole, if the object is that.
func (f *fetch) validating(old *object) originRequest {
	q := f.request
	q.header = maps.Clone(q.header)
	for _, name := range always {
		if name != "Range" || old.key != f.own() {
			delete(q.header, name)
		}
	}
	if old.key != f.own() {
		q.method = http.MethodGet
	}
	if tag := old.header.Get("Etag"); tag != "" {
		q.header.Set("If-None-Match", tag)
	}
	if modified := old.header.Get("Last-Modified"); modified != "" {
		q.header.Set("If-Modified-Since", modified)
	}
	return q
}

// renew keeps an object that the origin says is still the one, with the headers that it says it by.
func (f *fetch) renew(old *object, header http.Header, now time.Time) *answer {
	renewed := *old.response
	renewed.header = old.header.Clone()
	maps.Copy(renewed.header, header)
	a := &answer{response: renewed, result: "RefreshHit"}
	f.keepAs(old.key, &renewed, now)
	return a
}

// keep puts an answer into the cache, unless it is for this viewer alone. A whole object is for
// everybody who asks for any part of it.
func (f *fetch) keep(q originRequest, res *response, now time.Time) {
	key, kept := f.own(), *res
	if q.method == http.MethodGet && res.status == http.StatusOK {
		key, kept.length = f.keys[0], int64(len(res.body)) // which is known by now, if the origin did not say it
	}
	f.keepAs(key, &kept, now)
}

func (f *fetch) keepAs(key string, res *response, now time.Time) {
	fresh, stale, kept := f.behavior.cache.lifetime(res.header, now)
	if res.status >= 400 {
		fresh, kept = f.errors.lifetime(res.status, res.header, f.behavior.cache.most)
		stale = 0
	}
	if !kept {
		return
	}
	f.cache.put(&object{
		response: res, key: key, url: f.url, tags: tagsOf(res.header, f.tagHeader),
		stored: now, fresh: now.Add(fresh), stale: now.Add(fresh + stale), last: now.Add(f.behavior.cache.most),
	})
}

// mayOutlive says whether an object that isn't fresh any longer may be served while its origin fails.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
func (o *object) mayOutlive(now time.Time) bool {
	control := directives(o.header)
	limit, limited := control.age("stale-if-error")
	return now.Before(o.last) && !control.has("must-revalidate", "proxy-revalidate") && (!limited || now.Before(o.fresh.Add(limit)))
}
