package handling

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/answers"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// act is one step as a page of its own: what the law says of it, what it asks.
type act struct {
	name    string // in the address; its words are do_<name> and do_<name>_lead
	verb    string // the grant; "": whoever sees the request
	danger  bool
	upload  bool
	offered func(c *inforequest.Case) bool
	fields  func(ctx context.Context, d *Desk, c *inforequest.Case) ([]field, error)
	do      func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error
}

// field is one question of a step. Its label is f_<name>, its help
// f_<name>_help where there is one.
type field struct {
	ui.Input
	kind string // text, area, number, date, select, radios, check, file
}

// input is what was typed.
type input struct{ r *http.Request }

func (in input) text(name string) string { return strings.TrimSpace(in.r.PostFormValue(name)) }
func (in input) number(name string) int  { n, _ := strconv.Atoi(in.text(name)); return n }
func (in input) id(name string) int64    { n, _ := strconv.ParseInt(in.text(name), 10, 64); return n }
func (in input) yes(name string) bool    { return in.text(name) == "1" }
func (in input) lines(name string) []string {
	return slices.DeleteFunc(splitLines(in.text(name)), func(s string) bool { return strings.TrimSpace(s) == "" })
}

func (in input) date(name string) clock.Date {
	d, err := clock.ParseDate(ui.JoinDate(in.r.PostForm.Get, name))
	if err != nil {
		return clock.Date{}
	}
	return d
}

// file is the upload of a field, whole; the room bounds it again.
func (in input) file(name string) (string, []byte, error) {
	f, head, err := in.r.FormFile(name)
	if errors.Is(err, http.ErrMissingFile) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, inforequest.MaxFile+1))
	return head.Filename, b, errors.Join(err, f.Close())
}

func splitLines(s string) []string {
	return strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
}

func in(states ...string) func(*inforequest.Case) bool {
	return func(c *inforequest.Case) bool { return slices.Contains(states, c.State) }
}

func ask(fs ...field) func(context.Context, *Desk, *inforequest.Case) ([]field, error) {
	return func(context.Context, *Desk, *inforequest.Case) ([]field, error) { return slices.Clone(fs), nil }
}

func nothing(context.Context, *Desk, *inforequest.Case) ([]field, error) { return nil, nil }

func of(kind, name string) field { return field{kind: kind, Input: ui.Input{Name: name}} }

func optional(f field) field { f.Optional = true; return f }

