package s3test

import (
	"crypto/rand"
	"testing"

	"primrose/functions/internal/s3server"
)

// User makes a user who may do what an IAM policy document allows, and
// nothing else. It returns the environment that makes an AWS client this user.
func User(t testing.TB, policy string) map[string]string {
	t.Helper()
	return NewAccount(t, policy).Env(t)
}

// Account is a user with one access key at a time.
type Account struct {
	name string
	key  s3server.Key
}

// NewAccount makes a user who may do what an IAM policy document allows, and
// nothing else.
func NewAccount(t testing.TB, policy string) *Account {
	t.Helper()
	a := &Account{name: "user-" + rand.Text()}
	err := Server(t).CreateUser(a.name)
	if err == nil {
		err = Server(t).PutPolicy(a.name, "policy", policy)
	}
	if err != nil {
		t.Fatal(err)
	}
	a.create(t)
	return a
}

func (a *Account) create(t testing.TB) {
	t.Helper()
	var err error
	if a.key, err = Server(t).CreateKey(a.name); err != nil {
		t.Fatal(err)
	}
}

// Rotate puts a new key in the place of the old one, which is unknown then.
func (a *Account) Rotate(t testing.TB) {
	t.Helper()
	if err := Server(t).DeleteKey(a.name, a.key.AccessKey); err != nil {
		t.Fatal(err)
	}
	a.create(t)
}

// Env returns the environment that makes an AWS client this user.
func (a *Account) Env(t testing.TB) map[string]string {
	t.Helper()
	return environment(t, a.key.AccessKey, a.key.SecretKey)
}
