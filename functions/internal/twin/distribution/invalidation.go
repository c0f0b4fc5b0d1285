package distribution

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/keyvaluestore"
)

// API is CloudFront's own API, as far as it is about invalidations of this distribution. They are done
// when they are asked for.
//
// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateInvalidation.html
func (d *Distribution) API(authorize awsapi.Authorize) http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern, action string, do func(*http.Request) (int, any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			err := d.admit(r, action, authorize)
			var status int
			var body any
			if err == nil {
				status, body, err = do(r)
			}
			if err != nil {
				awsapi.RefuseXML(w, namespace, err)
				return
			}
			awsapi.AnswerXML(w, status, body)
		})
	}
	const all = "/2020-05-31/distribution/{distribution}/invalidation"
	handle("POST "+all, "CreateInvalidation", d.createInvalidation)
	handle("GET "+all+"/{id}", "GetInvalidation", d.getInvalidation)
	return mux
}

func (d *Distribution) admit(r *http.Request, action string, authorize awsapi.Authorize) error {
	if err := authorize(awsapi.Principal(r), "cloudfront:"+action, d.ARN); err != nil {
		return awsapi.NewFault(http.StatusForbidden, "AccessDenied", awsapi.FaultOf(err).Message)
	}
	if r.PathValue("distribution") != d.ID {
		return awsapi.NewFault(http.StatusNotFound, "NoSuchDistribution", "The specified distribution does not exist.")
	}
	return nil
}

// Stores is the API of the stack's KeyValueStores.
func (d *Distribution) Stores(authorize awsapi.Authorize) http.Handler {
	return keyvaluestore.API(d.stores, authorize)
}

const namespace = "http://cloudfront.amazonaws.com/doc/2020-05-31/"

// The shapes of the API.
type (
	invalidation struct {
		XMLName    xml.Name `xml:"http://cloudfront.amazonaws.com/doc/2020-05-31/ Invalidation"`
		ID         string   `xml:"Id"`
		Status     string
		CreateTime string
		Batch      batch `xml:"InvalidationBatch"`
	}

	batch struct {
		CallerReference string
		Paths           struct {
			Quantity int
			Items    []string `xml:"Items>Path"`
		}
	}
)

// invalidations are those that were asked for.
type invalidations struct {
	mu  sync.Mutex
	all []invalidation
}

// Limits of one invalidation.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html
const (
	maxItems     = 3000
	maxWildcards = 15
)

func (b batch) check() error {
	wildcards := 0
	for _, item := range b.Paths.Items {
		tag, isTagged := strings.CutPrefix(item, "#")
		star := strings.Index(item, "*")
		switch {
		case isTagged && !isTag(tag), !isTagged && !strings.HasPrefix(item, "/"), !isTagged && star >= 0 && star < len(item)-1:
			return awsapi.NewFault(http.StatusBadRequest, "InvalidArgument", fmt.Sprintf("Your request contains an invalid path: %q.", item))
		case !isTagged && star >= 0:
			wildcards++
		}
	}
	n := len(b.Paths.Items)
	switch {
	case b.CallerReference == "" || n == 0:
		return awsapi.NewFault(http.StatusBadRequest, "InvalidArgument", "CallerReference and Paths are required.")
	case n != b.Paths.Quantity:
		return awsapi.NewFault(http.StatusBadRequest, "InconsistentQuantities", "The value of Quantity and the size of Items don't match.")
	case n > maxItems || wildcards > maxWildcards:
		return awsapi.NewFault(http.StatusBadRequest, "TooManyInvalidationsInProgress", "You have exceeded the maximum number of allowable InProgress invalidation batch requests.")
	}
	return nil
}

func (d *Distribution) createInvalidation(r *http.Request) (int, any, error) {
	var b batch
	if err := xml.NewDecoder(r.Body).Decode(&b); err != nil {
		return 0, nil, awsapi.NewFault(http.StatusBadRequest, "MalformedXML", err.Error())
	}
	if err := b.check(); err != nil {
		return 0, nil, err
	}
	d.invalidations.mu.Lock()
	defer d.invalidations.mu.Unlock()
	for _, known := range d.invalidations.all {
		switch {
		case known.Batch.CallerReference != b.CallerReference:
		case slices.Equal(known.Batch.Paths.Items, b.Paths.Items):
			return http.StatusCreated, known, nil // the same request again
		default:
			return 0, nil, awsapi.NewFault(http.StatusBadRequest, "InvalidationBatchAlreadyExists", "The CallerReference is another invalidation's.")
		}
	}
	d.cache.invalidate(b.matches)
	created := invalidation{
		ID: fmt.Sprintf("I%013d", len(d.invalidations.all)+1), Status: "Completed", CreateTime: d.clock().UTC().Format(time.RFC3339), Batch: b,
	}
	d.invalidations.all = append(d.invalidations.all, created)
	return http.StatusCreated, created, nil
}

func (d *Distribution) getInvalidation(r *http.Request) (int, any, error) {
	d.invalidations.mu.Lock()
	defer d.invalidations.mu.Unlock()
	for _, known := range d.invalidations.all {
		if known.ID == r.PathValue("id") {
			return http.StatusOK, known, nil
		}
	}
	return 0, nil, awsapi.NewFault(http.StatusNotFound, "NoSuchInvalidation", "The specified invalidation does not exist.")
}

// matches says whether an object is to be forgotten: by one of its tags, or by its URL, of which an
// asterisk stands for any end.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
func (b batch) matches(o *object) bool {
	return slices.ContainsFunc(b.Paths.Items, func(item string) bool {
		if tag, ok := strings.CutPrefix(item, "#"); ok {
			return slices.Contains(o.tags, strings.ToLower(tag))
		}
		if start, ok := strings.CutSuffix(item, "*"); ok {
			return strings.HasPrefix(o.url, start)
		}
		return o.url == item
	})
}
