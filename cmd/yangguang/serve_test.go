package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yangguang/internal/clock"
)

// TestServingSaysReadyAndStopsCleanly: one line once it serves, and no error
// when it is told to end.
func TestServingSaysReadyAndStopsCleanly(t *testing.T) {
	h := emptyHouse(t)
	h.c.Listen = "127.0.0.1:0"
	addr, stop := serving(t, h)
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		if got := fetch(t, http.DefaultClient, addr+path); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
	stop()
	if _, err := net.DialTimeout("tcp", strings.TrimPrefix(addr, "http://"), time.Second); err == nil {
		t.Error("it still listens after its end")
	}
	if err := h.db.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestPlainHTTPIsServedOnLoopbackOnly: anything else needs TLS, here or at a
// proxy that was named.
func TestPlainHTTPIsServedOnLoopbackOnly(t *testing.T) {
	h := emptyHouse(t)
	h.c.Listen = "0.0.0.0:0"
	var out strings.Builder
	err := h.serve(t.Context(), &out)
	if err == nil || !strings.Contains(err.Error(), "--tls-cert") || !strings.Contains(err.Error(), "--trusted-proxy") {
		t.Errorf("plain HTTP for everybody: %v", err)
	}
	if out.Len() > 0 {
		t.Errorf("it said %q all the same", out.String())
	}
}

// TestACertificateMakesTheSiteSecure: TLS from the two files, HSTS, and a
// session cookie only this host over TLS can have set.
func TestACertificateMakesTheSiteSecure(t *testing.T) {
	var logged bytes.Buffer
	log.SetOutput(&logged)
	defer log.SetOutput(os.Stderr)
	h := emptyHouse(t)
	h.c.Listen = "127.0.0.1:0"
	var pool *x509.CertPool
	h.c.Cert, h.c.Key, pool = certificate(t)
	h.wire(false)
	addr, stop := serving(t, h)
	if !strings.HasPrefix(addr, "https://") {
		t.Fatalf("ready at %s", addr)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Post(addr+"/sign-out", "application/x-www-form-urlencoded", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := resp.Header.Get("Strict-Transport-Security"); !strings.Contains(got, "max-age=31536000") {
		t.Errorf("HSTS: %q", got)
	}
	got := resp.Cookies()
	if len(got) != 1 || got[0].Name != "__Host-yg" || !got[0].Secure || !got[0].HttpOnly || got[0].Path != "/" || got[0].Domain != "" || got[0].SameSite != http.SameSiteStrictMode {
		t.Errorf("the session's cookie: %v", got)
	}
	old := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MaxVersion: tls.VersionTLS11}}}
	if resp, err := old.Get(addr + "/healthz"); err == nil {
		_ = resp.Body.Close()
		t.Error("TLS 1.1 was spoken")
	}
	stop()
	log.SetOutput(os.Stderr)
	if logged.Len() > 0 {
		t.Errorf("the address of a failed caller was logged: %s", logged.String())
	}
	h.c.Key = h.c.Cert
	if err := h.serve(t.Context(), io.Discard); err == nil || !strings.Contains(err.Error(), "--tls-key") {
		t.Errorf("a key that is none: %v", err)
	}
}

// TestAProxyIsBelievedOnlyFromItsRange, about the address a caller comes from.
func TestAProxyIsBelievedOnlyFromItsRange(t *testing.T) {
	h := emptyHouse(t)
	h.c.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	h.wire(false)
	for _, c := range []struct{ from, forwarded, want string }{
		{"10.1.2.3:5000", "203.0.113.9", "203.0.113.9"},
		{"10.1.2.3:5000", "198.51.100.1, 203.0.113.9", "203.0.113.9"},
		{"10.1.2.3:5000", "203.0.113.9, 10.9.9.9", "203.0.113.9"},
		{"10.1.2.3:5000", "", "10.1.2.3"},
		{"10.1.2.3:5000", "not an address", "10.1.2.3"},
		{"192.0.2.1:5000", "203.0.113.9", "192.0.2.1"},
		{"127.0.0.1:5000", "203.0.113.9", "127.0.0.1"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.from
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := h.app.Remote(r); got != c.want {
			t.Errorf("from %s with %q: %s, want %s", c.from, c.forwarded, got, c.want)
		}
	}
	w := httptest.NewRecorder()
	h.app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/healthz", nil))
	if w.Header().Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS behind the proxy that speaks TLS")
	}
}

// serving runs the house until stop; addr is what the ready line names.
func serving(t *testing.T, h *house) (addr string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := h.serve(ctx, in)
		_ = in.CloseWithError(io.EOF)
		ended <- err
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ok {
		cancel()
		t.Fatalf("said %q (%v); ended with %v", line, err, <-ended)
	}
	return addr, func() {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("stopping: %v", err)
		}
	}
}

func fetch(t *testing.T, c *http.Client, url string) string {
	t.Helper()
	resp, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// certificate makes a certificate of its own for loopback.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := clock.System().Now()
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "yangguang test"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return cert, key, pool
}