// acts are the steps, in the order they are offered.
var acts = []act{
	{name: "confirm", verb: inforequest.Registering, offered: in(inforequest.Filed), fields: ask(of("text", "how")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Confirm(ctx, c.Province, c.ID, in.text("how"))
		}},
	{name: "assign", verb: inforequest.Registering, offered: in(inforequest.Open), fields: assignFields,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Assign(ctx, c.Province, c.ID, in.id("handler"), in.text("unit"))
		}},
	{name: "verify", verb: inforequest.Registering, offered: func(c *inforequest.Case) bool { return c.VerifiedBy == 0 }, fields: nothing,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, _ input) error {
			return d.Requests.Verify(ctx, c.Province, c.ID)
		}},
	{name: "clarify", verb: inforequest.Handling, offered: in(inforequest.Open), fields: ask(of("area", "what"), preset(of("number", "days"), "15")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Clarify(ctx, c.Province, c.ID, in.text("what"), in.number("days"))
		}},
	{name: "supplement", verb: inforequest.Registering, offered: in(inforequest.Clarifying), fields: ask(of("area", "text")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.SupplementAtCounter(ctx, c.Province, c.ID, in.text("text"))
		}},
	{name: "consult", verb: inforequest.Handling, offered: in(inforequest.Open),
		fields: ask(choose("kind", "consult_", "third_party", "other_agency"), of("text", "whom"), of("text", "whom_address")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Ask(ctx, c.Province, c.ID, in.text("kind"), in.text("whom"), in.text("whom_address"))
		}},
	{name: "heard", verb: inforequest.Handling, offered: consulting(func(x inforequest.Consult) bool { return x.Answer == "" }),
		fields: consultFields(func(x inforequest.Consult) bool { return x.Answer == "" }, choose("answer", "answer_", inforequest.Answers...), optional(of("area", "reasons")), of("date", "on")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Heard(ctx, c.Province, c.ID, in.id("consultation"), in.text("answer"), in.text("reasons"), in.date("on"))
		}},
	{name: "tell-third", verb: inforequest.Handling, offered: consulting(against), fields: consultFields(against, of("area", "provided"), of("area", "reasons"), of("date", "on")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.TellThird(ctx, c.Province, c.ID, in.id("consultation"), in.text("provided"), in.text("reasons"), in.date("on"))
		}},
	{name: "extend", verb: inforequest.Deciding, offered: in(inforequest.Open), fields: ask(of("number", "days"), of("area", "why")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Extend(ctx, c.Province, c.ID, in.number("days"), in.text("why"))
		}},
	{name: "ask-reasons", verb: inforequest.Handling, offered: in(inforequest.Open), fields: ask(of("area", "why")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.AskReasons(ctx, c.Province, c.ID, in.text("why"))
		}},
	{name: "defer", verb: inforequest.Deciding, offered: func(c *inforequest.Case) bool { return c.State == inforequest.Open && c.Asked.Reasons != "" }, fields: ask(of("number", "days"), of("area", "why")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Defer(ctx, c.Province, c.ID, in.number("days"), in.text("why"))
		}},
	{name: "charge", verb: inforequest.Handling, offered: func(c *inforequest.Case) bool { return c.State == inforequest.Open && len(c.Fees) == 0 },
		fields: ask(choose("ladder", "ladder_", "case", "page"), optional(of("number", "pages"))),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Charge(ctx, c.Province, c.ID, in.text("ladder"), in.number("pages"))
		}},
	{name: "pay", verb: inforequest.Registering, offered: in(inforequest.Paying), fields: ask(of("text", "receipt"), of("date", "on")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Pay(ctx, c.Province, c.ID, in.text("receipt"), in.date("on"))
		}},
	{name: "attach", verb: inforequest.Handling, upload: true, offered: in(inforequest.Open), fields: ask(choose("purpose", "purpose_", inforequest.Source, inforequest.Release), of("file", "file")),
		do: attach},
	{name: "attach-proof", verb: inforequest.Registering, upload: true, offered: func(*inforequest.Case) bool { return true },
		fields: ask(choose("purpose", "purpose_", inforequest.IdentityImage, inforequest.AskedFile, inforequest.Scanned, inforequest.ProofFile), of("file", "file")), do: attach},
	{name: "redact", verb: inforequest.Handling, offered: func(c *inforequest.Case) bool { return c.State == inforequest.Open && len(sources(c)) > 0 }, fields: redactFields,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			_, err := d.Requests.Redact(ctx, c.Province, c.ID, in.id("source"), in.lines("remove"), in.yes("keep_persons"), in.yes("drawn"))
			return err
		}},
	{name: "split", verb: inforequest.Registering, offered: in(inforequest.Open), fields: splitFields, do: nil},
	{name: "merge", verb: inforequest.Registering, danger: true, offered: func(c *inforequest.Case) bool { return c.State == inforequest.Open && len(c.Others) > 0 }, fields: ask(of("text", "into")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Merge(ctx, c.Province, c.ID, in.text("into"))
		}},
	{name: "approve", verb: inforequest.Deciding, offered: in(inforequest.InReview), fields: nothing,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, _ input) error {
			return d.Requests.Approve(ctx, c.Province, c.ID)
		}},
	{name: "return", verb: inforequest.Deciding, offered: in(inforequest.InReview), fields: ask(of("area", "why")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Return(ctx, c.Province, c.ID, in.text("why"))
		}},
	{name: "seal", verb: inforequest.Registering, offered: func(c *inforequest.Case) bool { return len(unsealed(c)) > 0 }, fields: sealFields,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Seal(ctx, c.Province, c.ID, in.id("letter"), in.date("on"))
		}},
	{name: "deliver", verb: inforequest.Registering, offered: in(inforequest.Decided), fields: deliverFields,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Deliver(ctx, c.Province, c.ID, in.text("by"), in.text("proof"), in.date("on"))
		}},
	{name: "remedy", verb: inforequest.Registering, offered: in(inforequest.Closed), fields: ask(choose("kind", "remedy_", inforequest.RemedyKinds...), of("date", "on")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.AddRemedy(ctx, c.Province, c.ID, in.text("kind"), in.date("on"))
		}},
	{name: "remedy-end", verb: inforequest.Registering, offered: func(c *inforequest.Case) bool { return c.State == inforequest.Closed && len(openRemedies(c)) > 0 }, fields: remedyFields,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.EndRemedy(ctx, c.Province, c.ID, in.id("remedy"), in.text("outcome"), in.date("on"))
		}},
	{name: "answer", verb: inforequest.Handling, offered: func(c *inforequest.Case) bool { return c.Publishable() && c.Answer == "" }, fields: answerFields,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			_, err := d.Answers.Propose(ctx, c.Province, c.ID, answers.Text{Title: in.text("answer_title"), Asked: in.text("answer_asked"), Summary: in.text("answer_summary")}, in.yes("answer_files"))
			return err
		}},
	{name: "withdraw", verb: inforequest.Registering, danger: true, offered: in(inforequest.Filed, inforequest.Open, inforequest.Clarifying, inforequest.Paying, inforequest.InReview), fields: nothing,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, _ input) error {
			return d.Requests.WithdrawAtCounter(ctx, c.Province, c.ID)
		}},
	{name: "reopen", verb: inforequest.Deciding, danger: true, offered: func(c *inforequest.Case) bool { return c.State == inforequest.Closed && c.MergedInto == 0 }, fields: ask(of("area", "why")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Reopen(ctx, c.Province, c.ID, in.text("why"))
		}},
	{name: "identity", offered: func(*inforequest.Case) bool { return true }, fields: ask(of("text", "reason")), do: nil},
	{name: "archive", verb: inforequest.Registering, offered: in(inforequest.Closed), fields: ask(of("text", "reason")), do: nil},
	{name: "renew", verb: inforequest.Registering, offered: func(*inforequest.Case) bool { return true }, fields: ask(of("text", "id_number")), do: nil},
}

