package keyvaluestore

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/template"
)

// API is CloudFront's API of the stores, which is another than that of CloudFront itself.
// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_Operations_Amazon_CloudFront_KeyValueStore.html
func API(stores map[string]*Store, authorize awsapi.Authorize) http.Handler {
	return api{stores, authorize}
}

type api struct {
	stores    map[string]*Store
	authorize awsapi.Authorize
}

// ServeHTTP implements [http.Handler].
func (a api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, version, err := a.answer(r)
	if err != nil {
		awsapi.RefuseJSON(w, awsapi.REST, err)
		return
	}
	w.Header().Set("ETag", version)
	awsapi.AnswerJSON(w, awsapi.REST, http.StatusOK, answer)
}

// call is one of an operation.
type call struct {
	*http.Request
	store *Store
	key   string // empty if it is about no single one
}

// operations are all by method and by what follows the store in the path.
var operations = map[string]struct {
	name string
	do   func(call) (answer any, version string, err error)
}{
	"GET ":           {"DescribeKeyValueStore", describe},
	"GET /keys":      {"ListKeys", list},
	"POST /keys":     {"UpdateKeys", update},
	"GET /keys/*":    {"GetKey", get},
	"PUT /keys/*":    {"PutKey", putKey},
	"DELETE /keys/*": {"DeleteKey", deleteKey},
}

func (a api) answer(r *http.Request) (any, string, error) {
	c, what, err := a.call(r)
	if err != nil {
		return nil, "", err
	}
	operation, ok := operations[r.Method+" "+what]
	if !ok {
		return nil, "", awsapi.NewFault(http.StatusNotFound, "UnknownOperationException", r.Method+" is no operation of "+r.URL.Path)
	}
	if err := a.authorize(awsapi.Principal(r), "cloudfront-keyvaluestore:"+operation.name, c.store.ARN); err != nil {
		return nil, "", err
	}
	return operation.do(c)
}

// call reads /key-value-stores/ARN, /key-value-stores/ARN/keys or /key-value-stores/ARN/keys/KEY.
func (a api) call(r *http.Request) (c call, what string, err error) {
	for arn, store := range a.stores {
		what, found := strings.CutPrefix(r.URL.Path, "/key-value-stores/"+arn)
		if !found {
			continue
		}
		key, single := strings.CutPrefix(what, "/keys/")
		if !single {
			return call{Request: r, store: store}, what, nil
		}
		return call{r, store, key}, "/keys/*", nil
	}
	return c, "", awsapi.NewFault(http.StatusNotFound, "ResourceNotFoundException", "there is no such KeyValueStore")
}

func describe(c call) (any, string, error) {
	now := c.store.state()
	return map[string]any{
		"KvsARN": c.store.ARN, "Status": "READY", "Created": c.store.created.Unix(),
		"ItemCount": len(now.values), "TotalSizeInBytes": size(now.values),
	}, now.version, nil
}

// list answers a page; its token is the key that the page begins behind.
func list(c call) (any, string, error) {
	most := maxChanges
	if given := c.URL.Query().Get("MaxResults"); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 || n > maxChanges {
			return nil, "", invalid(fmt.Errorf("MaxResults is %q: 1 to %d are taken", given, maxChanges))
		}
		most = n
	}
	now := c.store.state()
	after := c.URL.Query().Get("NextToken")
	page := struct {
		Items     []put
		NextToken string `json:",omitempty"`
	}{Items: []put{}}
	for _, key := range slices.Sorted(maps.Keys(now.values)) {
		switch {
		case key <= after:
		case len(page.Items) < most:
			page.Items = append(page.Items, put{key, now.values[key]})
		default:
			page.NextToken = page.Items[most-1].Key
			return page, now.version, nil
		}
	}
	return page, now.version, nil
}

func get(c call) (any, string, error) {
	now := c.store.state()
	value, ok := now.values[c.key]
	if !ok {
		return nil, "", awsapi.NewFault(http.StatusNotFound, "ResourceNotFoundException", "the store has no such key")
	}
	return summary(now, put{c.key, value}), now.version, nil
}

func update(c call) (any, string, error) {
	asked, err := read[struct {
		Puts    []put
		Deletes []struct{ Key string }
	}](c)
	if err != nil {
		return nil, "", err
	}
	wanted := change{puts: asked.Puts}
	for _, d := range asked.Deletes {
		wanted.deletes = append(wanted.deletes, d.Key)
	}
	return c.apply(wanted)
}

func putKey(c call) (any, string, error) {
	asked, err := read[struct{ Value string }](c)
	if err != nil {
		return nil, "", err
	}
	return c.apply(change{puts: []put{{c.key, asked.Value}}})
}

// read reads what a call says in its body, and nothing that isn't understood.
func read[T any](c call) (T, error) {
	text, err := io.ReadAll(c.Body)
	var asked T
	if err == nil {
		asked, err = template.Decode[T](text)
	}
	if err != nil {
		err = invalid(err)
	}
	return asked, err
}

func deleteKey(c call) (any, string, error) {
	return c.apply(change{deletes: []string{c.key}})
}

func (c call) apply(wanted change) (any, string, error) {
	if err := wanted.check(); err != nil {
		return nil, "", invalid(err)
	}
	now, err := c.store.apply(wanted, c.Header.Get("If-Match"))
	switch {
	case errors.Is(err, errVersion):
		return nil, "", awsapi.NewFault(http.StatusConflict, "ConflictException", err.Error())
	case err != nil:
		return nil, "", awsapi.NewFault(http.StatusPaymentRequired, "ServiceQuotaExceededException", err.Error())
	}
	return summary(now, nil), now.version, nil
}

// summary is what all answers have that are about keys, with the one that was asked for, if any.
func summary(now state, one any) map[string]any {
	answer := map[string]any{"ItemCount": len(now.values), "TotalSizeInBytes": size(now.values)}
	if p, ok := one.(put); ok {
		answer["Key"], answer["Value"] = p.Key, p.Value
	}
	return answer
}

func invalid(err error) error {
	return awsapi.NewFault(http.StatusBadRequest, "ValidationException", err.Error())
}
