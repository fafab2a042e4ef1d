package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/fresh"
)

// Cache keeps published pages compressed, once per address, language and mode.
// It knows of each which parts of the record it was made of, and forgets it when
// one of them changed; a page also ends with its day, since what is overdue
// changes at midnight.
type Cache struct {
	mu     sync.RWMutex
	pages  map[string]*page              // guarded by mu
	made   map[string]map[*page]struct{} // pages by what they were made of; guarded by mu
	size   int64                         // bytes held; guarded by mu
	limit  int64
	turn   uint64      // counts forgettings; guarded by mu
	recent []forgotten // the last forgettings, the newest last; guarded by mu
	blind  uint64      // the turn up to which what was forgotten is no longer known; guarded by mu
	lost   func(why string, pages int)
}

// forgotten is what one turn forgot.
type forgotten struct {
	turn uint64
	tags []string
}

// mostRecent bounds the forgettings a page under way is held against; one that
// takes longer to make is not kept.
const mostRecent = 1024

// anything stands for what a page was made of when something in it was read of
// which nobody said what it is a part of.
const anything = "?"

// page is one published page, ready to write.
type page struct {
	key             string
	tags            []string // what it was made of
	kind            string
	plain, gz, br   []byte
	etag, etagGz    string
	etagBr          string
	lenPlain, lenGz string
	lenBr           string
	ends            time.Time
}

// bytes is about what the page takes, with its place among those of each part.
func (p *page) bytes() int64 {
	return int64(len(p.plain)+len(p.gz)+len(p.br)) + 100*int64(len(p.tags))
}

// Why pages were forgotten; the labels of a metric.
const (
	whyChanged = "changed" // a part they were made of
	whyAll     = "all"     // a change that stands on too many pages
	whyFull    = "full"    // to make room
)

// NewCache makes a cache of at most limit bytes.
func NewCache(limit int64) *Cache {
	return &Cache{pages: map[string]*page{}, made: map[string]map[*page]struct{}{}, limit: limit, lost: func(string, int) {}}
}

// Empty forgets every page.
func (c *Cache) Empty() { c.Forget([]string{fresh.Everything}) }

// Forget forgets the pages made of any of some parts of the record; called after
// a commit that changed them.
func (c *Cache) Forget(tags []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn++
	if slices.Contains(tags, fresh.Everything) {
		c.clear(whyAll)
		c.recent, c.blind = c.recent[:0], c.turn
		return
	}
	if len(c.recent) == mostRecent {
		c.blind = c.recent[mostRecent/2-1].turn
		c.recent = append(c.recent[:0], c.recent[mostRecent/2:]...)
	}
	c.recent = append(c.recent, forgotten{c.turn, tags})
	n := 0
	for _, t := range append([]string{anything}, tags...) {
		for p := range c.made[t] {
			c.drop(p)
			n++
		}
	}
	c.lost(whyChanged, n)
}

// Size is how many bytes the pages kept take.
func (c *Cache) Size() int64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.size
}

func (c *Cache) clear(why string) {
	c.lost(why, len(c.pages))
	clear(c.pages)
	clear(c.made)
	c.size = 0
}

// drop forgets one page; the caller holds mu.
func (c *Cache) drop(p *page) {
	delete(c.pages, p.key)
	c.size -= p.bytes()
	for _, t := range p.tags {
		if of := c.made[t]; len(of) > 1 {
			delete(of, p)
		} else {
			delete(c.made, t)
		}
	}
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

// keep stores a page whose making began in a turn. One that was made of what
// was forgotten meanwhile may be stale already and is not kept.
func (c *Cache) keep(p *page, turn uint64) {
	n := p.bytes()
	if n > c.limit/64 { // a few large sheets must not push the pages out
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.forgottenSince(p, turn) {
		return
	}
	if old := c.pages[p.key]; old != nil {
		c.drop(old)
	}
	if c.size+n > c.limit {
		c.clear(whyFull)
	}
	c.pages[p.key] = p
	c.size += n
	for _, t := range p.tags {
		if c.made[t] == nil {
			c.made[t] = map[*page]struct{}{}
		}
		c.made[t][p] = struct{}{}
	}
}

// forgottenSince answers whether something a page was made of was forgotten
// after a turn; the caller holds mu.
func (c *Cache) forgottenSince(p *page, turn uint64) bool {
	if turn == c.turn {
		return false
	}
	if turn < c.blind || slices.Contains(p.tags, anything) {
		return true
	}
	for _, f := range slices.Backward(c.recent) {
		if f.turn <= turn {
			break
		}
		if slices.ContainsFunc(f.tags, func(t string) bool { return slices.Contains(p.tags, t) }) {
			return true
		}
	}
	return false
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
	ctx, noted := fresh.Noting(account.With(r.Context(), nil))
	if err := h(c, r.WithContext(ctx)); err != nil {
		return err
	}
	kind := w.Header().Get("Content-Type")
	if c.status != http.StatusOK {
		w.WriteHeader(c.status)
		_, _ = w.Write(c.body.Bytes())
		return nil
	}
	p := newPage(kind, bytes.Clone(c.body.Bytes()), a.o.Clock.Now())
	a.metrics.made.Inc()
	if rec, ok := w.(*recorder); ok && rec.cacheKey != "" {
		p.key = rec.cacheKey
		tags, known := noted.Tags()
		if p.tags = tags; !known {
			p.tags = append(p.tags, anything)
		}
		a.cache.keep(p, turn)
	}
	p.serve(w, r)
	return nil
}