func preset(f field, value string) field { f.Value = value; return f }

// choose asks for one of a few; the words of a choice are its prefix and id.
func choose(name, prefix string, ids ...string) field {
	f := of("radios", name)
	for _, id := range ids {
		f.Options = append(f.Options, ui.Option{Value: id, Text: prefix + id})
	}
	return f
}

// named are choices whose words are there already, not keys.
func named(kind, name string, options []ui.Option) field {
	f := of(kind, name)
	f.Options = options
	f.Attrs = map[string]any{"data-named": true}
	return f
}

func attach(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
	name, b, err := in.file("file")
	if err != nil {
		return err
	}
	_, err = d.Requests.Attach(ctx, c.Province, c.ID, in.text("purpose"), name, b)
	return err
}

func against(x inforequest.Consult) bool {
	return x.Kind == "third_party" && (x.Answer == "refuses" || x.Answer == "partly") && x.ToldOn.IsZero()
}

func consulting(which func(inforequest.Consult) bool) func(*inforequest.Case) bool {
	return func(c *inforequest.Case) bool {
		return c.State == inforequest.Open && slices.ContainsFunc(c.Consults, which)
	}
}

// consultFields asks which consultation, and more.
func consultFields(which func(inforequest.Consult) bool, more ...field) func(context.Context, *Desk, *inforequest.Case) ([]field, error) {
	return func(_ context.Context, _ *Desk, c *inforequest.Case) ([]field, error) {
		var options []ui.Option
		for _, x := range c.Consults {
			if which(x) {
				options = append(options, ui.Option{Value: strconv.FormatInt(x.ID, 10), Text: x.Whom})
			}
		}
		f := named("radios", "consultation", options)
		if len(options) > 0 {
			f.Value = options[0].Value
		}
		return append([]field{f}, more...), nil
	}
}

func assignFields(ctx context.Context, d *Desk, c *inforequest.Case) ([]field, error) {
	options := []ui.Option{{Text: t(ctx, "choose")}}
	err := d.Requests.DB.Read(ctx, func(tx *db.Tx) error {
		ps, err := account.Holders(tx, inforequest.Handling, account.Target{Agency: c.Agency, Division: int64(c.Region)}, 100)
		for _, p := range ps {
			options = append(options, ui.Option{Value: strconv.FormatInt(p.ID, 10), Text: p.Name})
		}
		return err
	})
	h := named("select", "handler", options)
	if c.Handler != 0 {
		h.Value = strconv.FormatInt(c.Handler, 10)
	}
	return []field{h, optional(preset(of("text", "unit"), c.Request.Unit))}, err
}

func sources(c *inforequest.Case) (out []ui.Option) {
	for _, f := range c.Files {
		if f.Purpose == inforequest.Source && !f.Gone {
			out = append(out, ui.Option{Value: strconv.FormatInt(f.ID, 10), Text: f.Name})
		}
	}
	return out
}

