package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"yangguang/internal/clock"
)

// Gateway sends short messages through an operator's HTTP interface. Operators
// differ, so address and body are templates in which {phone}, {text} and {id}
// stand for the message, written as the place demands (URL or JSON).
type Gateway struct {
	URL     string            // "https://sms.example/send?to={phone}"
	Method  string            // POST when empty
	Body    string            // `{"mobile":"{phone}","content":"{text}"}`
	Header  map[string]string // further headers, such as an access key
	Secret  string            // signs each request; "" = not signed
	Success string            // must stand in the answer, such as `"code":0`; "" = any 2xx
	Timeout time.Duration     // 15 s when zero
	Client  *http.Client      // nil means one of our own; redirects are never followed
	Clock   clock.Clock
}

// The headers of a signed request: hex HMAC-SHA256 under Secret of the time
// stamp (Unix seconds), a line feed, the request's path with query, a line
// feed, and the body.
const (
	TimestampHeader = "X-Yangguang-Timestamp"
	SignatureHeader = "X-Yangguang-Signature"
)

// Send implements Sender.
func (g *Gateway) Send(ctx context.Context, l Letter) error {
	timeout := g.Timeout
	if timeout == 0 {
		timeout = 15 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := g.request(ctx, l)
	if err != nil {
		return fail("no_sender", 0) // the template makes no request
	}
	resp, err := g.client().Do(req)
	if err != nil {
		return unreachable(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return unreachable(err)
	}
	return g.judge(resp.StatusCode, answer)
}

// judge reads the answer. An answer that cannot be understood is temporary: the
// gateway may be under repair behind a page that says so with 200.
func (g *Gateway) judge(status int, answer []byte) error {
	switch {
	case status >= 200 && status < 300:
		if !bytes.Contains(answer, []byte(g.Success)) {
			return fail("answer", status)
		}
		return nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fail("login", status)
	case status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500:
		return fail("wait", status)
	case status >= 400:
		return fail("refused", status).forGood()
	}
	return fail("answer", status)
}

func (g *Gateway) request(ctx context.Context, l Letter) (*http.Request, error) {
	method := g.Method
	if method == "" {
		method = http.MethodPost
	}
	body := fill(g.Body, l, jsonText)
	req, err := http.NewRequestWithContext(ctx, method, fill(g.URL, l, url.QueryEscape), strings.NewReader(body))
	if err != nil || req.URL.Host == "" {
		return nil, errors.New("the gateway's address cannot be used")
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	req.Header.Set("Idempotency-Key", strconv.FormatInt(l.ID, 10)) // the same when it is sent again
	for k, v := range g.Header {
		req.Header.Set(k, v)
	}
	if g.Secret != "" {
		stamp := strconv.FormatInt(g.Clock.Now().Unix(), 10)
		req.Header.Set(TimestampHeader, stamp)
		req.Header.Set(SignatureHeader, Sign(g.Secret, stamp, req.URL.RequestURI(), body))
	}
	return req, nil
}

// Sign is the signature of a request, for the gateway's side to compare.
func Sign(key, stamp, uri, body string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(stamp + "\n" + uri + "\n" + body))
	return hex.EncodeToString(m.Sum(nil))
}

func (g *Gateway) client() *http.Client {
	c := http.Client{}
	if g.Client != nil {
		c = *g.Client
	}
	// A redirect would carry the telephone number to a place nobody configured.
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

func fill(template string, l Letter, escape func(string) string) string {
	return strings.NewReplacer("{phone}", escape(l.Address), "{text}", escape(l.Text), "{id}", strconv.FormatInt(l.ID, 10)).Replace(template)
}

// jsonText writes a text as it stands between the quotes of a JSON string.
func jsonText(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return "" // a string always has a form
	}
	return string(b[1 : len(b)-1])
}
