// Package network is the Internet of a twin: one listener on 127.0.0.1, at which every host name leads
// to its service, by HTTP and by HTTPS.
//
// A client needs two things to take it for the real one: to connect there whatever the name, and to
// trust its certificates. Go's get both from [Network.Client]. Others take it for their proxy, such as
// curl, the AWS CLI and AWS's SDKs, which then ask AWS by its own names:
//
//	export HTTPS_PROXY=http://127.0.0.1:PORT HTTP_PROXY=http://127.0.0.1:PORT
//	export CURL_CA_BUNDLE=FILE AWS_CA_BUNDLE=FILE
//	chromium --proxy-server=127.0.0.1:PORT --ignore-certificate-errors
package network

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Network leads host names to services. Its methods may be called at any time.
type Network struct {
	listener  *listener
	server    *http.Server
	authority *authority
	folder    string // that holds the authority's certificate
	transport *http.Transport

	mu        sync.RWMutex
	hosts     map[string]http.Handler // by name, or by what follows "*"
	otherwise http.Handler
}

// Listen starts a network on address, such as "127.0.0.1:0", that knows no names yet.
func Listen(address string) (*Network, error) {
	authority, err := newAuthority()
	if err != nil {
		return nil, err
	}
	n := &Network{authority: authority, hosts: map[string]http.Handler{}}
	if n.folder, err = os.MkdirTemp("", "twin-network-"); err != nil {
		return nil, err
	}
	if err := os.WriteFile(n.AuthorityFile(), authority.pem, 0o644); err != nil {
		return nil, err
	}
	n.listener, err = listen(address, &tls.Config{GetCertificate: authority.certificate})
	if err != nil {
		os.RemoveAll(n.folder)
		return nil, err
	}
	n.transport = &http.Transport{
		DialContext:         n.dial,
		TLSClientConfig:     &tls.Config{RootCAs: authority.pool()},
		DisableCompression:  true, // which would ask for another answer than the client did
		MaxIdleConnsPerHost: 64,
	}
	n.server = &http.Server{Handler: n, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)} // clients learn of their errors themselves
	go n.server.Serve(n.listener)
	return n, nil
}

// Close ends all connections.
func (n *Network) Close() {
	n.server.Close()
	n.transport.CloseIdleConnections()
	os.RemoveAll(n.folder)
}

// Address is where the network listens: 127.0.0.1 and a port.
func (n *Network) Address() string { return n.listener.Addr().String() }

// AuthorityFile holds the certificate of who vouches for all names, as PEM, until the network is closed.
func (n *Network) AuthorityFile() string { return filepath.Join(n.folder, "authority.pem") }

// Handle leads a host name to a service. A "*" in the place of its first label stands for any one.
func (n *Network) Handle(host string, service http.Handler) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[strings.TrimPrefix(host, "*")] = service
}

// Otherwise leads what is asked by no known name, such as by the address itself, to a service.
func (n *Network) Otherwise(service http.Handler) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.otherwise = service
}

// Client returns a client whose connections all lead here. It follows no redirect, so that one can be
// looked at.
func (n *Network) Client() *http.Client {
	return &http.Client{
		Transport:     n.transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// RoundTripper makes connections that all lead here; an unknown name is not found.
func (n *Network) RoundTripper() http.RoundTripper { return n.transport }

// ServeHTTP hands a request to the service of its host. Of a client that takes the network for its
// proxy, it makes one that has connected by name.
func (n *Network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		n.tunnel(w, r)
		return
	}
	r.URL.Scheme, r.URL.Host = "", "" // which only a proxy is told
	service := n.service(name(r))
	if service == nil {
		n.mu.RLock()
		service = n.otherwise
		n.mu.RUnlock()
	}
	if service == nil {
		http.Error(w, "nothing here is named "+r.Host, http.StatusMisdirectedRequest)
		return
	}
	service.ServeHTTP(w, r)
}

// name is that of the host that a client has connected to. Only TLS tells it; without, it is that which the
// request is for.
func name(r *http.Request) string {
	if r.TLS != nil && r.TLS.ServerName != "" {
		return r.TLS.ServerName
	}
	return r.Host
}

// tunnel lets a client go on as if it had connected to the host, if there is one.
func (n *Network) tunnel(w http.ResponseWriter, r *http.Request) {
	if n.service(r.Host) == nil {
		http.Error(w, "nothing here is named "+r.Host, http.StatusBadGateway)
		return
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if _, err := conn.Write([]byte("HTTP/1.1 200 OK\r\n\r\n")); err != nil {
		conn.Close()
		return
	}
	go n.listener.take(&peekedConn{conn, buffered.Reader})
}

// service is that of a host, with or without port; nil if there is none.
func (n *Network) service(host string) http.Handler {
	host = strings.ToLower(host)
	if alone, _, err := net.SplitHostPort(host); err == nil {
		host = alone
	}
	n.mu.RLock()
	defer n.mu.RUnlock()
	if service := n.hosts[host]; service != nil {
		return service
	}
	if _, parent, found := strings.Cut(host, "."); found {
		return n.hosts["."+parent]
	}
	return nil
}

// dial connects to the listener, on behalf of a name that is known. Its address is a name, too.
func (n *Network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	if address != n.Address() && n.service(address) == nil {
		return nil, &net.DNSError{Err: "no such host", Name: address, IsNotFound: true}
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", n.Address())
}
