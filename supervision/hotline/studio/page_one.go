package studio

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ivr"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// fromFolder is the file of the folder that stands for a prompt.
func (s *Studio) fromFolder(n Name) ([]byte, error) {
	end := map[Made]string{Recorded: recorded, Synthetic: placeholder}[made(s.Dir, ivr.Lang(n.Lang), n.Key)]
	if end == "" {
		return nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	return os.ReadFile(filepath.Join(s.Dir, n.Lang, n.Key+end))
}

// send answers with a sound, whole or the part asked for.
func send(w http.ResponseWriter, r *http.Request, b []byte) error {
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	return nil
}

// onePage is one prompt.
type onePage struct {
	Errors   ui.Errors
	Path     string
	Words    string // what is to be said
	Tongue   string // its language, as a page marks it
	Facts    []ui.Pair
	Heard    string // address of what callers hear
	Stale    []ui.DiffLine
	Open     *openPart
	Write    bool // may be worded and recorded
	Text     ui.Input
	Pinyin   ui.Input
	Mandarin bool
	File     ui.Input
	Remark   ui.Input
	End      *ui.Input // why what is in use is taken out
	History  ui.Grid
	Compared []ui.DiffLine
	Against  string
}

// openPart is the version that is worked on or waits.
type openPart struct {
	Facts   []ui.Pair
	Sound   string
	Changed []ui.DiffLine // what was recorded against what is to be said
	Remark  string
	Send    bool
	Back    bool
	Discard bool
	Decide  bool
	Own     bool // waits, and is the reader's own work
	Seen    string
}

func (s *Studio) one(w http.ResponseWriter, r *http.Request) error {
	return s.showOne(w, r, http.StatusOK, nil)
}

func (s *Studio) showOne(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx, n := r.Context(), nameOf(r)
	t, built, err := find(n)
	if err != nil {
		return err
	}
	p := onePage{Errors: bad, Tongue: t.mark(), Path: href(ctx, n.path()), Mandarin: n.Lang == string(ivr.Chinese)}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		u, a, err := unit(tx, Verbs()...)
		if err != nil {
			return err
		}
		chain, err := chainOf(tx, u)
		if err != nil {
			return err
		}
		all, err := inChain(tx, chain, n.Lang)
		if err != nil {
			return err
		}
		row := Row{Name: n}
		row.Text, _ = t.wording(built)
		row.fill(u, chain, all)
		if row.Use == nil {
			row.Stands = s.folder(n)
		}
		history, err := versionsOf(tx, u.Province(), u.ID, n)
		if err != nil {
			return err
		}
		return p.fill(tx, r, u, a, t, &row, history)
	})
	if err != nil {
		return err
	}
	f := s.frame(r, word(ctx, "prompt_of", short(p.Words)), ui.Link{Text: n.Key})
	f.Of = []string{t.Name.In(ctx)}
	f.Scripts = []string{"studio.js"}
	return web.Render(w, r, status, oneView(f, p))
}

func (p *onePage) fill(tx *db.Tx, r *http.Request, u agency.Agency, a *account.Actor, t Tongue, row *Row, history []Version) error {
	ctx := tx.Ctx
	at := account.Target{Agency: u.ID, Division: int64(u.Division)}
	write, review := a.May(Writing, at), a.May(Reviewing, at)
	names, err := namesOf(tx, history)
	if err != nil {
		return err
	}
	p.Facts = []ui.Pair{{Term: word(ctx, "heard"), Of: ui.Tag(standTags[row.Stands].tag, word(ctx, "stand_"+row.Stands))}, {Term: word(ctx, "key"), Of: code(row.Key)}, {Term: word(ctx, "lang"), Text: t.Name.In(ctx)}, {Term: word(ctx, "text"), Text: row.Text}}
	if whose := row.whose(ctx, u); whose != "" {
		p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "whose"), Text: whose})
	}
	switch {
	case row.Use != nil:
		p.Heard = href(ctx, row.Use.soundPath())
		if row.Use.Outdated() {
			p.Stale = ui.Compare(row.Use.said, builtIn(row.Name))
		}
	case row.Stands != NotSpoken:
		p.Heard = href(ctx, root, "/folder/", row.Lang, "/", row.Key)
	}
	p.Words = row.Text
	if row.Open != nil {
		p.Words = row.Open.Text
		p.open(ctx, a, row.Open, names, write, review)
	}
	p.ask(ctx, r, t, row, write)
	if review && row.Use != nil && row.Of.ID == u.ID {
		in := ui.Input{Name: "remark", Of: "withdraw", Label: word(ctx, "f_why"), MaxLen: maxRemark}
		if strings.HasSuffix(r.URL.Path, "/withdraw") {
			in.Of, in.Value, in.Error = "", r.PostFormValue("remark"), p.Errors.Of(ctx, "remark")
			p.Remark.Of, p.Remark.Error = "return", ""
		}
		p.End = &in
	}
	p.past(ctx, r, history, names)
	return nil
}

