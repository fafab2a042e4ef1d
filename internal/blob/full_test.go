package blob

import (
	"os"
	"strings"
	"testing"

	"yangguang/internal/fault"
)

// The kernel's /dev/full answers every write as a full disk does.
func TestAFullDiskIsUnavailable(t *testing.T) {
	t.Parallel()
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer func() { _ = f.Close() }()
	if _, _, err := copyHashed(f, strings.NewReader("text"), 100); !fault.Is(err, fault.Unavailable) {
		t.Errorf("full disk: %v", err)
	}
}
