package linkcheck

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	patience  = 15 * time.Second // the inspection waits no longer for a page
	redirects = 3
	hosts     = 8 // asked at once, each one request at a time
)

var errRedirects = errors.New("too many redirects")

// outside asks addresses of other sites.
type outside struct {
	client *http.Client
	agent  string        // how the requests name this site
	pause  time.Duration // between two requests to one host
	spent  atomic.Bool   // the night's time for other sites is over
}

// newOutside makes what asks other sites. No proxy is used, since behind one
// the guard would see the proxy's address only.
func newOutside(agent string, allowed func(netip.Addr) bool, pause time.Duration) *outside {
	d := &net.Dialer{Timeout: patience, Control: guard(allowed)}
	return &outside{agent: agent, pause: pause, client: &http.Client{
		Timeout:   patience,
		Transport: &http.Transport{DialContext: d.DialContext, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > redirects {
				return errRedirects
			}
			return nil
		},
	}}
}

// agentName names the site in requests, so that whoever sees them in his log
// knows whom to ask.
func agentName(domain, name string) string {
	if domain == "" {
		domain = url.PathEscape(name)
	}
	return "YangguangLinkCheck/1 (+" + domain + ")"
}

// askAll asks addresses, each host one request at a time, and gives the code of
// each. Those there was no time for are left out; it ends with the context alone.
func (o *outside) askAll(ctx context.Context, addresses []*url.URL) (map[string]string, error) {
	byHost := map[string][]*url.URL{}
	for _, u := range addresses {
		host := strings.ToLower(u.Hostname())
		byHost[host] = append(byHost[host], u)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	out, room := map[string]string{}, make(chan struct{}, hosts)
	for _, us := range byHost {
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			for _, u := range us {
				if o.spent.Load() || ctx.Err() != nil {
					return
				}
				code := o.ask(ctx, u)
				mu.Lock()
				out[u.String()] = code
				mu.Unlock()
				o.rest(ctx)
			}
		})
	}
	wg.Wait()
	return out, ctx.Err()
}

func (o *outside) rest(ctx context.Context) {
	if o.pause == 0 {
		return
	}
	t := time.NewTimer(o.pause)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// ask tells what an address answers: "" when it can be opened. Some sites do
// not know HEAD, or answer it wrongly, so what it refuses is asked for in full;
// the body is not read.
func (o *outside) ask(ctx context.Context, u *url.URL) string {
	status, err := o.status(ctx, http.MethodHead, u)
	if err == nil && statusCode(status) == "" && status != http.StatusMethodNotAllowed {
		return ""
	}
	if err == nil {
		status, err = o.status(ctx, http.MethodGet, u)
	}
	if err != nil {
		return failureCode(err)
	}
	return statusCode(status)
}

func (o *outside) status(ctx context.Context, method string, u *url.URL) (int, error) {
	r, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("User-Agent", o.agent)
	res, err := o.client.Do(r)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

// statusCode is "" for an answer that shows that something is there: also one
// that wants a name first, or has no time just now.
func statusCode(status int) string {
	switch {
	case status < 400, status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusMethodNotAllowed, status == http.StatusTooManyRequests:
		return ""
	}
	return "http_" + strconv.Itoa(status)
}

// Why an address could not be opened, but for http_404 and its kin.
const (
	codeMalformed   = "malformed"
	codeFile        = "file" // an attachment whose file is not kept any more
	codePrivate     = "private"
	codeRedirects   = "redirects"
	codeName        = "name"
	codeTimeout     = "timeout"
	codeCertificate = "certificate"
	codeConnection  = "connection"
)

// failureCode is the kind of a failure; its words may hold anything and are not
// kept.
func failureCode(err error) string {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var slow net.Error
	switch {
	case errors.Is(err, errPrivate):
		return codePrivate
	case errors.Is(err, errRedirects):
		return codeRedirects
	case errors.As(err, &dns):
		return codeName
	case errors.As(err, &cert):
		return codeCertificate
	case errors.As(err, &slow) && slow.Timeout():
		return codeTimeout
	}
	return codeConnection
}
