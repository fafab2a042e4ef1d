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
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
)

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

// mayClarify: clarification is asked once, and not when the last day has passed;
// whether its seven working days have, the use case knows (article 30).
func mayClarify(c *inforequest.Case) bool {
	asked := slices.ContainsFunc(c.Steps, func(s inforequest.Step) bool { return s.Kind == inforequest.Clarified })
	return c.State == inforequest.Open && !asked && c.Warned < inforequest.WarnSuperior
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
	return []field{h, optional(preset(of("text", "unit"), c.Section))}, err
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
