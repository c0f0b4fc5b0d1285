package distribution_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/smithy-go"

	"primrose/functions/internal/twin/awsapi"
)

// client is AWS's own for the distribution; allowed says whether it may do anything.
func (s *scene) client(allowed bool) *cloudfront.Client {
	s.Handle("cloudfront.amazonaws.com", s.API(func(_, action, resource string) error {
		if !allowed || !strings.HasPrefix(action, "cloudfront:") || resource != s.ARN {
			return awsapi.NewFault(http.StatusForbidden, "AccessDeniedException", "not authorized to perform: "+action+" on resource: "+resource)
		}
		return nil
	}))
	return cloudfront.New(cloudfront.Options{
		Region: "us-east-1", HTTPClient: s.Client(), Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", ""),
	})
}

func (s *scene) invalidate(c *cloudfront.Client, reference string, items ...string) error {
	out, err := c.CreateInvalidation(s.Context(), &cloudfront.CreateInvalidationInput{
		DistributionId:    &s.ID,
		InvalidationBatch: &types.InvalidationBatch{CallerReference: &reference, Paths: &types.Paths{Quantity: aws.Int32(int32(len(items))), Items: items}},
	})
	if err != nil {
		return err
	}
	got, err := c.GetInvalidation(s.Context(), &cloudfront.GetInvalidationInput{DistributionId: &s.ID, Id: out.Invalidation.Id})
	if err == nil && (aws.ToString(got.Invalidation.Status) != "Completed" || len(got.Invalidation.InvalidationBatch.Paths.Items) != len(items)) {
		s.Errorf("%v came to %+v", items, got.Invalidation)
	}
	return err
}

func TestInvalidation(t *testing.T) {
	s := newScene(t)
	c := s.client(true)
	for _, test := range []struct {
		items []string
		gone  bool
	}{
		{[]string{"/photos/a.jpg"}, true},
		{[]string{"/photos/"}, false},
		{[]string{"/photos/*"}, true},
		{[]string{"/PHOTOS/*"}, false},
		{[]string{"/*"}, true},
		{[]string{"/b", "/photos/a.jpg"}, true},
		{[]string{"#one"}, true},
		{[]string{"#TWO"}, true},
		{[]string{"#on"}, false},
		{[]string{"#on*"}, false},
		{[]string{"#/photos/a.jpg"}, false},
	} {
		s.api.says(http.StatusOK, "X-Tag: One, two")
		s.ask("GET /photos/a.jpg")
		if err := s.invalidate(c, strings.Join(test.items, " "), test.items...); err != nil {
			t.Errorf("%v: %v", test.items, err)
		}
		want := "200 Hit"
		if test.gone {
			want = "200 Miss"
		}
		s.want("after "+strings.Join(test.items, " "), want, s.ask("GET /photos/a.jpg"))
	}

	untagged := newScene(t, `"CacheTagConfig": {"HeaderName": "x-tag"},`, ``)
	untagged.api.says(http.StatusOK, "X-Tag: one")
	untagged.ask("GET /a")
	if err := untagged.invalidate(untagged.client(true), "1", "#one"); err != nil {
		t.Error(err)
	}
	untagged.want("without tags", "200 Hit", untagged.ask("GET /a"))
}

func TestInvalidationRefused(t *testing.T) {
	s := newScene(t)
	c := s.client(true)
	many := make([]string, 3001)
	for i := range many {
		many[i] = "/a"
	}
	if err := s.invalidate(c, "known", "/a"); err != nil {
		t.Fatal(err)
	}
	if err := s.invalidate(c, "known", "/a"); err != nil {
		t.Errorf("the same again: %v", err)
	}
	for _, test := range []struct {
		reference string
		items     []string
		want      string
	}{
		{"1", nil, "InvalidArgument"},
		{"2", []string{"a"}, "InvalidArgument"},
		{"3", []string{"/a*b"}, "InvalidArgument"},
		{"4", []string{"#"}, "InvalidArgument"},
		{"5", []string{"#a,b"}, "InvalidArgument"},
		{"6", []string{"#" + strings.Repeat("a", 257)}, "InvalidArgument"},
		{"7", many, "TooManyInvalidationsInProgress"},
		{"known", []string{"/b"}, "InvalidationBatchAlreadyExists"},
	} {
		if err := s.invalidate(c, test.reference, test.items...); code(err) != test.want {
			t.Errorf("%s: %v, want %s", test.reference, err, test.want)
		}
	}
	if err := s.invalidate(s.client(false), "8", "/a"); code(err) != "AccessDenied" {
		t.Errorf("by who may not: %v", err)
	}
	other := "EOTHER"
	_, err := s.client(true).GetInvalidation(t.Context(), &cloudfront.GetInvalidationInput{DistributionId: &other, Id: &other})
	if code(err) != "NoSuchDistribution" {
		t.Errorf("of another distribution: %v", err)
	}
}

func code(err error) string {
	if fault, ok := errors.AsType[smithy.APIError](err); ok {
		return fault.ErrorCode()
	}
	return ""
}
