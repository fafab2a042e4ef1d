package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Listener says where and how to serve.
type Listener struct {
	Addr        string // host:port
	Cert, Key   string // PEM files; both or neither
	BehindProxy bool   // TLS ends at a named, trusted proxy
	Ready       io.Writer
}

// Serve answers requests until ctx ends, then lets those under way finish. It
// prints one line "ready http(s)://ADDR" once it serves. Plain HTTP is allowed
// only on loopback or behind a named proxy.
func Serve(ctx context.Context, l Listener, h http.Handler) error {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", l.Addr)
	if err != nil {
		return fmt.Errorf("listen (is another program using %s?): %w", l.Addr, err)
	}
	scheme := "http"
	switch {
	case l.Cert != "":
		cert, err := tls.LoadX509KeyPair(l.Cert, l.Key)
		if err != nil {
			return fmt.Errorf("read the certificate (check --tls-cert and --tls-key): %w", err)
		}
		ln = tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}})
		scheme = "https"
	case !l.BehindProxy && !ln.Addr().(*net.TCPAddr).IP.IsLoopback():
		_ = ln.Close()
		return errors.New("plain HTTP is served on loopback only; give --tls-cert and --tls-key, or --trusted-proxy with the address of the proxy that speaks TLS")
	}
	// The server's own log names callers by their address; what concerns the
	// operator is in ours.
	silent := log.New(io.Discard, "", 0)
	srv := &http.Server{Handler: h, ErrorLog: silent, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 5 * time.Minute, WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	_, _ = fmt.Fprintf(l.Ready, "ready %s://%s\n", scheme, ln.Addr())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return srv.Shutdown(stop)
}
