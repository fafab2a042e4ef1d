package secret_test

import (
	"strings"
	"testing"

	"yangguang/internal/secret"
)

func TestPasswordChecks(t *testing.T) {
	t.Parallel()
	h := secret.Cheap.Hash("阳光-2026-a１")
	for _, c := range []struct {
		name, typed string
		want        bool
	}{
		{"the same password fits", "阳光-2026-a１", true},
		{"a half-width digit is the same digit", "阳光-2026-a1", true},
		{"another case does not fit", "阳光-2026-A1", false},
		{"nothing does not fit", "", false},
	} {
		if got := secret.CheckPassword(h, c.typed); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
	if h == secret.Cheap.Hash("阳光-2026-a１") {
		t.Error("two hashes of one password are equal: no salt")
	}
	secret.Cheap.Spend("x")
}

func TestStoredHashesThatAreNotOursNeverFit(t *testing.T) {
	t.Parallel()
	good := secret.Cheap.Hash("x")
	for name, h := range map[string]string{
		"empty":             "",
		"plain":             "x",
		"another algorithm": strings.Replace(good, "argon2id", "argon2i", 1),
		"a version we lack": strings.Replace(good, "v=19", "v=16", 1),
		"no memory":         strings.Replace(good, "m=64", "m=0", 1),
		"terabytes":         strings.Replace(good, "m=64", "m=4000000000", 1),
		"no passes":         strings.Replace(good, "t=1", "t=0", 1),
		"years of passes":   strings.Replace(good, "t=1", "t=4000000000", 1),
		"no lanes":          strings.Replace(good, "p=1", "p=0", 1),
		"cut":               good[:len(good)-30],
	} {
		if secret.CheckPassword(h, "x") {
			t.Errorf("%s fits", name)
		}
		if !secret.Cheap.Outdated(h) && name != "cut" {
			t.Errorf("%s is not outdated", name)
		}
	}
	if secret.Cheap.Outdated(good) || !secret.Standard.Outdated(good) {
		t.Error("Outdated does not follow the cost")
	}
}

func TestTheStandardCostIsTheOneOfRFC9106(t *testing.T) {
	if testing.Short() {
		t.Skip("64 MiB")
	}
	h := secret.Standard.Hash("x")
	if !strings.HasPrefix(h, "$argon2id$v=19$m=65536,t=3,p=4$") || !secret.CheckPassword(h, "x") {
		t.Errorf("hash %s", h)
	}
}

func FuzzCheckPassword(f *testing.F) {
	f.Add(secret.Cheap.Hash("x"))
	f.Add("$argon2id$v=19$m=64,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, h string) {
		if strings.Contains(h, "m=64,t=1,p=1$") { // leave costly ones out
			secret.CheckPassword(h, "another")
		}
	})
}
