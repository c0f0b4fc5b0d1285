package change

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Observe tells of what an answer of S3 says has changed. The request's path
// begins with the bucket's name. An error is one of the observer's.
func (c *Chain) Observe(answer *http.Response) error {
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return nil
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(answer.Request.URL.Path, "/"), "/")
	objects, err := changed(answer, key)
	if err != nil {
		return err
	}
	for _, o := range objects {
		o.Bucket = bucket
		c.Tell(o)
	}
	return nil
}

// changed are the objects that a request has changed.
func changed(answer *http.Response, key string) ([]Object, error) {
	r, query := answer.Request, answer.Request.URL.Query()
	one := Object{Key: key, Version: answer.Header.Get("X-Amz-Version-Id"), ETag: strings.Trim(answer.Header.Get("Etag"), `"`), Size: -1}
	switch {
	case r.Method == http.MethodPost && query.Has("delete"):
		return deleted(answer)
	case r.Method == http.MethodPost && query.Has("uploadId"):
		return completed(answer, one)
	case r.Method == http.MethodPost && key == "" && plain(query):
		return posted(answer, one)
	case r.Method == http.MethodPut && key != "" && query.Has("tagging"):
		one.Tagged, one.Reason = true, "PutObjectTagging"
		return []Object{one}, nil
	case key == "" || !plain(query):
	case r.Method == http.MethodPut && r.Header.Get("X-Amz-Copy-Source") != "":
		one.Reason = "CopyObject"
		return []Object{one}, nil
	case r.Method == http.MethodPut:
		one.Reason, one.Size = "PutObject", size(r)
		return []Object{one}, nil
	case r.Method == http.MethodDelete:
		one.Reason, one.Deleted = "DeleteObject", deletion(answer.Header.Get("X-Amz-Delete-Marker") == "true" && !query.Has("versionId"))
		return []Object{one}, nil
	}
	return nil, nil
}

// plain reports whether a query is about an object itself: not its tags, nor
// parts of an upload.
func plain(query url.Values) bool {
	for name := range query {
		if name != "versionId" && name != "x-id" && !strings.HasPrefix(name, "X-Amz-") {
			return false
		}
	}
	return true
}

// size is an upload's, in bytes, which may come in signed chunks.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
func size(r *http.Request) int64 {
	if n, err := strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64); err == nil {
		return n
	}
	return r.ContentLength
}

func deletion(marker bool) Deletion {
	if marker {
		return ByMarker
	}
	return ForGood
}

// deleted are the objects that one request has deleted. A quiet one is not
// told which, and so can't be told of.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
func deleted(answer *http.Response) ([]Object, error) {
	var result struct {
		Deleted []struct {
			Key, VersionId, DeleteMarkerVersionId string
			DeleteMarker                          bool
		}
		Error []struct{ Code string }
	}
	if err := read(answer, &result); err != nil {
		return nil, err
	}
	if len(result.Deleted) == 0 && len(result.Error) == 0 {
		return nil, errors.New("a quiet DeleteObjects is not understood where EventBridge is told of changes")
	}
	var all []Object
	for _, d := range result.Deleted {
		made := d.DeleteMarker && d.VersionId == ""
		o := Object{Key: d.Key, Version: d.VersionId, Reason: "DeleteObject", Deleted: deletion(made)}
		if made {
			o.Version = d.DeleteMarkerVersionId
		}
		all = append(all, o)
	}
	return all, nil
}

// completed is the object that parts have become, if they have: this answer
// has the status 200 before that is known.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
func completed(answer *http.Response, one Object) ([]Object, error) {
	var result struct {
		XMLName xml.Name
		ETag    string
	}
	if err := read(answer, &result); err != nil {
		return nil, err
	}
	if result.XMLName.Local != "CompleteMultipartUploadResult" {
		return nil, nil
	}
	one.Reason, one.ETag = "CompleteMultipartUpload", strings.Trim(result.ETag, `"`)
	return []Object{one}, nil
}

// posted is the object that a form has sent.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
func posted(answer *http.Response, one Object) ([]Object, error) {
	at, err := url.Parse(answer.Header.Get("Location"))
	if err != nil {
		return nil, err
	}
	bucket := answer.Request.URL.Path + "/"
	key, found := strings.CutPrefix(at.Path, strings.ReplaceAll(bucket, "//", "/"))
	if !found || key == "" {
		return nil, errors.New("a form was sent to a bucket, and the answer does not say of which object")
	}
	one.Key, one.Reason = key, "POST Object"
	return []Object{one}, nil
}

// read decodes an answer, which remains to be read.
func read(answer *http.Response, v any) error {
	text, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return xml.Unmarshal(text, v)
}
