package s3test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// User makes a user who may do what an IAM policy document allows, and
// nothing else. It returns the environment that makes an AWS client this user.
func User(t testing.TB, policy string) map[string]string {
	t.Helper()
	return NewAccount(t, policy).Env(t)
}

// Account is a user with one access key at a time.
type Account struct{ name, accessKey, secretKey string }

// NewAccount makes a user who may do what an IAM policy document allows, and
// nothing else.
func NewAccount(t testing.TB, policy string) *Account {
	t.Helper()
	a := &Account{name: "user-" + rand.Text()}
	call(t, "CreateUser", map[string]string{"UserName": a.name}, nil)
	call(t, "PutUserPolicy", map[string]string{"UserName": a.name, "PolicyName": "policy", "PolicyDocument": policy}, nil)
	a.create(t)
	return a
}

func (a *Account) create(t testing.TB) {
	t.Helper()
	var created struct {
		AccessKey struct{ AccessKeyId, SecretAccessKey string } `xml:"CreateAccessKeyResult>AccessKey"`
	}
	call(t, "CreateAccessKey", map[string]string{"UserName": a.name}, &created)
	a.accessKey, a.secretKey = created.AccessKey.AccessKeyId, created.AccessKey.SecretAccessKey
}

// Rotate puts a new key in the place of the old one, which is unknown then.
func (a *Account) Rotate(t testing.TB) {
	t.Helper()
	call(t, "DeleteAccessKey", map[string]string{"UserName": a.name, "AccessKeyId": a.accessKey}, nil)
	a.create(t)
}

// Env returns the environment that makes an AWS client this user.
func (a *Account) Env(t testing.TB) map[string]string {
	t.Helper()
	return environment(t, a.accessKey, a.secretKey)
}

// call calls an action of IAM as the server's owner, and reads its answer. It
// does without the SDK's client, which would be the largest dependency of all.
func call(t testing.TB, action string, parameters map[string]string, answer any) {
	t.Helper()
	form := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for name, value := range parameters {
		form.Set(name, value)
	}
	body := []byte(form.Encode())
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+running(t).iam+"/", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	owner := aws.Credentials{AccessKeyID: AccessKey, SecretAccessKey: SecretKey}
	hash := fmt.Sprintf("%x", sha256.Sum256(body))
	if err := v4.NewSigner().SignHTTP(context.Background(), owner, request, hash, "iam", Region, time.Now()); err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, text)
	}
	if err == nil && answer != nil {
		err = xml.Unmarshal(text, answer)
	}
	if err != nil {
		t.Fatalf("%s: %v", action, err)
	}
}
