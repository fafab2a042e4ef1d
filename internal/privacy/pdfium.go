package privacy

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"yangguang/internal/fault"
)

const (
	pdfMemory = 4096             // pages of 64 KiB: 256 MB at most
	pdfTime   = 30 * time.Second // for one file
	pdfWait   = 60 * time.Second // for the reader to become free
)

var errBusy = fault.Say(fault.Unavailable, "privacy.busy")

// pdfReader is PDFium compiled to WebAssembly: it cannot reach files, network
// or other memory, whatever a hostile file does to it. It starts with the
// first PDF, since compiling takes seconds and much memory when no cache
// exists.
type pdfReader struct {
	cache  string
	mu     sync.Mutex
	pool   pdfium.Pool
	closed bool
}

// start compiles the reader, once.
func (p *pdfReader) start() (pdfium.Pool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errBusy
	}
	if p.pool != nil {
		return p.pool, nil
	}
	config := wazero.NewRuntimeConfig().WithMemoryLimitPages(pdfMemory).WithCloseOnContextDone(true).
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling)
	if p.cache != "" {
		// A cache that cannot be written costs time, not function.
		if c, err := wazero.NewCompilationCacheWithDir(p.cache); err == nil {
			config = config.WithCompilationCache(c)
		}
	}
	pool, err := webassembly.Init(webassembly.Config{
		Context: withMemory(context.Background()), MaxIdle: 1, MaxTotal: 1, RuntimeConfig: config,
		FSConfig: wazero.NewFSConfig(), // no files: the library would show it all of them
		Stdout:   io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		return nil, fault.As(fault.Internal, err)
	}
	debug.FreeOSMemory() // compiling leaves some 250 MB behind
	p.pool = pool
	return pool, nil
}

// borrow gives the reader for one file. done gives it back and answers whether
// it was stopped because the file took too long or the caller went away.
func (p *pdfReader) borrow(ctx context.Context) (lib pdfium.Pdfium, done func() (killed bool), err error) {
	pool, err := p.start()
	if err != nil {
		return nil, nil, err
	}
	wait, cancel := context.WithTimeout(ctx, pdfWait)
	defer cancel()
	lib, err = pool.GetInstanceWithContext(wait)
	if err != nil {
		return nil, nil, errBusy
	}
	var killed atomic.Bool
	limit, release := context.WithTimeout(ctx, pdfTime)
	stop := context.AfterFunc(limit, func() {
		killed.Store(true)
		_ = lib.Kill()
	})
	return lib, func() bool {
		if stop() {
			_ = lib.Close()
		}
		release()
		return killed.Load()
	}, nil
}

func (p *pdfReader) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.pool == nil {
		return nil
	}
	err := p.pool.Close()
	p.pool = nil
	return err
}

// userCache is where the default gate keeps the compiled reader; "" for none.
func userCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "yangguang", "pdf")
}
