package demo

import (
	"context"

	"yangguang/agency/keeping"
	"yangguang/internal/account"
)

// substituteText is who stands in for whom (AB角).
type substituteText struct {
	Unit      string   `yaml:"unit"`
	Principal string   `yaml:"principal"` // roles
	Delegate  string   `yaml:"delegate"`
	On        int      `yaml:"on"`  // the day it begins
	For       int      `yaml:"for"` // days
	Verbs     []string `yaml:"verbs"`
	Reason    string   `yaml:"reason"`
}

// substitute is what a person arranges before he goes away.
func (w *world) substitute(ctx context.Context, x substituteText) error {
	u := w.units[x.Unit]
	me, since := u.staff[x.Principal], w.dayOf(x.On)
	_, err := w.Accounts.Substitute(me.as(ctx), account.Substitute{Principal: me.id, Delegate: u.staff[x.Delegate].id, Since: since.Start(), Until: since.AddDays(x.For).Start(),
		Verbs: x.Verbs, Agency: u.ID, Reason: x.Reason})
	return words(err)
}

// handoverText is a leaver and who takes over from him.
type handoverText struct {
	Unit      string `yaml:"unit"`
	Leaver    string `yaml:"leaver"` // roles
	Successor string `yaml:"successor"`
	On        int    `yaml:"on"`
	Reason    string `yaml:"reason"`
	Signed    bool   `yaml:"signed"` // the leaver signed the list; the successor has yet to
}

// handOver lets somebody leave: what he held passes on in one act.
func (w *world) handOver(ctx context.Context, x handoverText) error {
	u := w.units[x.Unit]
	ctx = u.staff[overseer].as(ctx)
	h, err := w.Accounts.HandOver(ctx, u.staff[x.Leaver].id, u.staff[x.Successor].id, x.Reason)
	if err != nil || !x.Signed {
		return words(err)
	}
	return words(w.Accounts.SignHandover(ctx, h.ID))
}

// requestText is what somebody asks about his own data.
type requestText struct {
	Unit     string `yaml:"unit"` // whose overseer answers
	On       int    `yaml:"on"`
	Kind     string `yaml:"kind"`
	Body     string `yaml:"body"`
	Contact  string `yaml:"contact"`
	Answered int    `yaml:"answered"` // the day it is answered; never when 0
	Why      string `yaml:"why"`      // the reason for opening it
	Answer   string `yaml:"answer"`
}

// asked is a request that was made.
type asked struct {
	requestText
	made *keeping.Request
}

// askPrivately is a person's request about his own data (个人信息保护法).
func (w *world) askPrivately(ctx context.Context, x *asked) (err error) {
	x.made, _, err = w.Keeping.Ask(ctx, x.Kind, x.Body, x.Contact)
	return words(err)
}

// answerPrivately opens a request with a reason and answers it.
func (w *world) answerPrivately(ctx context.Context, x *asked) error {
	ctx = w.units[x.Unit].staff[overseer].as(ctx)
	if _, err := w.Keeping.Open(ctx, x.made.Province, x.made.ID, x.Why); err != nil {
		return words(err)
	}
	return words(w.Keeping.Answer(ctx, x.made.Province, x.made.ID, x.Answer))
}
