package s3test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// A user may do what its policy allows, and nothing else.
func TestUser(t *testing.T) {
	name := Bucket(t)
	for variable, value := range User(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::`+name+`/*"}]}`) {
		t.Setenv(variable, value)
	}
	conf, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	user := s3.NewFromConfig(conf)
	if _, err := user.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: new("a"), Body: strings.NewReader("a")}); err != nil {
		t.Errorf("what is allowed fails: %v", err)
	}
	_, err = user.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &name, Key: new("a")})
	if fault, ok := errors.AsType[smithy.APIError](err); !ok || fault.ErrorCode() != "AccessDenied" {
		t.Errorf("what isn't allowed gives %v", err)
	}
}
