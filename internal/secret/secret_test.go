package secret_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yangguang/internal/secret"
)

func keyPath(t *testing.T) string { return filepath.Join(t.TempDir(), "keys", "master.key") }

func TestSealOpensOnlyForItsPurposeAndPlace(t *testing.T) {
	t.Parallel()
	k := secret.NewKeys()
	text := []byte("13800000000")
	sealed := k.Seal("notify.address", []byte("7"), text)
	if bytes.Contains(sealed, text) || len(sealed) != len(text)+secret.SealedOverhead {
		t.Errorf("sealed text is %d bytes", len(sealed))
	}
	if got, err := k.Open("notify.address", []byte("7"), sealed); err != nil || !bytes.Equal(got, text) {
		t.Errorf("Open = %q, %v", got, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another purpose":      func() ([]byte, error) { return k.Open("notify.text", []byte("7"), sealed) },
		"another row":          func() ([]byte, error) { return k.Open("notify.address", []byte("8"), sealed) },
		"shifted between both": func() ([]byte, error) { return k.Open("notify.address7", nil, sealed) },
		"another installation": func() ([]byte, error) { return secret.NewKeys().Open("notify.address", []byte("7"), sealed) },
		"cut short":            func() ([]byte, error) { return k.Open("notify.address", []byte("7"), sealed[:20]) },
		"nothing":              func() ([]byte, error) { return k.Open("notify.address", []byte("7"), nil) },
	} {
		if _, err := open(); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("%s: err = %v, want ErrSealed", name, err)
		}
	}
}

func TestEveryChangedByteOfASealedRecordIsRefused(t *testing.T) {
	t.Parallel()
	k := secret.NewKeys()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "text")
		sealed := k.Seal("p", []byte("1"), text)
		got, err := k.Open("p", []byte("1"), sealed)
		if err != nil || !bytes.Equal(got, text) {
			t.Fatalf("Open = %x, %v", got, err)
		}
		i := rapid.IntRange(0, len(sealed)-1).Draw(t, "at")
		sealed[i] ^= byte(1 << rapid.IntRange(0, 7).Draw(t, "bit"))
		if _, err := k.Open("p", []byte("1"), sealed); err == nil {
			t.Fatalf("byte %d changed and still opened", i)
		}
	})
}

func TestKeyFilesAreMadeOnceAndForTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	path := keyPath(t)
	if _, err := secret.Load(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load of nothing = %v, want fs.ErrNotExist", err)
	}
	if _, err := secret.Create(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 32 {
		t.Errorf("key file: %v, %v", info, err)
	}
	if _, err := secret.Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second Create = %v, want fs.ErrExist", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Load(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key the world may read: %v", err)
	}
}

func TestADamagedKeyFileIsRefused(t *testing.T) {
	t.Parallel()
	path := keyPath(t)
	if _, err := secret.Create(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Load(path); err == nil {
		t.Error("a damaged key was taken")
	}
}

func TestRotationKeepsOldRecordsReadableAndIndexesEqual(t *testing.T) {
	t.Parallel()
	path := keyPath(t)
	before, err := secret.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed := before.Seal("p", nil, []byte("text"))
	after, err := secret.Rotate(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := after.Open("p", nil, sealed); err != nil || string(got) != "text" {
		t.Fatalf("old record under the new keys: %q, %v", got, err)
	}
	if !bytes.Equal(before.Index("p", "v"), after.Index("p", "v")) {
		t.Error("rotation changed the lookup values")
	}
	moved, changed, err := after.Rewrap("p", nil, sealed)
	if err != nil || !changed {
		t.Fatalf("Rewrap = %v, %v", changed, err)
	}
	if _, err := before.Open("p", nil, moved); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("the old keys open a rewrapped record: %v", err)
	}
	if _, changed, _ := after.Rewrap("p", nil, moved); changed {
		t.Error("a rewrapped record was rewrapped again")
	}
	old, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "master-*.key"))
	if len(old) != 1 {
		t.Fatalf("retired keys: %v", old)
	}
	if err := os.Remove(old[0]); err != nil {
		t.Fatal(err)
	}
	last, err := secret.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := last.Open("p", nil, moved); err != nil || string(got) != "text" {
		t.Errorf("rewrapped record without the old key: %q, %v", got, err)
	}
	if _, err := last.Open("p", nil, sealed); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("a destroyed key still opens: %v", err)
	}
}

func TestIndexDependsOnPurposeValueAndInstallation(t *testing.T) {
	t.Parallel()
	k := secret.NewKeys()
	a := k.Index("phone", "13800000000")
	for name, b := range map[string][]byte{
		"value": k.Index("phone", "13800000001"), "purpose": k.Index("mail", "13800000000"),
		"installation": secret.NewKeys().Index("phone", "13800000000"),
	} {
		if secret.Equal(a, b) {
			t.Errorf("another %s, same index", name)
		}
	}
	if !secret.Equal(a, k.Index("phone", "13800000000")) {
		t.Error("same value, other index")
	}
}

func TestTokensAreStoredAsHashes(t *testing.T) {
	t.Parallel()
	a, ha := secret.NewToken()
	b, hb := secret.NewToken()
	if a == b || secret.Equal(ha, hb) || len(a) != 43 {
		t.Errorf("tokens %q %q", a, b)
	}
	if !secret.Equal(ha, secret.HashToken(a)) || secret.Equal(ha, secret.HashToken(b)) {
		t.Error("hash does not belong to its token")
	}
}