func redactFields(_ context.Context, _ *Desk, c *inforequest.Case) ([]field, error) {
	f := named("radios", "source", sources(c))
	if len(f.Options) > 0 {
		f.Value = f.Options[0].Value
	}
	return []field{f, of("area", "remove"), of("check", "keep_persons"), of("check", "drawn")}, nil
}

func splitFields(_ context.Context, _ *Desk, c *inforequest.Case) ([]field, error) {
	return []field{preset(of("text", "subject"), c.Asked.Subject), optional(preset(of("area", "detail"), c.Asked.Detail)), of("text", "second_subject"), optional(of("area", "second_detail"))}, nil
}

func unsealed(c *inforequest.Case) (out []ui.Option) {
	for _, l := range c.Letters {
		if l.SealedOn.IsZero() {
			out = append(out, ui.Option{Value: strconv.FormatInt(l.ID, 10), Text: l.Number})
		}
	}
	return out
}

func sealFields(_ context.Context, d *Desk, c *inforequest.Case) ([]field, error) {
	f := named("radios", "letter", unsealed(c))
	if len(f.Options) > 0 {
		f.Value = f.Options[len(f.Options)-1].Value
	}
	return []field{f, preset(of("date", "on"), d.today().String())}, nil
}

func deliverFields(_ context.Context, d *Desk, c *inforequest.Case) ([]field, error) {
	by := choose("by", "by_", inforequest.Deliveries...)
	by.Value = c.Delivery
	return []field{by, optional(of("text", "proof")), preset(of("date", "on"), d.today().String())}, nil
}

// answerFields propose the masked subject; the answer is written anew.
func answerFields(_ context.Context, _ *Desk, c *inforequest.Case) ([]field, error) {
	fs := []field{preset(of("text", "answer_title"), c.Subject), preset(of("area", "answer_asked"), c.Subject), of("area", "answer_summary")}
	if slices.ContainsFunc(c.Files, func(f inforequest.File) bool { return f.Purpose == inforequest.Release && !f.Gone }) {
		fs = append(fs, of("check", "answer_files"))
	}
	return fs, nil
}

func openRemedies(c *inforequest.Case) (out []inforequest.Remedy) {
	for _, x := range c.Remedies {
		if x.Outcome == "" {
			out = append(out, x)
		}
	}
	return out
}

func remedyFields(ctx context.Context, _ *Desk, c *inforequest.Case) ([]field, error) {
	var options []ui.Option
	for _, x := range openRemedies(c) {
		options = append(options, ui.Option{Value: strconv.FormatInt(x.ID, 10), Text: t(ctx, "remedy_"+x.Kind) + " " + i18n.Date(ctx, x.FiledOn)})
	}
	f := named("radios", "remedy", options)
	if len(options) > 0 {
		f.Value = options[0].Value
	}
	return []field{f, choose("outcome", "outcome_", inforequest.RemedyOutcomes...), of("date", "on")}, nil
}

// actPage is one step.
type actPage struct {
	Errors ui.Errors
	Facts  []ui.Pair
	Asked  string
	Fields []field
	Send   string
	Danger bool
	Upload bool
	Back   string
	Draft  string // what is to be approved
	Frame  []ui.Pair
}

func (d *Desk) actForm(a act) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return d.showAct(w, r, a, http.StatusOK, nil) }
}

func (d *Desk) showAct(w http.ResponseWriter, r *http.Request, a act, status int, bad ui.Errors) error {
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	c, err := d.Requests.Open(ctx, province, id)
	if err != nil {
		return err
	}
	if !a.offered(c) {
		return fault.Say(fault.Conflict, "flow.not_now")
	}
	fs, err := a.fields(ctx, d, c)
	if err != nil {
		return err
	}
	p := actPage{Errors: bad, Facts: d.clockFacts(ctx, c), Asked: c.Asked.Subject, Send: t(ctx, "do_"+a.name), Danger: a.danger, Upload: a.upload, Back: web.URL(ctx, pathOf(province, id, "")),
		Fields: filled(r, fs, bad)}
	if a.name == "approve" || a.name == "return" {
		if p.Frame, err = d.draftPairs(ctx, c); err != nil {
			return err
		}
		p.Draft = web.URL(ctx, pathOf(province, id, "/letters/0/pdf"))
	}
	f := d.frame(r, t(ctx, "do_"+a.name), ui.Link{Text: c.Number, Href: p.Back}, ui.Link{Text: t(ctx, "do_"+a.name)})
	f.Lead, f.Narrow = t(ctx, "do_"+a.name+"_lead"), true
	return web.Render(w, r, status, actView(f, p))
}

