package s3server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// iamRegion is where IAM's requests go, wherever S3's do.
const iamRegion = "us-east-1"

// Key is what a user signs requests with.
type Key struct{ AccessKey, SecretKey string }

// CreateUser makes a user who may do nothing.
func (s *Server) CreateUser(name string) error {
	return s.call("CreateUser", map[string]string{"UserName": name}, nil)
}

// PutPolicy lets a user do what an IAM policy document allows, in place of the
// user's policy of that name.
func (s *Server) PutPolicy(user, name, document string) error {
	return s.call("PutUserPolicy", map[string]string{"UserName": user, "PolicyName": name, "PolicyDocument": document}, nil)
}

// CreateKey makes a key of a user's.
func (s *Server) CreateKey(user string) (Key, error) {
	var created struct {
		AccessKey struct{ AccessKeyId, SecretAccessKey string } `xml:"CreateAccessKeyResult>AccessKey"`
	}
	err := s.call("CreateAccessKey", map[string]string{"UserName": user}, &created)
	return Key{created.AccessKey.AccessKeyId, created.AccessKey.SecretAccessKey}, err
}

// DeleteKey makes a key unknown.
func (s *Server) DeleteKey(user, accessKey string) error {
	return s.call("DeleteAccessKey", map[string]string{"UserName": user, "AccessKeyId": accessKey}, nil)
}

// call calls an action of IAM as the server's owner, and reads its answer. It
// does without the SDK's client, which would be the largest dependency of all.
func (s *Server) call(action string, parameters map[string]string, answer any) error {
	form := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for name, value := range parameters {
		form.Set(name, value)
	}
	text, err := s.post(form.Encode())
	if err == nil && answer != nil {
		err = xml.Unmarshal(text, answer)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return nil
}

func (s *Server) post(form string) ([]byte, error) {
	body := []byte(form)
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+s.iam+"/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	owner := aws.Credentials{AccessKeyID: AccessKey, SecretAccessKey: SecretKey}
	hash := fmt.Sprintf("%x", sha256.Sum256(body))
	if err := v4.NewSigner().SignHTTP(context.Background(), owner, request, hash, "iam", iamRegion, time.Now()); err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, text)
	}
	return text, err
}
