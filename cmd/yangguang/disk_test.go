package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
)

// smallDisk is a file system of its own with room for size.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("no small file system to be had here (%v): needs root", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// fill writes until the disk is full; the function it gives makes room again.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	path := filepath.Join(dir, "filler")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 4096)
	for {
		if _, err := f.Write(block); err != nil {
			break
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAFullDiskLosesNothingTyped: reads go on, a post answers 503 with what was
// typed, and once there is room it goes through without a restart.
func TestAFullDiskLosesNothingTyped(t *testing.T) {
	dir := smallDisk(t, "24m")
	clk := clock.NewFake(clock.MustDate("2026-11-23").Start())
	h := houseIn(t, dir, clk)
	world := disclosuretest.Found(t, h.db, clk)
	u := world.Units()[0]
	it := world.Publish(t, u, plainCategory(h, string(u.Kind)), world.Plain("一条已经公开的信息"))
	page := it.Path(u)
	typed := url.Values{"kind": {"wrong"}, "text": {"第二段的数字与附件不一致，请核对。"}}

	free := fill(t, dir)
	if got := read(h, page).Code; got != http.StatusOK {
		t.Errorf("reading on a full disk: %d", got)
	}
	w := send(h, page+"/report", typed)
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), typed.Get("text")) {
		t.Errorf("posting on a full disk: %d, typed text kept: %v", w.Code, strings.Contains(w.Body.String(), typed.Get("text")))
	}
	free()
	if w := send(h, page+"/report", typed); w.Code != http.StatusSeeOther && w.Code != http.StatusOK {
		t.Errorf("posting once there is room: %d", w.Code)
	}
	if err := h.db.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// plainCategory is an unstructured category an agency of the kind owes.
func plainCategory(h *house, kind string) string {
	for _, c := range h.norm.Catalogue(kind).Categories {
		if c.Form == "" && !c.Periodic() && !c.Inherited {
			return c.ID
		}
	}
	return ""
}

func read(h *house, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func send(h *house, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.app.ServeHTTP(w, r)
	return w
}
