package demo

import (
	"context"
	"strings"

	"yangguang/internal/account"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/supervision/casework/knowledge"
)

// articleText is an article of the knowledge base.
type articleText struct {
	Unit      string   `yaml:"unit"`
	On        int      `yaml:"on"`
	Topic     string   `yaml:"topic"`
	Audience  string   `yaml:"audience"` // the public when not said
	Lang      string   `yaml:"lang"`     // zh when not said
	Title     string   `yaml:"title"`
	Questions []string `yaml:"questions"`
	Answer    string   `yaml:"answer"`
	Law       string   `yaml:"law"`
	Article   string   `yaml:"article"`
	URL       string   `yaml:"url"`
	From      string   `yaml:"from"`
	To        int      `yaml:"to"`     // days from today; 0: no end
	Review    int      `yaml:"review"` // days from today
	Stop      string   `yaml:"stop"`   // draft or review
	Said      []int    `yaml:"said"`   // how many it helped, how many not
	Report    struct {
		Kind string `yaml:"kind"`
		Note string `yaml:"note"`
	} `yaml:"report"`
	Public []string `yaml:"public"` // what readers found wrong
}

// cannedText is a canned reply.
type cannedText struct {
	Unit  string   `yaml:"unit"`
	Own   string   `yaml:"own"` // the role whose own it is
	Name  string   `yaml:"name"`
	Body  string   `yaml:"body"`
	Suits []string `yaml:"suits"`
	Topic string   `yaml:"topic"`
	Note  string   `yaml:"note"`
	Does  string   `yaml:"does"` // the step it takes
	To    string   `yaml:"to"`   // the unit it passes on to
}

// planKnowledge lays the writing of the knowledge base on its days.
func (w *world) planKnowledge(cal *calendar.Calendar) {
	if w.Knowledge == nil {
		return
	}
	for _, x := range w.texts.Knowledge {
		on := workday(cal, w.dayOf(x.On))
		w.errands[on] = append(w.errands[on], errand{"write " + x.Title, func(ctx context.Context) error { return w.writeArticle(ctx, x) }})
	}
	on := workday(cal, w.dayOf(45))
	for _, x := range w.texts.Canned {
		w.errands[on] = append(w.errands[on], errand{"keep " + x.Name, func(ctx context.Context) error { return w.keepCanned(ctx, x) }})
	}
	w.reported = workday(cal, w.dayOf(-6))
	w.errands[w.reported] = append(w.errands[w.reported], errand{"list what is due for review", w.Knowledge.ListDue})
}

func (w *world) writeArticle(ctx context.Context, x articleText) error {
	from, err := clock.ParseDate(x.From)
	if err != nil {
		return err
	}
	k, u := w.Knowledge, w.units[x.Unit]
	t := knowledge.Text{Title: x.Title, Questions: x.Questions, Answer: strings.TrimSpace(x.Answer), Topic: x.Topic, Law: x.Law, LawArticle: x.Article, LawURL: x.URL,
		From: from, Review: w.span.today.AddDays(x.Review), Audience: x.Audience, Lang: x.Lang}
	if x.To != 0 {
		t.To = w.span.today.AddDays(x.To)
	}
	if t.Audience == "" {
		t.Audience = knowledge.ForPublic
	}
	if t.Lang == "" {
		t.Lang = "zh"
	}
	desk, head := u.staff[drafter].as(ctx), u.staff[approver].as(ctx)
	a, err := k.Start(desk, u.ID, u.Division, t)
	if err != nil || x.Stop == knowledge.Draft {
		return words(err)
	}
	if err := k.Submit(desk, a.Province, a.ID, 1, t); err != nil || x.Stop == knowledge.InReview {
		return words(err)
	}
	if err := k.Approve(head, a.Province, a.ID, 2); err != nil {
		return words(err)
	}
	return w.answered(ctx, x, a)
}

// answered is what readers say of an article; what is found wrong comes later.
func (w *world) answered(ctx context.Context, x articleText, a *knowledge.Article) error {
	k := w.Knowledge
	for i, n := range x.Said {
		for j := range n {
			why := []string{"unclear", "other_case", "incomplete"}[j%3]
			if err := k.Said(ctx, a.ID, i == 0, why); err != nil {
				return words(err)
			}
		}
	}
	if x.Report.Kind != "" {
		w.errands[w.reported] = append(w.errands[w.reported], errand{"report " + x.Title, func(ctx context.Context) error { return w.reportArticle(ctx, x, a) }})
	}
	return nil
}

// reportArticle is what readers and staff find wrong with it, lately.
func (w *world) reportArticle(ctx context.Context, x articleText, a *knowledge.Article) error {
	for _, kind := range x.Public {
		if err := w.Knowledge.ReportPublic(ctx, a.ID, kind); err != nil {
			return words(err)
		}
	}
	return words(w.Knowledge.Report(w.units["county"].staff[overseer].as(ctx), a.Province, a.ID, x.Report.Kind, x.Report.Note))
}

func (w *world) keepCanned(ctx context.Context, x cannedText) error {
	u := w.units[x.Unit]
	ctx = u.staff[drafter].as(ctx)
	c := &knowledge.Canned{Agency: u.ID, Name: x.Name, Body: x.Body, Suits: x.Suits, Topic: x.Topic, Note: x.Note, Does: x.Does}
	if to := w.named(x.To); to != nil {
		c.Lead = to.ID
	}
	if x.Own != "" {
		ctx = u.staff[x.Own].as(ctx)
		c.Person = account.From(ctx).Person
	}
	return words(w.Knowledge.KeepCanned(ctx, c))
}
