package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Source is a public log as anybody can read it.
type Source interface {
	Read(ctx context.Context, path string) ([]byte, error)
}

// Folder is a copy of a log's public files.
type Folder string

// Read implements Source.
func (f Folder) Read(_ context.Context, path string) ([]byte, error) {
	if !filepath.IsLocal(path) {
		return nil, errors.New("not a path of a log")
	}
	return os.ReadFile(filepath.Join(string(f), filepath.FromSlash(path)))
}

// Remote is a log on the web: "https://www.example.gov.cn/log/35".
type Remote struct {
	URL    string
	Client *http.Client
}

// maxResource bounds what is read of one public file of a log.
const maxResource = 64 << 10

// Read implements Source. A site that is asked too often says when to come
// again, and is asked again then.
func (s Remote) Read(ctx context.Context, path string) ([]byte, error) {
	for try := 1; ; try++ {
		b, wait, err := s.get(ctx, path)
		if wait == 0 || try == 10 {
			return b, err
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil, ctx.Err()
		case <-t.C:
		}
	}
}

func (s Remote) get(ctx context.Context, path string) (b []byte, wait time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(s.URL, "/")+"/"+path, nil)
	if err != nil {
		return nil, 0, err
	}
	client := s.Client
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode == http.StatusTooManyRequests {
		n, _ := strconv.Atoi(res.Header.Get("Retry-After"))
		return nil, time.Duration(max(1, min(n, 60))) * time.Second, fmt.Errorf("%s: asked too often", req.URL)
	}
	if res.StatusCode != http.StatusOK {
		return nil, 0, fmt.Errorf("%s: %s", req.URL, res.Status)
	}
	b, err = io.ReadAll(io.LimitReader(res.Body, maxResource+1))
	if err == nil && len(b) > maxResource {
		err = fmt.Errorf("%s is larger than any file of a log", req.URL)
	}
	return b, 0, err
}

// tilePath is where a tile is: level -1 are the entries.
func tilePath(level int, n int64, width int) string {
	t := tlog.Tile{H: tileHeight, L: level, N: n, W: width}
	p := strings.TrimPrefix(t.Path(), "tile/8/")
	if rest, ok := strings.CutPrefix(p, "data/"); ok {
		p = "entries/" + rest
	}
	return "tile/" + p
}

// ParseTilePath reads the path of a tile below a log: "tile/0/x001/234.p/5";
// level -1 are the entries.
func ParseTilePath(path string) (level int, n int64, width int, err error) {
	rest, ok := strings.CutPrefix(path, "tile/")
	if !ok {
		return 0, 0, 0, errors.New("not a tile")
	}
	if e, ok := strings.CutPrefix(rest, "entries/"); ok {
		rest = "data/" + e
	} else if strings.HasPrefix(rest, "data/") { // the reference's word for the same
		return 0, 0, 0, errors.New("not a tile")
	}
	t, err := tlog.ParseTilePath("tile/8/" + rest)
	if err != nil || t.L > maxLevel {
		return 0, 0, 0, errors.New("not a tile")
	}
	return t.L, t.N, t.W, nil
}

// VerifySource checks a whole public log: signature and cosignatures, every
// entry, and that the tree of all of them is the one signed.
func VerifySource(ctx context.Context, src Source, logs, witnesses []note.Verifier) (r Report, err error) {
	r.Wrong = -1
	b, err := src.Read(ctx, "checkpoint")
	if err != nil {
		return r, err
	}
	if r.Checkpoint, err = OpenCheckpoint(b, logs, witnesses); err != nil {
		return r, err
	}
	full := (r.Checkpoint.N + tileWidth - 1) / tileWidth
	last := time.Time{}
	var hashes []tlog.Hash
	for got := range ahead(ctx, src, full, r.Checkpoint.N) {
		if got.err != nil {
			r.fail(got.n*tileWidth, Removed)
			return r, got.err
		}
		for i, e := range got.entries {
			at := got.n*tileWidth + int64(i)
			h := tlog.RecordHash(e)
			p, err := ParseEntry(e)
			switch {
			case tlog.Hash(got.tile[i*tlog.HashSize:]) != h:
				r.fail(at, whyForeign(h, got.tile))
			case err != nil:
				r.fail(at, Changed)
			case p.At.Before(last):
				r.fail(at, BackDated)
			}
			if r.Fault != "" {
				return r, nil
			}
			last, hashes, r.Leaves = p.At, append(hashes, h), at+1
		}
	}
	if err := ctx.Err(); err != nil {
		return r, err
	}
	if root, err := rootOfLeaves(hashes); err != nil || root != r.Checkpoint.Hash {
		r.fail(max(0, r.Leaves-1), BadSigning)
	}
	return r, nil
}

func whyForeign(h tlog.Hash, tile []byte) Fault {
	for i := 0; i+tlog.HashSize <= len(tile); i += tlog.HashSize {
		if tlog.Hash(tile[i:]) == h {
			return Reordered
		}
	}
	return Changed
}

// part is a bundle with its tile.
type part struct {
	n       int64
	entries [][]byte
	tile    []byte
	err     error
}

// readers is how many bundles are fetched at once.
const readers = 8

// ahead fetches bundles in order, some at once.
func ahead(ctx context.Context, src Source, n, size int64) func(yield func(part) bool) {
	return func(yield func(part) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		queue := make(chan chan part, readers)
		var wg sync.WaitGroup
		wg.Go(func() {
			defer close(queue)
			for i := range n {
				one := make(chan part, 1)
				select {
				case queue <- one:
				case <-ctx.Done():
					return
				}
				wg.Go(func() { one <- fetch(ctx, src, i, size) })
			}
		})
		for one := range queue {
			if p := <-one; !yield(p) {
				break
			}
		}
		cancel()
		for range queue { //nolint:revive // emptied, so that the fetchers end
		}
		wg.Wait()
	}
}

func fetch(ctx context.Context, src Source, n, size int64) (p part) {
	p.n = n
	width := int(min(tileWidth, size-n*tileWidth))
	if p.tile, p.err = src.Read(ctx, tilePath(0, n, width)); p.err != nil {
		return p
	}
	b, err := src.Read(ctx, tilePath(-1, n, width))
	if err != nil {
		p.err = err
		return p
	}
	if p.entries, p.err = unbundle(b); p.err == nil && (len(p.entries) != width || len(p.tile) != width*tlog.HashSize) {
		p.err = fmt.Errorf("bundle %d holds %d entries, want %d", n, len(p.entries), width)
	}
	return p
}

// rootOfLeaves is the root of the tree with these leaf hashes.
func rootOfLeaves(hashes []tlog.Hash) (tlog.Hash, error) {
	levels := [][]tlog.Hash{hashes}
	for at := hashes; len(at) >= 2; {
		up := make([]tlog.Hash, len(at)/2)
		for i := range up {
			up[i] = tlog.NodeHash(at[2*i], at[2*i+1])
		}
		levels = append(levels, up)
		at = up
	}
	return tlog.TreeHash(int64(len(hashes)), tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			level, n := tlog.SplitStoredHashIndex(x)
			out[i] = levels[level][n]
		}
		return out, nil
	}))
}
