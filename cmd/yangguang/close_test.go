package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
)

// TestAClosedTextIsGoneFromThePublicPages closes an earlier text at the desk
// and asks for it as everybody.
func TestAClosedTextIsGoneFromThePublicPages(t *testing.T) {
	clk := clock.NewFake(disclosuretest.Now)
	h := houseIn(t, t.TempDir(), clk)
	world := disclosuretest.Found(t, h.db, clk)
	u, category := world.County, plainCategory(h, "authority")
	it := world.Publish(t, u, category, world.Plain("不该公开的旧标题"))
	it = world.Correct(t, u, it, world.Plain("更正后的标题"))
	old := it.Path(u) + "/v/1"
	if w := read(h, old); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "不该公开的旧标题") {
		t.Fatalf("before closing: %d", w.Code)
	}
	approver := world.As(world.Approver)
	page := fmt.Sprintf("/desk/published/%d/%d", it.Province, it.ID)
	r := httptest.NewRequestWithContext(approver, http.MethodPost, page+"/close-earlier", strings.NewReader(url.Values{"close_reason": {"含有个人信息"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.app.ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("closing: %d", w.Code)
	}
	for _, path := range []string{old, "/en" + old} {
		w := read(h, path)
		if w.Code != http.StatusGone || strings.Contains(w.Body.String(), "不该公开的旧标题") || !strings.Contains(w.Body.String(), "含有个人信息") {
			t.Errorf("%s after closing: %d", path, w.Code)
		}
	}
	if w := read(h, it.Path(u)); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "不该公开的旧标题") {
		t.Errorf("the present text: %d", w.Code)
	}
}
