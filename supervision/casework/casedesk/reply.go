package casedesk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/supervision/casework"
)

// beside is what stands with the questions of a reply: texts to begin with and
// quotes of the knowledge base, each put in by a button of the same form, so
// that nothing typed is lost and no script is needed.
type beside struct {
	Canned []Canned
	Search bool
	Query  string
	Quotes []Quote
	Quoted []string
	Base   string
}

func replyFields(ctx context.Context, d *Desk, k *casework.Case) ([]field, error) {
	r := draftOf(k)
	text := of("area", "reply")
	text.Rows, text.MaxLen, text.Value = 12, casework.MaxText, r.Text
	return []field{text, preset(named("radios", "result", choices(ctx, d.norm().Results)), r.Result), optional(preset(of("date", "promise_on"), r.PromiseOn.String()))}, nil
}

func answerFields(context.Context, *Desk, *casework.Case) ([]field, error) {
	text := of("area", "reply")
	text.Rows, text.MaxLen = 8, casework.MaxText
	return []field{text, preset(choose("told", "told_", "phone", "oral", "later"), "later")}, nil
}

// draftOf is the reply as it stands; what was returned is gone on with.
func draftOf(k *casework.Case) casework.Reply {
	if r := k.LastReply(); r != nil && r.State != "approved" {
		return *r
	}
	return casework.Reply{}
}

// baseOf names the state a reply was read in.
func baseOf(k *casework.Case) string {
	if r := k.LastReply(); r != nil {
		return num(r.ID) + "-" + num(r.Submitted)
	}
	return "0"
}

// unchanged refuses when the reply was changed since it was read.
func unchanged(k *casework.Case, in input) error {
	if base := in.text("base"); base != "" && base != baseOf(k) {
		return fault.Say(fault.Conflict, "casedesk.reply_changed")
	}
	return nil
}

func answer(ctx context.Context, d *Desk, k *casework.Case, in input) error {
	told := in.text("told")
	if told == "later" {
		told = ""
	}
	return d.Cases.Answer(ctx, k.Province, k.ID, in.text("reply"), in.r.PostForm["quote_of"], told)
}

func reply(ctx context.Context, d *Desk, k *casework.Case, in input) error {
	if err := unchanged(k, in); err != nil {
		return err
	}
	r := casework.Reply{Result: in.text("result"), PromiseOn: in.date("promise_on"), Text: in.text("reply"), Quotes: in.r.PostForm["quote_of"]}
	if in.text("do") == "save" {
		return d.Cases.SaveReply(ctx, k.Province, k.ID, r)
	}
	return d.Cases.SubmitReply(ctx, k.Province, k.ID, r)
}

// writes answers whether a step writes what goes out.
func (a act) writes() bool { return a.name == "reply" || a.name == "answer" }

// helpOf gathers what a reply can be made of.
func (d *Desk) helpOf(r *http.Request, k *casework.Case) (b *beside, err error) {
	ctx := r.Context()
	b = &beside{Search: d.Knowledge != nil, Query: strings.TrimSpace(r.PostFormValue("knowledge")), Base: baseOf(k)}
	if r.Method == http.MethodPost {
		b.Quoted = slices.Clone(r.PostForm["quote_of"])
		if x := r.PostFormValue("base"); x != "" {
			b.Base = x
		}
	} else if last := k.LastReply(); last != nil && last.State != "approved" {
		b.Quoted = last.Quotes
	}
	if d.Canned != nil {
		all, err := d.Canned(ctx, k)
		if err != nil {
			return nil, err
		}
		b.Canned = slices.DeleteFunc(all, func(c Canned) bool { return c.Macro != nil && (c.Macro.Accept || c.Macro.Dispatch) })
	}
	if d.Knowledge != nil && b.Query != "" {
		b.Quotes, err = d.Knowledge(ctx, k, b.Query)
	}
	return b, err
}

// insert puts what a button asked for into the text of the form, and answers
// whether the form is only to be shown again.
func (d *Desk) insert(r *http.Request, k *casework.Case) (bool, error) {
	what, which, _ := strings.Cut(r.PostFormValue("do"), ":")
	if what != "canned" && what != "quote" && what != "search" {
		return false, nil
	}
	b, err := d.helpOf(r, k)
	if err != nil {
		return true, err
	}
	add := func(s string) {
		r.PostForm.Set("reply", strings.TrimSpace(r.PostFormValue("reply")+"\n\n"+s))
		r.Form.Set("reply", r.PostForm.Get("reply"))
	}
	for _, c := range b.Canned {
		if what == "canned" && c.Name == which {
			add(c.Text)
		}
	}
	for _, q := range b.Quotes {
		if what == "quote" && q.ID == which && !slices.Contains(r.PostForm["quote_of"], q.ID) {
			add(q.Text)
			r.PostForm.Add("quote_of", q.ID)
		}
	}
	return true, nil
}

// changes is what a reply says otherwise than the one that was returned before it.
func changes(k *casework.Case) []ui.DiffLine {
	for i := len(k.Replies) - 2; i >= 0; i-- {
		if k.Replies[i].State == "returned" {
			return ui.Compare(k.Replies[i].Text, k.LastReply().Text)
		}
	}
	return nil
}
