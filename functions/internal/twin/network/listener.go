package network

import (
	"bufio"
	"crypto/tls"
	"net"
	"time"
)

// listener accepts connections with and without TLS at one address, and tells them apart by their first
// byte.
type listener struct {
	net.Listener
	config   *tls.Config
	accepted chan net.Conn
	closed   chan struct{}
}

func listen(address string, config *tls.Config) (*listener, error) {
	inner, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	l := &listener{inner, config, make(chan net.Conn), make(chan struct{})}
	go l.run()
	return l, nil
}

// Accept implements [net.Listener].
func (l *listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.accepted:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) run() {
	defer close(l.closed)
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return
		}
		go l.take(conn)
	}
}

// handshake is how every TLS connection begins: the type of its first record.
// https://www.rfc-editor.org/rfc/rfc8446#section-5.1
const handshake = 22

// patience is how long a client may connect and say nothing.
const patience = 10 * time.Second

func (l *listener) take(conn net.Conn) {
	conn.SetReadDeadline(time.Now().Add(patience))
	peeked := &peekedConn{conn, bufio.NewReader(conn)}
	first, err := peeked.reader.Peek(1)
	if err != nil {
		conn.Close()
		return
	}
	conn.SetReadDeadline(time.Time{})
	var accepted net.Conn = peeked
	if first[0] == handshake {
		accepted = tls.Server(peeked, l.config)
	}
	select {
	case l.accepted <- accepted:
	case <-l.closed:
		conn.Close()
	}
}

// peekedConn is a connection of which the beginning has been looked at.
type peekedConn struct {
	net.Conn
	reader *bufio.Reader
}

func (c *peekedConn) Read(p []byte) (int, error) { return c.reader.Read(p) }
