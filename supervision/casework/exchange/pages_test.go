package exchange

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yangguang/internal/account"
	"yangguang/internal/i18n"
	"yangguang/supervision/casework/caseworktest"
)

// page asks for a page as one of the people; fields nil is a GET.
func (r *room) page(t *testing.T, who caseworktest.Person, path string, fields map[string]string, file string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	method := http.MethodGet
	m := multipart.NewWriter(&body)
	if fields != nil {
		method = http.MethodPost
		for k, v := range fields {
			check(t, m.WriteField(k, v))
		}
		if file != "" {
			f, err := m.CreateFormFile("file", "工单.csv")
			check(t, err)
			_, err = f.Write([]byte(file))
			check(t, err)
		}
	}
	check(t, m.Close())
	ctx := i18n.With(r.As(who), i18n.ZH)
	q := httptest.NewRequestWithContext(ctx, method, path, &body)
	if fields != nil {
		q.Header.Set("Content-Type", m.FormDataContentType())
	}
	w := httptest.NewRecorder()
	r.app.ServeHTTP(w, q)
	return w
}

// TestTheDeskHandsInLooksThroughAndImports by its pages alone.
func TestTheDeskHandsInLooksThroughAndImports(t *testing.T) {
	r := newRoom(t)
	w := r.page(t, r.Front, deskPath, nil, "")
	if w.Code != 200 || !strings.Contains(w.Body.String(), "12345 工单") || strings.Contains(w.Body.String(), "历史办结工单空白表") {
		t.Fatalf("%d %.2000s", w.Code, w.Body)
	}
	if w := r.page(t, r.Front, deskPath+"/batches", map[string]string{"unit": itoa(r.County.ID), "kind": Orders}, ""); w.Code != 422 {
		t.Errorf("without a file: %d", w.Code)
	}
	if w := r.page(t, r.Front, deskPath+"/batches", map[string]string{"unit": itoa(r.Institution.ID), "kind": Orders}, someOrders); w.Code != 422 || !strings.Contains(w.Body.String(), "不能交入") {
		t.Errorf("at another unit: %d", w.Code)
	}
	w = r.page(t, r.Front, deskPath+"/batches", map[string]string{"unit": itoa(r.County.ID), "kind": Orders}, someOrders)
	at := w.Header().Get("Location")
	if w.Code != 303 || at == "" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := r.page(t, r.Front, at+"/columns", map[string]string{"col_order": "工单编号"}, ""); w.Code != 422 || !strings.Contains(w.Body.String(), "哪一列") {
		t.Errorf("columns missing: %d", w.Code)
	}
	if w := r.page(t, r.Front, at+"/columns", map[string]string{"col_order": "工单编号", "col_type": "诉求类别", "col_text": "问题描述", "col_name": "群众称呼"}, ""); w.Code != 303 {
		t.Errorf("columns: %d", w.Code)
	}
	w = r.page(t, r.Front, at, nil, "")
	if w.Code != 200 || !strings.Contains(w.Body.String(), "没有这个选项") || !strings.Contains(w.Body.String(), "开始导入") {
		t.Errorf("the preview: %d %s", w.Code, w.Body)
	}
	if w := r.page(t, r.Front, at+"/start", map[string]string{}, ""); w.Code != 303 {
		t.Errorf("start: %d", w.Code)
	}
	r.work(t)
	w = r.page(t, r.Front, at, nil, "")
	if s := w.Body.String(); w.Code != 200 || !strings.Contains(s, "以前来过") || !strings.Contains(s, "350525-202611-") || strings.Contains(s, canary) {
		t.Errorf("the result: %d %s", w.Code, s)
	}
	for _, who := range []caseworktest.Person{r.Stranger, r.Handler} {
		if w := r.page(t, who, at, nil, ""); w.Code != 404 {
			t.Errorf("%s sees the file: %d", who.Name, w.Code)
		}
	}
}

// TestKeysMailAndFilesHaveTheirPages: a key is shown once, on the answer to its
// making, and on no page after.
func TestKeysMailAndFilesHaveTheirPages(t *testing.T) {
	r := newRoom(t)
	w := r.page(t, r.Manager, keysPath, map[string]string{"unit": itoa(r.County.ID), "kind": ForOrders, "name": "市热线平台", "per_minute": "60"}, "")
	_, rest, ok := strings.Cut(w.Body.String(), keyMark)
	if w.Code != 200 || !ok || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	key, _, _ := strings.Cut(rest, "<")
	if w := r.ask(t, ordersAPI, keyMark+strings.TrimSpace(key), "", ""); w.Code != 200 {
		t.Errorf("the key shown does not work: %d", w.Code)
	}
	again := r.page(t, r.Manager, keysPath, nil, "")
	if again.Code != 200 || strings.Contains(again.Body.String(), keyMark) || !strings.Contains(again.Body.String(), "市热线平台") {
		t.Errorf("later: %d", again.Code)
	}
	if w := r.page(t, r.Manager, keysPath, map[string]string{"unit": "x", "kind": ForOrders, "name": "市热线平台", "per_minute": "60"}, ""); w.Code != 422 {
		t.Errorf("no unit: %d", w.Code)
	}
	if w := r.page(t, r.Manager, keysPath, map[string]string{"unit": itoa(r.County.ID), "kind": ForOrders, "name": "", "per_minute": "many"}, ""); w.Code != 422 {
		t.Errorf("no name: %d", w.Code)
	}
	ks, _, err := r.X.Keys(r.As(r.Manager))
	check(t, err)
	if w := r.page(t, r.Manager, keysPath+"/"+itoa(ks[0].ID)+"/revoke", map[string]string{}, ""); w.Code != 303 {
		t.Errorf("revoke: %d", w.Code)
	}
	for path, want := range map[string]int{mailPath: 200, mailPath + "?outcome=failed": 200, deskPath: 200, deskPath + "/templates/orders.xlsx": 200, deskPath + "/templates/other.xlsx": 404, deskPath + "/templates/orders.csv": 404} {
		if w := r.page(t, r.Manager, path, nil, ""); w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for path, want := range map[string]int{keysPath: 403, mailPath: 403, deskPath + "/worklist/csv?view=all": 200, deskPath + "/worklist/xlsx": 200, deskPath + "/worklist/pdf": 404,
		deskPath + "/feedback/csv?unit=" + itoa(r.County.ID) + "&since=2026-11-01": 200, deskPath + "/feedback/csv?unit=" + itoa(r.Institution.ID) + "&since=2026-11-01": 404, deskPath + "/feedback/csv?unit=" + itoa(r.County.ID) + "&since=soon": 422} {
		if w := r.page(t, r.Front, path, nil, ""); w.Code != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	q := httptest.NewRequestWithContext(account.With(context.WithoutCancel(t.Context()), nil), http.MethodGet, deskPath, nil)
	out := httptest.NewRecorder()
	if r.app.ServeHTTP(out, q); out.Code != 401 {
		t.Errorf("nobody sees the desk: %d", out.Code)
	}
}
