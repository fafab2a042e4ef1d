package privacy

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// statutes reads the shared corpus of real law texts; nil and why not when it
// is not there. The archive lies beside the module: ../shared/corpus.
var statutes = sync.OnceValues(func() ([][]byte, string) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err.Error()
	}
	for !exists(filepath.Join(root, "go.mod")) {
		if root == filepath.Dir(root) {
			return nil, "no go.mod above the test"
		}
		root = filepath.Dir(root)
	}
	file := filepath.Join(root, "..", "shared", "corpus", "statutes.tar.xz")
	if !exists(file) {
		return nil, "no corpus at ../shared/corpus/statutes.tar.xz"
	}
	if _, err := exec.LookPath("xz"); err != nil {
		return nil, "the corpus needs the xz command: apt-get install xz-utils"
	}
	plain, err := exec.Command("xz", "-dc", file).Output()
	if err != nil {
		return nil, "xz cannot read the corpus"
	}
	var texts [][]byte
	for tr := tar.NewReader(bytes.NewReader(plain)); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return texts, ""
		}
		if err != nil {
			return nil, "the corpus is no tar archive"
		}
		if b, err := io.ReadAll(tr); err == nil && h.Typeflag == tar.TypeReg {
			texts = append(texts, b)
		}
	}
})

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

func TestStatutesHoldNothingThatMayNeverBeReleased(t *testing.T) {
	texts, why := statutes()
	if why != "" {
		t.Skip(why)
	}
	size, releasable := 0, map[Kind]int{}
	for _, b := range texts {
		size += len(b)
		for _, f := range Scan(string(b)) {
			if f.Class == Never {
				t.Errorf("%v at %d: %q", f, f.Start, b[max(0, f.Start-40):min(len(b), f.End+20)])
			}
			releasable[f.Kind]++
		}
	}
	t.Logf("%d texts, %d bytes, releasable findings %v", len(texts), size, releasable)
}

func BenchmarkScanStatutes(b *testing.B) {
	texts, why := statutes()
	if why != "" {
		b.Skip(why)
	}
	var all []string
	size := 0
	for _, t := range texts {
		all = append(all, string(t))
		size += len(t)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, t := range all {
			Scan(t)
		}
	}
}
