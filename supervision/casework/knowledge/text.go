package knowledge

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/privacy"
)

// Limits of texts, in characters.
const (
	MaxTitle     = 100
	MaxAnswer    = 4000
	maxQuestion  = 100
	maxQuestions = 20
	maxLaw       = 200
	maxURL       = 300
	maxReason    = 300
)

// fields are the questions of the form and the columns of the sheet, in order.
var fields = []string{"title", "questions", "answer", "topic", "audience", "lang", "law", "law_article", "law_url", "from", "to", "review", "link"}

// readText reads what a form or a row of a sheet says, and says what of it cannot
// be read. A topic may be given by its title, as sheets do.
func (k *Knowledge) readText(get func(field string) string) (t Text, bad []fault.Field) {
	s := func(f string) string { return strings.TrimSpace(strings.ReplaceAll(get(f), "\r\n", "\n")) }
	t = Text{Title: s("title"), Questions: lines(s("questions")), Answer: strings.Join(lines(s("answer")), "\n"), Topic: s("topic"), Law: s("law"), LawArticle: s("law_article"), LawURL: s("law_url"),
		Audience: s("audience"), Lang: s("lang"), Link: s("link")}
	for _, c := range k.Topics {
		if t.Topic == c.Title.Zh || strings.EqualFold(t.Topic, c.Title.En) {
			t.Topic = c.ID
		}
	}
	for f, to := range map[string]*clock.Date{"from": &t.From, "to": &t.To, "review": &t.Review} {
		d, err := clock.ParseDate(s(f))
		switch {
		case s(f) == "":
		case err != nil:
			bad = append(bad, fault.Field{Name: f, Key: "knowledge.bad_date"})
		default:
			*to = d
		}
	}
	return t, bad
}

// lines are the lines of a text that say something.
func lines(text string) (out []string) {
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// wrong refuses, each beside its field, what is missing, too long, does not fit
// or may never be released.
func (k *Knowledge) wrong(t Text) []fault.Field {
	var bad []fault.Field
	say := func(name, key string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Key: "knowledge." + key, Args: args})
	}
	for _, x := range []struct {
		name, text  string
		least, most int
	}{{"title", t.Title, 4, MaxTitle}, {"answer", t.Answer, 10, MaxAnswer}, {"law", t.Law, 2, maxLaw}, {"law_article", t.LawArticle, 0, maxLaw}, {"law_url", t.LawURL, 0, maxURL}, {"link", t.Link, 0, maxURL}} {
		switch n := utf8.RuneCountInString(x.text); {
		case n < x.least:
			say(x.name, "need_"+x.name)
		case n > x.most:
			say(x.name, "too_long", x.most)
		}
	}
	if n := len(t.Questions); n == 0 || n > maxQuestions || slices.ContainsFunc(t.Questions, func(q string) bool { return utf8.RuneCountInString(q) > maxQuestion }) {
		say("questions", "need_questions", maxQuestions, maxQuestion)
	}
	for name, text := range map[string]string{"title": t.Title, "questions": strings.Join(t.Questions, "\n"), "answer": t.Answer} {
		if privacy.Blocks(privacy.Scan(text)) {
			say(name, "personal")
		}
	}
	return append(bad, k.unfit(t)...)
}

// unfit refuses choices, dates and addresses that do not fit.
func (k *Knowledge) unfit(t Text) (bad []fault.Field) {
	for _, x := range []struct {
		name string
		ok   bool
	}{{"topic", k.hasTopic(t.Topic)}, {"audience", t.Audience == ForPublic || t.Audience == ForStaff}, {"lang", t.Lang == "zh" || t.Lang == "en"},
		{"from", !t.From.IsZero()}, {"to", t.To.IsZero() || !t.To.Before(t.From)}, {"review", !t.Review.IsZero() && t.Review.After(t.From)},
		{"law_url", t.LawURL == "" || whole(t.LawURL)}, {"link", t.Link == "" || strings.HasPrefix(t.Link, "/") && !strings.HasPrefix(t.Link, "//") && !strings.ContainsAny(t.Link, " \\\n")}} {
		if !x.ok {
			bad = append(bad, fault.Field{Name: x.name, Key: "knowledge.unfit_" + x.name})
		}
	}
	return bad
}

// whole answers whether an address can be followed from anywhere.
func whole(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// reasonOf reads the reason of an act.
func reasonOf(name, why string) (string, error) {
	why = strings.TrimSpace(why)
	if n := utf8.RuneCountInString(why); n < 4 || n > maxReason {
		return "", fault.Fields(fault.Field{Name: name, Key: "knowledge.need_reason", Args: []any{maxReason}})
	}
	return why, nil
}
