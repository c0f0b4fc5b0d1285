// Package s3server runs a real S3 server with a real IAM on 127.0.0.1:
// versitygw, as long as the process runs.
package s3server

import (
	"cmp"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"primrose/functions/internal/tooltest"
)

// What the server's owner is called, who may do anything.
const (
	AccessKey = "testkey"
	SecretKey = "testsecret"
)

// Options say what a server is to be.
type Options struct {
	// Region is where the server pretends to be; us-east-1 by default.
	Region string
	// Domain is what the hosts of buckets end in, such as
	// s3.eu-central-1.amazonaws.com; by default, buckets have no hosts and
	// are named in paths only.
	Domain string
	// TLS adds a second address that speaks HTTPS, of which a policy's
	// condition aws:SecureTransport holds.
	TLS bool
}

// Server is a running server. It lives as long as nobody closes the pipes of
// life, which the garbage collector would do.
type Server struct {
	// Address is where it speaks HTTP.
	Address string
	// Secure is where it speaks HTTPS, if it does.
	Secure string
	// Region is where it pretends to be.
	Region string

	domain, program, dir string
	trust                *tls.Config
	iam                  string // address
	life                 []io.Closer
}

// Start starts a server. It stops when the process does, even by SIGKILL.
func Start(o Options) (*Server, error) {
	program, err := tooltest.Find("versitygw")
	if err != nil {
		return nil, err
	}
	s, err := start(program, o)
	if err != nil { // another process may have taken a free port
		s, err = start(program, o)
	}
	return s, err
}

// start starts S3 and the IAM that it asks for users and their rights.
func start(program string, o Options) (*Server, error) {
	dir, err := os.MkdirTemp("", "s3server")
	if err != nil {
		return nil, err
	}
	s := &Server{Region: cmp.Or(o.Region, "us-east-1"), domain: o.Domain, program: program, dir: dir}
	if err := s.run(o.TLS); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close ends the server and removes what it stored.
func (s *Server) Close() error {
	var errs []error
	for _, life := range s.life {
		errs = append(errs, life.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(s.dir))...)
}

// Bucket makes a bucket, if there is none of that name. Its objects are files of
// the folder.
func (s *Server) Bucket(name string) (folder string, err error) {
	folder = filepath.Join(s.file("data"), name)
	return folder, os.MkdirAll(folder, 0o700)
}

func (s *Server) run(secure bool) error {
	for _, folder := range []string{"data", "iam", "versions"} {
		if err := os.MkdirAll(s.file(folder), 0o700); err != nil {
			return err
		}
	}
	if err := s.serve(&s.iam, "http", nil, "iam", "--quiet", "--dir", s.file("iam"), "--private-ports", s.file("iam.sock")); err != nil {
		return err
	}
	if err := s.gateway(&s.Address, "http"); err != nil || !secure {
		return err
	}
	trust, err := certify(s.file("cert.pem"), s.file("key.pem"))
	if err != nil {
		return err
	}
	s.trust = trust
	return s.gateway(&s.Secure, "https", "--cert", s.file("cert.pem"), "--key", s.file("key.pem"))
}

func (s *Server) file(name string) string { return filepath.Join(s.dir, name) }

// gateway serves S3. All gateways have the same data.
func (s *Server) gateway(address *string, scheme string, options ...string) error {
	if s.domain != "" {
		options = append(options, "--virtual-domain", s.domain)
	}
	return s.serve(address, scheme, options,
		"--quiet", "--keep-alive", "--iam-standalone-endpoint", s.file("iam.sock"), "--iam-cache-disable",
		"posix", "--versioning-dir", s.file("versions"), s.file("data"))
}

// serve runs a command of the program at an address, which becomes known.
func (s *Server) serve(address *string, scheme string, options []string, command ...string) error {
	at, life, err := tooltest.Serve(s.dir, func(address string) []string {
		words := []string{s.program, "--port", address, "--access", AccessKey, "--secret", SecretKey, "--region", s.Region}
		return append(append(words, options...), command...)
	}, func(address string) bool { return s.answers(scheme + "://" + address) })
	if err != nil {
		return err
	}
	*address, s.life = at, append(s.life, life)
	return nil
}

// answers reports whether what listens at a URL is the program.
func (s *Server) answers(url string) bool {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	transport := s.Transport()
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request) // IAM redirects to its makers' site
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.Header.Get("Server") == "VERSITYGW"
}

// Transport speaks to the server and trusts its certificate, whatever the
// host that a request names.
func (s *Server) Transport() *http.Transport {
	return &http.Transport{TLSClientConfig: s.trust, DisableCompression: true, MaxIdleConnsPerHost: 16}
}