// open shows the version in work with what the reader may do.
func (p *onePage) open(ctx context.Context, a *account.Actor, v *Version, names map[int64]string, write, review bool) {
	o := &openPart{Remark: v.Remark, Seen: v.seen()}
	o.Facts = []ui.Pair{{Term: word(ctx, "state"), Of: ui.Tag(stateTags[v.State], word(ctx, "state_"+v.State))}, {Term: word(ctx, "version"), Text: strconv.Itoa(v.Number)}, {Term: word(ctx, "worded"), Text: word(ctx, "by_at", names[v.Author], i18n.Time(ctx, v.Written))}}
	if v.Sound != "" {
		o.Sound = href(ctx, v.soundPath())
		o.Facts = append(o.Facts, ui.Pair{Term: word(ctx, "recorded"), Text: word(ctx, "by_at", names[v.Speaker], i18n.Time(ctx, v.Recorded))}, ui.Pair{Term: word(ctx, "length"), Text: seconds(ctx, v.Length)})
	}
	if v.Outdated() {
		o.Changed = ui.Compare(v.said, v.Text)
	}
	switch {
	case v.State == Draft && write:
		o.Send, o.Discard = v.Sound != "" && !v.Outdated(), true
	case v.State == Sent:
		o.Back, o.Own = write, v.ofHand(a)
		o.Decide = review && !o.Own
	}
	p.Open = o
	p.Remark = ui.Input{Name: "remark", Label: word(ctx, "f_remark"), MaxLen: maxRemark, Error: p.Errors.Of(ctx, "remark")}
}

// ask makes the questions; a version that waits is not changed.
func (p *onePage) ask(ctx context.Context, r *http.Request, t Tongue, row *Row, write bool) {
	p.Write = write && (row.Open == nil || row.Open.State == Draft)
	text, pinyin := row.Text, ""
	if row.Open != nil {
		text, pinyin = row.Open.Text, row.Open.Pinyin
	} else if row.Use != nil {
		pinyin = row.Use.Pinyin
	} else {
		_, pinyin = t.wording(ivr.Catalogue()[row.Key])
	}
	if r.PostForm.Has("text") {
		text, pinyin = r.PostForm.Get("text"), r.PostForm.Get("pinyin")
	}
	p.Text = ui.Input{Name: "text", Label: word(ctx, "text"), Help: word(ctx, "text_help"), Value: text, MaxLen: maxText, Rows: 3, Error: p.Errors.Of(ctx, "text")}
	p.Pinyin = ui.Input{Name: "pinyin", Label: word(ctx, "pinyin"), Help: word(ctx, "pinyin_help"), Value: pinyin, Rows: 3, Optional: !p.Mandarin, Error: p.Errors.Of(ctx, "pinyin")}
	p.File = ui.Input{Name: "sound", Label: word(ctx, "f_sound"), Help: word(ctx, "sound_help", mostSeconds), Accept: ".wav,audio/wav", Error: p.Errors.Of(ctx, "sound")}
}

// past is the history, and the comparison that was asked for.
func (p *onePage) past(ctx context.Context, r *http.Request, history []Version, names map[int64]string) {
	p.History = ui.Grid{Caption: word(ctx, "history"), Cards: true, Nothing: word(ctx, "history_none"), Columns: []ui.Column{{Title: word(ctx, "version")}, {Title: word(ctx, "state")}, {Title: word(ctx, "worded")}, {Title: word(ctx, "recorded")}, {Title: word(ctx, "decided")}, {Title: word(ctx, "remark")}, {Title: word(ctx, "sound")}, {Title: word(ctx, "compare")}}}
	for i := range history {
		v := &history[i]
		who := func(person int64, at time.Time) string {
			if person == 0 {
				return ""
			}
			return word(ctx, "by_at", names[person], i18n.Time(ctx, at))
		}
		row := append(ui.Text(strconv.Itoa(v.Number)), ui.Cell{Text: word(ctx, "state_"+v.State), Tag: stateTags[v.State]})
		row = append(row, ui.Text(who(v.Author, v.Written), who(v.Speaker, v.Recorded), who(v.Reviewer, v.Decided), v.Remark)...)
		hear, with := ui.Cell{}, ui.Cell{}
		if v.Sound != "" {
			hear.Of = player(href(ctx, v.soundPath()), word(ctx, "hear_version", v.Number))
		}
		if i+1 < len(history) {
			with = ui.Cell{Text: word(ctx, "compare_with", history[i+1].Number), Href: p.Path + "?compare=" + strconv.Itoa(v.Number) + "#compare"}
			if r.URL.Query().Get("compare") == strconv.Itoa(v.Number) {
				p.Compared = ui.Compare(history[i+1].Text+"\n"+history[i+1].Pinyin, v.Text+"\n"+v.Pinyin)
				p.Against = word(ctx, "compared", history[i+1].Number, v.Number)
			}
		}
		p.History.Rows = append(p.History.Rows, append(row, hear, with))
	}
}

func namesOf(tx *db.Tx, all []Version) (map[int64]string, error) {
	var ids []int64
	for _, v := range all {
		for _, id := range []int64{v.Author, v.Speaker, v.Reviewer} {
			if id != 0 {
				ids = append(ids, id)
			}
		}
	}
	return account.Names(tx, ids)
}
