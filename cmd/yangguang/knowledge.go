package main

import (
	"context"
	"slices"
	"strconv"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/casedesk"
	"yangguang/supervision/casework/intake"
	"yangguang/supervision/casework/knowledge"
)

// wireKnowledge joins the knowledge base.
func (h *house) wireKnowledge() {
	h.knowledge = &knowledge.Knowledge{DB: h.db, Front: h.front, Calendars: h.calendars, Topics: h.norm.Casework.TopicChoices()}
	h.knowledge.Join(h.front)
	h.accounts.Register(knowledge.Verbs()...)
	h.casework.Quoting = h.quoted
	h.casedesk.Knowledge, h.casedesk.Canned = h.quotable, h.canned
}

// perLook is how many articles are offered beside a reply, or before a matter is sent.
const (
	perLook = 8
	perForm = 3
)

// quotable finds what a reply may quote, the staff's own left out: the person
// must be able to read it.
func (h *house) quotable(ctx context.Context, k *casework.Case, words string) (out []casedesk.Quote, err error) {
	found, err := h.knowledge.Look(ctx, k.Region, words, "", false, perLook)
	for _, f := range found {
		out = append(out, casedesk.Quote{ID: f.Ref(), Title: f.Title, Text: f.Answer, Href: web.URL(ctx, "/desk/knowledge/"+strconv.Itoa(f.Province)+"/"+strconv.FormatInt(f.Article, 10))})
	}
	return out, err
}

// momentsOf are the moments canned texts are made for, by the state of a matter.
var momentsOf = map[string][]string{
	casework.Registered: {"receipt", "triage", "not_accepted", "supplement", "transfer"}, casework.Supplementing: {"triage", "supplement"},
	casework.Accepted: {"triage", "handling", "reply", "transfer"}, casework.Dispatched: {"transfer"}, casework.Objected: {"transfer"},
	casework.InHand: {"handling", "reply", "transfer"}, casework.Suspended: {"handling"}, casework.InReview: {"reply"}, casework.Replied: {"reply"},
	casework.Callback: {"callback"}, casework.Promised: {"handling", "closing"}, casework.Merged: {"closing"}, casework.Closed: {"closing"},
}

// macroOf is what a canned text does besides; nil when it only begins a reply.
func macroOf(c *knowledge.Canned) *casedesk.Macro {
	if !c.Macro() {
		return nil
	}
	return &casedesk.Macro{Topic: c.Topic, Note: c.Note, Lead: c.Lead, Version: strconv.Itoa(c.Saves), Accept: c.Does == knowledge.Accept || c.Does == knowledge.AcceptDispatch,
		Dispatch: c.Does == knowledge.Dispatch || c.Does == knowledge.AcceptDispatch}
}

// canned are the texts a reply may begin with, their places filled; one with a
// place this matter cannot fill is left out.
func (h *house) canned(ctx context.Context, k *casework.Case) (out []casedesk.Canned, err error) {
	err = h.db.Read(ctx, func(tx *db.Tx) error {
		all, err := h.knowledge.Usable(tx, account.From(ctx), k.At, momentsOf[k.State]...)
		if err != nil {
			return err
		}
		values := map[string]string{"number": k.Number, "unit": k.At.Name, "date": i18n.Date(ctx, clock.DateOf(tx.Now))}
		if !k.DueAt.IsZero() {
			values["due"] = i18n.Date(ctx, clock.DateOf(k.DueAt.Add(-1)))
		}
		if t := h.norm.Casework.Topic(k.Topic); t != nil {
			values["topic"] = t.Title.In(ctx)
		}
		for _, c := range all {
			if text, err := knowledge.Fill(c.Body, values); err == nil {
				out = append(out, casedesk.Canned{ID: strconv.Itoa(c.Province) + "-" + strconv.FormatInt(c.ID, 10), Name: c.Name, Text: text, Macro: macroOf(&c)})
			}
		}
		return nil
	})
	return out, err
}

// quoted refuses a reply that quotes what is not in force, and counts what it quotes.
func (h *house) quoted(tx *db.Tx, _ *casework.Matter, quotes []string) error {
	for _, q := range slices.Compact(slices.Sorted(slices.Values(quotes))) {
		province, article, version, ok := knowledge.ParseRef(q)
		if !ok {
			return fault.Fields(fault.Field{Name: "reply", Key: "casework.bad_quote"})
		}
		if _, err := h.knowledge.Quote(tx, province, article, version, tx.Now); err != nil {
			key, args, told := fault.Sentence(err)
			if !told {
				return err
			}
			return fault.Fields(fault.Field{Name: "reply", Key: key, Args: args})
		}
	}
	return nil
}

// answered finds what may already answer a matter before it is sent.
func (h *house) answered(ctx context.Context, division agency.Code, text string) (out []intake.Answer, err error) {
	found, err := h.knowledge.Look(ctx, division, "", h.casework.SuggestTopic(text), false, perForm)
	for _, f := range found {
		out = append(out, intake.Answer{Title: f.Title, Href: web.URL(ctx, "/knowledge/"+strconv.FormatInt(f.Article, 10))})
	}
	return out, err
}
