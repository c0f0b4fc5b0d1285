package suite

import (
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

var caching = []Request{
	{Name: "what is no option makes no variant", ask: func(v *visit) {
		v.upload("same/rose.jpg", red())
		first := v.get("/same/rose.jpg?w=160").shows("jpeg", 160)
		for _, header := range [][]string{
			{"Cookie", "session=1"},
			{"Accept", "image/avif"},
			{"Accept-Language", "ko"},
			{"User-Agent", "another"},
			{"Referer", "https://shop.example/"},
			{"Accept-Encoding", "br"},
			{"Origin", "https://shop.example"},
		} {
			v.get("/same/rose.jpg?utm_source=x&w=0160", header...).comes(fromCache).holds(first.body)
		}
	}},
	{Name: "a variant stays at the edge for months", ask: func(v *visit) {
		v.upload("months/rose.jpg", red())
		v.get("/months/rose.jpg?w=160").shows("jpeg", 160)
		v.twin.Clock.Advance(90 * 24 * time.Hour)
		v.get("/months/rose.jpg?w=160").comes(fromCache).shows("jpeg", 160)
	}},
	{Name: "an original that is missing is soon found", ask: func(v *visit) {
		v.get("/soon/rose.jpg?w=160").comes(fromError).tells(http.StatusNotFound, "not_found")
		v.upload("soon/rose.jpg", red())
		v.twin.Clock.Advance(6 * time.Second)
		v.get("/soon/rose.jpg?w=160").shows("jpeg", 160)
	}},
	{Name: "an error is kept for a moment", ask: func(v *visit) {
		v.get("/none/rose.jpg?w=160").tells(http.StatusNotFound, "not_found")
		before := v.computed()
		a := v.get("/none/rose.jpg?w=160").tells(http.StatusNotFound, "not_found")
		if v.computed() != before {
			a.fail("it cost another computation")
		}
	}},
	{Name: "an original outlasts what was made of it", ask: func(v *visit) {
		v.upload("old/rose.jpg", red())
		v.get("/old/rose.jpg?w=160").shows("jpeg", 160)
		before := v.computed()
		v.must(v.twin.Age(v.ctx, 100*24*time.Hour))
		v.forget()
		again := v.get("/old/rose.jpg?w=160").shows("jpeg", 160)
		if v.computed() == before {
			again.fail("its variant is still in the bucket, which was to delete it")
		}
	}},
	{Name: "what nobody needs any more goes in time", ask: func(v *visit) {
		v.upload("replaceable/rose.jpg", red())
		v.upload("replaceable/rose.jpg", blue())
		for _, bucket := range []string{v.originals(), v.variants()} {
			_, err := v.s3.CreateMultipartUpload(v.ctx, &s3.CreateMultipartUploadInput{Bucket: &bucket, Key: new("given/up.jpg")})
			v.must(err)
		}
		v.must(v.twin.Age(v.ctx, 30*24*time.Hour))
		versions, err := v.s3.ListObjectVersions(v.ctx, &s3.ListObjectVersionsInput{Bucket: new(v.originals()), Prefix: new("replaceable/")})
		v.must(err)
		if len(versions.Versions) != 1 {
			v.fail("a month after an original was replaced, the bucket has %d versions of it, want the latest", len(versions.Versions))
		}
		for _, bucket := range []string{v.originals(), v.variants()} {
			uploads, err := v.s3.ListMultipartUploads(v.ctx, &s3.ListMultipartUploadsInput{Bucket: &bucket})
			v.must(err)
			if len(uploads.Uploads) > 0 {
				v.fail("a month after an upload was given up, %s has its parts", bucket)
			}
		}
	}},
}
