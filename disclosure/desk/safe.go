package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"yangguang/disclosure"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/privacy"
	"yangguang/internal/privacy/safe"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// safePage shows an attachment with each finding masked in its place, and
// offers to put a safe copy in its place.
type safePage struct {
	L       *disclosure.Look
	Action  string
	Back    string
	Message string
	Found   []spot   // by kind and place, the first of them
	More    int      // findings beyond those
	Hidden  []string // what a reader does not see at once
	Blocks  []safe.Block
	Rest    int // rows and paragraphs not shown here
	What    ui.Input
	How     ui.Input // of a PDF
}

const (
	shownFindings = 30
	shownBlocks   = 200 // rows and paragraphs of the preview
)

func safeOptions(r *http.Request) safe.Options {
	return safe.Options{OnlyNever: r.FormValue("what") == "never", Drawn: r.FormValue("how") == "drawn"}
}

func (d *Desk) safeForm(w http.ResponseWriter, r *http.Request) error {
	return d.showSafe(w, r, http.StatusOK, "")
}

func (d *Desk) showSafe(w http.ResponseWriter, r *http.Request, status int, message string) error {
	ctx := r.Context()
	s, file, err := d.draftFile(r)
	if err != nil {
		return err
	}
	o := safeOptions(r)
	l, err := d.Disclosure.LookInto(ctx, s.Version.Province, s.Version.ID, file, o)
	if err != nil {
		return err
	}
	path := func(more string) string {
		return web.URL(ctx, versionPath(s.Version.Province, s.Version.ID, more))
	}
	p := safePage{L: l, Action: path("/files/" + itoa(file) + "/safe"), Back: path("/edit#files"), Message: message}
	for _, f := range l.Report.Findings[:min(shownFindings, len(l.Report.Findings))] {
		p.Found = append(p.Found, spot{Where: f.Place.In(ctx), Kind: f.Kind.In(ctx), Masked: f.Masked, Never: f.Class == privacy.Never})
	}
	p.More = len(l.Report.Findings) + l.Report.More - len(p.Found)
	for _, h := range l.Report.Hidden {
		p.Hidden = append(p.Hidden, i18n.T(ctx, "desk.safe_hidden_in", h.In(ctx), h.Place.In(ctx)))
	}
	if l.Doc != nil {
		p.Blocks, p.Rest = preview(l.Doc.Blocks)
	} else if l.Why != nil && p.Message == "" {
		p.Message = sentence(ctx, l.Why)
	}
	p.What, p.How = safeInputs(ctx, l, o)
	f := d.frame(r, i18n.T(ctx, "desk.safe_title", l.File.Name), ui.Link{Text: i18n.T(ctx, "desk.items"), Href: web.URL(ctx, "/desk/items")},
		ui.Link{Text: i18n.T(ctx, "desk.edit"), Href: path("/edit")}, ui.Link{Text: i18n.T(ctx, "desk.safe")})
	f.Side, f.Lead = nil, i18n.T(ctx, "desk.safe_lead")
	return d.show(w, r, status, f, safeView(p))
}

func safeInputs(ctx context.Context, l *disclosure.Look, o safe.Options) (what, how ui.Input) {
	say := func(key string) string { return i18n.T(ctx, key) }
	what = ui.Input{Name: "what", Label: say("desk.safe_what"), Value: "all", Options: []ui.Option{
		{Value: "all", Text: say("desk.safe_all"), Help: say("desk.safe_all_help")},
		{Value: "never", Text: say("desk.safe_never"), Help: say("desk.safe_never_help")}}}
	if o.OnlyNever {
		what.Value = "never"
	}
	if l.Report.Type != privacy.PDF {
		return what, how
	}
	how = ui.Input{Name: "how", Label: say("desk.safe_how"), Value: "text", Options: []ui.Option{
		{Value: "text", Text: say("desk.safe_text"), Help: say("desk.safe_text_help")},
		{Value: "drawn", Text: say("desk.safe_drawn"), Help: say("desk.safe_drawn_help")}}}
	if o.Drawn {
		how.Value = "drawn"
	}
	return what, how
}

// preview is the beginning of a copy, and how much more there is.
func preview(all []safe.Block) (out []safe.Block, rest int) {
	room := shownBlocks
	for _, b := range all {
		if room <= 0 {
			rest += max(1, len(b.Rows))
			continue
		}
		if n := len(b.Rows); n > room {
			rest += n - room
			b.Rows = b.Rows[:room]
		}
		room -= max(1, len(b.Rows))
		out = append(out, b)
	}
	return out, rest
}

// draftFile is the draft and the attachment a path names.
func (d *Desk) draftFile(r *http.Request) (*disclosure.Sheet, int64, error) {
	s, err := d.openDraft(r)
	if err != nil {
		return nil, 0, err
	}
	file, err := web.PathID(r, "file")
	if err == nil && !slices.ContainsFunc(s.Files, func(f disclosure.File) bool { return f.ID == file }) {
		err = fault.Say(fault.NotFound, "fault.not_found")
	}
	return s, file, err
}

func (d *Desk) makeSafe(w http.ResponseWriter, r *http.Request) error {
	s, file, err := d.draftFile(r)
	if err != nil {
		return err
	}
	_, err = d.Disclosure.MakeSafe(r.Context(), s.Version.Province, s.Version.ID, file, safeOptions(r))
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.Conflict) {
		return d.showSafe(w, r, k.Status(), sentence(r.Context(), err))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, versionPath(s.Version.Province, s.Version.ID, "/edit?did=made_safe#files"))
}

// marked is a masked text with its masks in <mark>; a template would put
// blanks between a mark and the words around it.
func marked(w safe.Words) string {
	var b strings.Builder
	at := 0
	for _, m := range w.Marks {
		b.WriteString(templ.EscapeString(w.Text[at:m.Start]) + "<mark>" + templ.EscapeString(w.Text[m.Start:m.End]) + "</mark>")
		at = m.End
	}
	b.WriteString(templ.EscapeString(w.Text[at:]))
	return b.String()
}
