package casedesk_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"yangguang/supervision/casework"
	"yangguang/supervision/casework/casedesk"
)

var seenField = regexp.MustCompile(`name="seen" value="([^"]*)"`)

// TestAMacroIsLookedAtAndThenCarriedOut by whoever may take its steps, on what
// was looked at.
func TestAMacroIsLookedAtAndThenCarriedOut(t *testing.T) {
	t.Parallel()
	b := open(t)
	version := "1"
	b.desk.Canned = func(context.Context, *casework.Case) ([]casedesk.Canned, error) {
		return []casedesk.Canned{
			{ID: "35-1", Name: "受理并转乡镇", Text: "已经受理。", Macro: &casedesk.Macro{Note: "回访时再问", Accept: true, Dispatch: true, Lead: b.Township.ID, Version: version}},
			{ID: "35-2", Name: "按目录转", Text: "请核实。", Macro: &casedesk.Macro{Accept: true, Dispatch: true, Version: "1"}},
			{ID: "35-3", Name: "草稿和备注", Text: "您好，经核实已经发放。", Macro: &casedesk.Macro{Note: "发放回执在卷", Version: "1"}},
			{ID: "35-4", Name: "只是文字", Text: "您好。"},
		}, nil
	}
	m, _ := b.File(t, b.Filing("complaint"))
	page := b.get(b.Front, pathOf(m, ""))
	has(t, page, "常用处理", "受理并转乡镇")
	hasNot(t, page, "草稿和备注", "只是文字")
	hasNot(t, b.get(b.Handler, pathOf(m, "")), "受理并转乡镇")
	b.do(b.Handler, httptest.NewRequest(http.MethodGet, pathOf(m, "/macros/35-1"), nil), http.StatusConflict)
	b.do(b.Stranger, httptest.NewRequest(http.MethodGet, pathOf(m, "/macros/35-1"), nil), http.StatusNotFound)
	look := b.get(b.Front, pathOf(m, "/macros/35-2")) // the catalogue names nobody
	has(t, look, "目录里没有这类事项的去处")
	hasNot(t, look, "确认办理")

	look = b.get(b.Front, pathOf(m, "/macros/35-1"))
	has(t, look, "已经受理。", b.Township.Name, "回访时再问", "确认办理")
	seen := seenField.FindStringSubmatch(look)[1]
	if k := b.Matter(t, m); k.State != casework.Registered {
		t.Fatalf("looking made it %s", k.State)
	}
	version = "2" // somebody changed what it does
	has(t, b.post(b.Front, pathOf(m, "/macros/35-1"), http.StatusConflict, "seen", seen), "刚才有变化")
	version = "1"
	b.post(b.Front, pathOf(m, "/macros/35-1"), http.StatusSeeOther, "seen", seen)
	if k := b.Matter(t, m); k.State != casework.Dispatched || k.Holder != b.Township.ID {
		t.Errorf("it is %s at %d", k.State, k.Holder)
	}
	b.post(b.Front, pathOf(m, "/macros/35-1"), http.StatusConflict, "seen", seen) // twice

	check(t, b.Cases.Sign(b.As(b.Town), m.Province, m.ID))
	check(t, b.Cases.SaveReply(b.As(b.Town), m.Province, m.ID, casework.Reply{Text: "先写的一段。"}))
	look = b.get(b.Town, pathOf(m, "/macros/35-3"))
	b.post(b.Town, pathOf(m, "/macros/35-3"), http.StatusSeeOther, "seen", seenField.FindStringSubmatch(look)[1])
	if k := b.Matter(t, m); !strings.HasPrefix(k.LastReply().Text, "先写的一段。") || !strings.HasSuffix(k.LastReply().Text, "已经发放。") || k.LastReply().State != "draft" {
		t.Errorf("the draft is %q, %s", k.LastReply().Text, k.LastReply().State)
	}
}
