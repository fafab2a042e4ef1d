package inforequest

import (
	"context"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// Office is what an agency writes in every letter.
type Office struct {
	Mark         string // its mark in letter numbers 发文机关代字
	ReviewBody   string // 行政复议机关
	ReviewOnline string // where reconsideration is asked for online
	Court        string
	ReplyTo      string // where applicants and third parties answer to
	PayHow       string
	Own          bool // written by the office; false: proposed
}

// OfficeOf is an agency's own, or a proposal made of what is known of it.
func OfficeOf(tx *db.Tx, u agency.Agency) (o Office, err error) {
	found, err := db.List(tx, func(r *db.Rows, o *Office) error {
		return r.Scan(&o.Mark, &o.ReviewBody, &o.ReviewOnline, &o.Court, &o.ReplyTo, &o.PayHow)
	}, "select mark, review_body, review_online, court, reply_to, pay_how from inforequest_office where province = $1 and agency = $2", u.Province(), u.ID)
	if err != nil {
		return o, err
	}
	if len(found) > 0 {
		o = found[0]
		o.Own = true
		return o, nil
	}
	return proposed(tx, u)
}

// proposed is what the house writes while an office has written nothing: the
// government of the place reviews what its departments decide (行政复议法 2023,
// article 24), the court of the place hears it. The office corrects it.
func proposed(tx *db.Tx, u agency.Agency) (o Office, err error) {
	zh := i18n.With(tx.Ctx, i18n.ZH)
	if o.Mark = u.ShortName; o.Mark == "" {
		o.Mark = u.Name
	}
	place := u.Division
	if place.Level() > agency.LevelCounty && place.County() != agency.Nation {
		place = place.County()
	}
	d, err := agency.FindDivision(tx, place)
	if err != nil {
		return o, err
	}
	court := "inforequest.court_county"
	if place.Level() < agency.LevelCounty {
		court = "inforequest.court_prefecture"
	}
	o.ReviewBody, o.Court = i18n.T(zh, "inforequest.government", d.Name), i18n.T(zh, court, d.Name)
	o.ReviewOnline, o.PayHow = i18n.T(zh, "inforequest.review_online"), i18n.T(zh, "inforequest.pay_how")
	if o.ReplyTo = strings.TrimSpace(u.Address + " " + u.Phone); o.ReplyTo == "" {
		o.ReplyTo = i18n.T(zh, "inforequest.reply_to")
	}
	return o, nil
}

// SetOffice keeps what an agency writes in every letter.
func (r *Requests) SetOffice(ctx context.Context, unit int64, o Office) (err error) {
	defer fault.Wrap(&err, "inforequest.SetOffice(%d)", unit)
	c := checker{}
	for _, x := range []struct {
		name  string
		value *string
		least int
	}{{"mark", &o.Mark, 1}, {"review_body", &o.ReviewBody, 2}, {"review_online", &o.ReviewOnline, 4}, {"court", &o.Court, 2}, {"reply_to", &o.ReplyTo, 4}, {"pay_how", &o.PayHow, 4}} {
		*x.value = strings.TrimSpace(*x.value)
		c.length(x.name, *x.value, x.least, maxLine)
	}
	if err := fault.Fields(c.bad...); err != nil {
		return err
	}
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		u, a, err := r.officer(tx, unit, Deciding)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`insert into inforequest_office (province, agency, mark, review_body, review_online, court, reply_to, pay_how, person, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
 on conflict (province, agency) do update set mark = excluded.mark, review_body = excluded.review_body, review_online = excluded.review_online, court = excluded.court,
 reply_to = excluded.reply_to, pay_how = excluded.pay_how, person = excluded.person, at = excluded.at`,
			u.Province(), u.ID, o.Mark, o.ReviewBody, o.ReviewOnline, o.Court, o.ReplyTo, o.PayHow, a.Person, clock.Millis(tx.Now)); err != nil {
			return err
		}
		return audit.Append(tx, audit.Entry{Province: int64(u.Province()), Person: a.Person, Login: a.Login, Agency: u.ID, Verb: "inforequest.office", Object: "agency " + u.Path()})
	})
}

// officer finds an agency for whoever may do verb there.
func (r *Requests) officer(tx *db.Tx, unit int64, verb string) (agency.Agency, *account.Actor, error) {
	u, err := agency.Find(tx, unit)
	if err != nil {
		return u, nil, err
	}
	a, t := account.From(tx.Ctx), account.Target{Agency: u.ID, Division: int64(u.Division)}
	switch {
	case !MayRead(a, t):
		return u, nil, fault.Say(fault.NotFound, "fault.not_found")
	case !a.May(verb, t):
		return u, nil, fault.Say(fault.Forbidden, "inforequest.no_grant_"+strings.TrimPrefix(verb, "inforequest."))
	}
	return u, a, nil
}