// filled puts words, what was typed and refusals to the questions.
func filled(r *http.Request, fs []field, bad ui.Errors) []field {
	ctx := r.Context()
	out := slices.Clone(fs)
	for i := range out {
		f := &out[i]
		f.Label = t(ctx, "f_"+f.Name)
		if i18n.Has(i18n.ZH, "handling.f_"+f.Name+"_help") {
			f.Help = t(ctx, "f_"+f.Name+"_help")
		}
		f.Error = bad.Of(ctx, f.Name)
		if r.Method == http.MethodPost {
			f.Value = r.PostFormValue(f.Name)
			if f.kind == "date" {
				f.Value = ui.JoinDate(r.PostForm.Get, f.Name)
			}
		}
		if f.kind == "check" {
			f.Options, f.Label = []ui.Option{{Value: "1", Text: f.Label, Help: f.Help}}, t(ctx, "of_"+f.Name)
			f.Help, f.Optional = "", true
		} else if f.Attrs["data-named"] == nil {
			f.Options = slices.Clone(f.Options)
			for j := range f.Options {
				key := f.Options[j].Text
				f.Options[j].Text = t(ctx, key)
				if i18n.Has(i18n.ZH, "handling."+key+"_help") {
					f.Options[j].Help = t(ctx, key+"_help")
				}
			}
		}
		f.Attrs = nil
		switch f.kind {
		case "number":
			f.Type = "number"
		case "area":
			f.Rows, f.MaxLen = 5, inforequest.MaxDetail
		}
	}
	return out
}

func (d *Desk) act(a act) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		province, id, err := numbers(r)
		if err != nil {
			return err
		}
		ctx := r.Context()
		c, err := d.Requests.Open(ctx, province, id)
		if err != nil {
			return err
		}
		switch a.name { // these answer with what is told once, not with a redirect
		case "identity":
			return d.openIdentity(w, r, a, c)
		case "archive":
			return d.archive(w, r, a, c)
		case "renew":
			return d.renew(w, r, a, c)
		case "split":
			return d.split(w, r, a, c)
		}
		err = a.do(ctx, d, c, input{r})
		if bad := ui.ErrorsOf(err); len(bad) > 0 {
			return d.showAct(w, r, a, http.StatusUnprocessableEntity, bad)
		}
		if err != nil {
			return err
		}
		return web.See(w, r, pathOf(province, id, ""))
	}
}

// openIdentity shows who asks once, on the answer itself: it stands in no address.
func (d *Desk) openIdentity(w http.ResponseWriter, r *http.Request, a act, c *inforequest.Case) error {
	who, err := d.Requests.OpenIdentity(r.Context(), c.Province, c.ID, input{r}.text("reason"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showAct(w, r, a, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return d.showCase(w, r, &who)
}

func identityPairs(ctx context.Context, w inforequest.Identity) []ui.Pair {
	var out []ui.Pair
	for _, x := range []struct{ key, text string }{{"who_name", w.Name}, {"who_id", w.IDNumber}, {"who_representative", w.Representative}, {"who_phone", w.Phone}, {"who_email", w.Email},
		{"who_address", w.Address}, {"who_helper", w.Helper}, {"who_helper_tie", w.HelperTie}} {
		if x.text != "" {
			out = append(out, ui.Pair{Term: t(ctx, x.key), Text: x.text})
		}
	}
	return out
}

func (d *Desk) renew(w http.ResponseWriter, r *http.Request, a act, c *inforequest.Case) error {
	ctx := r.Context()
	code, err := d.Requests.Renew(ctx, c.Province, c.ID, input{r}.text("id_number"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showAct(w, r, a, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return d.slip(w, r, c.Number, code, t(ctx, "renewed"))
}

func (d *Desk) split(w http.ResponseWriter, r *http.Request, a act, c *inforequest.Case) error {
	ctx, in := r.Context(), input{r}
	two, code, err := d.Requests.Split(ctx, c.Province, c.ID, inforequest.Asked{Subject: in.text("subject"), Detail: in.text("detail")},
		inforequest.Asked{Subject: in.text("second_subject"), Detail: in.text("second_detail")})
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showAct(w, r, a, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return d.slip(w, r, two.Number, code, t(ctx, "splitted"))
}
