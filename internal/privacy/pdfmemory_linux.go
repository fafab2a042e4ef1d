package privacy

import (
	"context"
	"runtime"

	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"
)

// withMemory gives the PDF reader memory of the kernel's instead of Go's: grown
// in place, where Go would copy it each time and keep the copies for a while,
// and given back at once when a file is done.
func withMemory(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(func(_, limit uint64) experimental.LinearMemory {
		limit = min(limit, pdfMemory<<16)
		b, err := unix.Mmap(-1, 0, int(limit), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
		if err != nil {
			return &pdfPages{all: make([]byte, limit)}
		}
		m := &pdfPages{all: b, mapped: true}
		runtime.AddCleanup(m, func(b []byte) { _ = unix.Munmap(b) }, b)
		return m
	}))
}

// pdfPages is the memory of one PDF reader.
type pdfPages struct {
	all    []byte
	mapped bool // else Go's
}

// Reallocate implements experimental.LinearMemory.
func (m *pdfPages) Reallocate(size uint64) []byte {
	if size > uint64(len(m.all)) {
		return nil
	}
	return m.all[:size]
}

// Free implements experimental.LinearMemory. The pages go, the addresses stay
// until nobody can name them: a reader that was stopped may still be running.
func (m *pdfPages) Free() {
	if m.mapped {
		_ = unix.Madvise(m.all, unix.MADV_DONTNEED)
	}
}
