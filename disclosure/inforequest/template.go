package inforequest

import (
	"context"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// Template is the wording an agency uses for a kind of letter.
type Template struct {
	Kind  letter.Kind
	Text  string
	Own   bool
	Since clock.Date // own: the day it was written
	Wrong []fault.Field
}

// Templates lists what an agency sends, with its own wording where it has one.
// One that was whole when it was written may lack what a later rule asks for.
func (r *Requests) Templates(ctx context.Context, unit int64) (out []Template, err error) {
	defer fault.Wrap(&err, "inforequest.Templates(%d)", unit)
	err = r.DB.Read(ctx, func(tx *db.Tx) error {
		u, _, err := r.officer(tx, unit, Deciding)
		if err != nil {
			return err
		}
		own, err := templatesOf(tx, u)
		if err != nil {
			return err
		}
		for _, k := range letter.Kinds() {
			x, ok := own[k]
			if !ok {
				x = Template{Kind: k, Text: letter.Template(k, i18n.ZH)}
			} else if _, err := letter.Parse(k, i18n.ZH, x.Text); err != nil {
				x.Wrong = fault.FieldsOf(err)
			}
			out = append(out, x)
		}
		return nil
	})
	return out, err
}

// SetTemplate keeps an agency's own wording. It refuses, line by line, what
// leaves out something the law asks for.
func (r *Requests) SetTemplate(ctx context.Context, unit int64, kind letter.Kind, text string) (err error) {
	defer fault.Wrap(&err, "inforequest.SetTemplate(%d, %s)", unit, kind)
	text = tidyText(text)
	return r.template(ctx, unit, kind, "set_template", func(tx *db.Tx, u agency.Agency, person int64) error {
		if _, err := letter.Parse(kind, i18n.ZH, text); err != nil {
			return err
		}
		_, err := tx.Exec(`insert into inforequest_template (province, agency, kind, text, person, at) values ($1, $2, $3, $4, $5, $6)
 on conflict (province, agency, kind) do update set text = excluded.text, person = excluded.person, at = excluded.at`, u.Province(), u.ID, string(kind), text, person, clock.Millis(tx.Now))
		return err
	})
}

// DropTemplate goes back to the house's wording.
func (r *Requests) DropTemplate(ctx context.Context, unit int64, kind letter.Kind) (err error) {
	defer fault.Wrap(&err, "inforequest.DropTemplate(%d, %s)", unit, kind)
	return r.template(ctx, unit, kind, "drop_template", func(tx *db.Tx, u agency.Agency, _ int64) error {
		_, err := tx.Exec("delete from inforequest_template where province = $1 and agency = $2 and kind = $3", u.Province(), u.ID, string(kind))
		return err
	})
}

// template does f for whoever may word the letters of an agency, on record.
func (r *Requests) template(ctx context.Context, unit int64, kind letter.Kind, verb string, f func(tx *db.Tx, u agency.Agency, person int64) error) error {
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		u, a, err := r.officer(tx, unit, Deciding)
		if err != nil {
			return err
		}
		if letter.Template(kind, i18n.ZH) == "" {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		if err := f(tx, u, a.Person); err != nil {
			return err
		}
		return audit.Append(tx, audit.Entry{Province: int64(u.Province()), Person: a.Person, Login: a.Login, Agency: u.ID, Verb: "inforequest." + verb, Object: "agency " + u.Path(), Detail: string(kind)})
	})
}

// TryTemplate is a letter of a wording not kept yet: the agency's own values,
// and the name of every other value where it will stand.
func (r *Requests) TryTemplate(ctx context.Context, unit int64, kind letter.Kind, text, delivery string) (l letter.Letter, err error) {
	defer fault.Wrap(&err, "inforequest.TryTemplate(%d, %s)", unit, kind)
	form, err := letter.Parse(kind, i18n.ZH, tidyText(text))
	if err != nil {
		return l, err
	}
	err = r.DB.Read(ctx, func(tx *db.Tx) error {
		u, _, err := r.officer(tx, unit, Deciding)
		if err != nil {
			return err
		}
		o, err := OfficeOf(tx, u)
		if err != nil {
			return err
		}
		decision, _, _ := strings.Cut(string(kind), ".")
		d := r.Norm.Requests.Decision(decision)
		v := letter.Sample().With(letter.ValuesOf(r.Norm, d, kind, i18n.ZH)).With(officeValues(tx, u, o))
		if l, err = form.Merge(letter.WayOf(d, letter.Channel(delivery), false), v); err != nil {
			return err
		}
		l.Demo = u.Demo
		return nil
	})
	return l, err
}

// tidyText is what a browser sends as it is kept.
func tidyText(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) + "\n"
}

// templatesOf are an agency's own wordings.
func templatesOf(tx *db.Tx, u agency.Agency) (map[letter.Kind]Template, error) {
	rows, err := db.List(tx, func(r *db.Rows, x *Template) error {
		var kind string
		var at int64
		err := r.Scan(&kind, &x.Text, &at)
		x.Kind, x.Own, x.Since = letter.Kind(kind), true, clock.DateOf(clock.FromMillis(at))
		return err
	}, "select kind, text, at from inforequest_template where province = $1 and agency = $2 order by kind limit 200", u.Province(), u.ID)
	out := map[letter.Kind]Template{}
	for _, x := range rows {
		out[x.Kind] = x
	}
	return out, err
}
