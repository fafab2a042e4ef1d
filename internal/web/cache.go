package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"

	"yangguang/internal/account"
	"yangguang/internal/clock"
)

// Cache keeps published pages compressed, once per address, language and mode.
// Whatever publishes empties it; a page also ends with its day, since what is
// overdue changes at midnight.
type Cache struct {
	mu    sync.RWMutex
	pages map[string]*page // guarded by mu
	size  int64            // bytes held; guarded by mu
	limit int64
	turn  uint64 // counts emptyings; guarded by mu
}

// page is one published page, ready to write.
type page struct {
	kind            string
	plain, gz, br   []byte
	etag, etagGz    string
	etagBr          string
	lenPlain, lenGz string
	lenBr           string
	ends            time.Time
}

// NewCache makes a cache of at most limit bytes.
func NewCache(limit int64) *Cache { return &Cache{pages: map[string]*page{}, limit: limit} }

// Empty forgets every page; called after a commit that changed what is public.
func (c *Cache) Empty() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.pages)
	c.size = 0
	c.turn++
}

func (c *Cache) find(key string, now time.Time) *page {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if p := c.pages[key]; p != nil && now.Before(p.ends) {
		return p
	}
	return nil
}

func (c *Cache) currentTurn() uint64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.turn
}

// keep stores a page rendered during a turn; one that was emptied meanwhile
// may already be stale and is not kept.
func (c *Cache) keep(key string, p *page, turn uint64) {
	n := int64(len(p.plain) + len(p.gz) + len(p.br))
	if n > c.limit/64 { // a few large sheets must not push the pages out
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if turn != c.turn {
		return
	}
	if c.size+n > c.limit {
		clear(c.pages)
		c.size = 0
	}
	c.pages[key] = p
	c.size += n
}

func newPage(kind string, body []byte, now time.Time) *page {
	sum := sha256.Sum256(body)
	tag := hex.EncodeToString(sum[:8])
	p := &page{kind: kind, plain: body, ends: clock.DateOf(now).End(), etag: `"` + tag + `"`, etagGz: `"` + tag + `-g"`, etagBr: `"` + tag + `-b"`}
	p.lenPlain = strconv.Itoa(len(body))
	if !compressible(kind) {
		return p
	}
	var b bytes.Buffer
	zw, _ := gzip.NewWriterLevel(&b, 9)
	_, _ = zw.Write(body)
	_ = zw.Close()
	p.gz = bytes.Clone(b.Bytes())
	b.Reset()
	bw := brotli.NewWriterLevel(&b, 7)
	_, _ = bw.Write(body)
	_ = bw.Close()
	p.br = bytes.Clone(b.Bytes())
	p.lenGz, p.lenBr = strconv.Itoa(len(p.gz)), strconv.Itoa(len(p.br))
	return p
}

// compressible answers whether a type gains by compression; a PDF and a picture
// are compressed already.
func compressible(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.Contains(kind, "json") || strings.Contains(kind, "xml") || strings.Contains(kind, "yaml")
}

// serve writes the page in the best coding the reader takes, or says that the
// reader's copy still holds.
func (p *page) serve(w http.ResponseWriter, r *http.Request) {
	body, coding, tag, length := p.plain, "", p.etag, p.lenPlain
	switch accept := r.Header.Get("Accept-Encoding"); {
	case p.br == nil:
	case strings.Contains(accept, "br"):
		body, coding, tag, length = p.br, "br", p.etagBr, p.lenBr
	case strings.Contains(accept, "gzip"):
		body, coding, tag, length = p.gz, "gzip", p.etagGz, p.lenGz
	}
	h := w.Header()
	h.Set("Content-Type", p.kind)
	h.Set("Etag", tag)
	h.Set("Vary", "Accept-Encoding, Cookie")
	h.Set("Cache-Control", "no-cache")
	if match := r.Header.Get("If-None-Match"); match != "" && strings.Contains(match, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if coding != "" {
		h.Set("Content-Encoding", coding)
	}
	h.Set("Content-Length", length)
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// cacheKey is the address with the mode; "" for what is never kept: queries
// are without number, so they are rendered each time, and a path written
// unusually (%2F for /) could pass for another page's.
func (a *App) cacheKey(r *http.Request) string {
	if (r.Method != http.MethodGet && r.Method != http.MethodHead) || r.URL.RawQuery != "" || r.URL.RawPath != "" || strings.ContainsRune(r.URL.Path, 0) {
		return ""
	}
	if r.Header.Get("Cookie") == "" {
		return r.URL.Path
	}
	c, err := r.Cookie(ModeCookie)
	if err != nil {
		return r.URL.Path
	}
	mode := ""
	if a.o.CanonicalMode != nil {
		mode = a.o.CanonicalMode(c.Value)
	}
	if mode == "" {
		return r.URL.Path
	}
	return r.URL.Path + "\x00" + mode
}

// fromCache answers a published page from memory before anything else runs.
func (a *App) fromCache(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := a.cacheKey(r)
		if key != "" {
			if p := a.cache.find(key, a.o.Clock.Now()); p != nil {
				setFixedHeaders(w.Header(), a.o.Secure)
				setPattern(w, "memory")
				a.metrics.cached.Inc()
				p.serve(w, r)
				return
			}
		}
		if rec, ok := w.(*recorder); ok {
			rec.cacheKey = key
		}
		next.ServeHTTP(w, r)
	})
}

// capture holds a cached route's answer back until it is whole.
type capture struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader notes the status.
func (c *capture) WriteHeader(status int) { c.status = status }

// Write keeps the bytes.
func (c *capture) Write(b []byte) (int, error) { return c.body.Write(b) }

// rendered runs a cached route's handler, keeps its page and serves it. The
// handler sees nobody signed in: what it makes is shown to everybody.
func (a *App) rendered(h Handler, w http.ResponseWriter, r *http.Request) error {
	turn := a.cache.currentTurn()
	c := &capture{ResponseWriter: w, status: http.StatusOK}
	if err := h(c, r.WithContext(account.With(r.Context(), nil))); err != nil {
		return err
	}
	kind := w.Header().Get("Content-Type")
	if c.status != http.StatusOK {
		w.WriteHeader(c.status)
		_, _ = w.Write(c.body.Bytes())
		return nil
	}
	p := newPage(kind, bytes.Clone(c.body.Bytes()), a.o.Clock.Now())
	if rec, ok := w.(*recorder); ok && rec.cacheKey != "" {
		a.cache.keep(rec.cacheKey, p, turn)
	}
	p.serve(w, r)
	return nil
}
