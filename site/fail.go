package site

import (
	"net/http"
	"slices"
	"strings"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// failure is the page that says what happened, what is safe and what to do.
type failure struct {
	Title, Sentence, Safe string
	Fields                []string
	Kept                  []ui.Pair // typed and not saved: sent again by one button
	Action                string
	SignIn                string
}

// ShowError answers a failure as a page in the reader's language. A post that
// could not be taken comes back with everything typed.
func (s *Site) ShowError(w http.ResponseWriter, r *http.Request, err error) {
	ctx, kind := r.Context(), fault.KindOf(err)
	if strings.HasPrefix(r.URL.Path, "/api/") {
		key, args, _ := fault.Sentence(err)
		_ = web.JSON(w, kind.Status(), map[string]string{"error": kind.String(), "message": i18n.T(ctx, key, args...)})
		return
	}
	if kind == fault.Unauthenticated && r.Method == http.MethodGet {
		http.Redirect(w, r, web.URL(ctx, "/sign-in")+"?next="+queryEscape(web.PathOf(ctx)), http.StatusSeeOther)
		return
	}
	key, args, _ := fault.Sentence(err)
	p := failure{Title: i18n.T(ctx, "site.fail_"+kind.String()), Sentence: i18n.T(ctx, key, args...), Safe: i18n.T(ctx, "site.safe_"+kind.String())}
	for _, f := range fault.FieldsOf(err) {
		p.Fields = append(p.Fields, i18n.T(ctx, f.Key, f.Args...))
	}
	if r.Method == http.MethodPost && len(r.PostForm) > 0 && kind != fault.Forbidden {
		p.Kept, p.Action = kept(r.PostForm), web.URL(ctx, r.URL.Path)
		slices.SortStableFunc(p.Kept, func(a, b ui.Pair) int { return strings.Compare(a.Term, b.Term) })
	}
	if kind == fault.Unauthenticated {
		p.SignIn = web.URL(ctx, "/sign-in")
	}
	f := s.Front.Page(r, p.Title)
	f.NoIndex, f.Narrow = true, true
	if e := web.Render(w, r, kind.Status(), failView(f, p)); e != nil {
		http.Error(w, p.Sentence, kind.Status())
	}
}
