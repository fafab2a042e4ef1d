package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"yangguang/agency"
	"yangguang/demo"
	"yangguang/disclosure/export"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/site"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/texts"
)

// demoSeed makes the demonstration the same wherever it is made.
const demoSeed = 20081

// demonstrate serves a year of fictional data, which it makes the first time.
func demonstrate(ctx context.Context, args []string, out io.Writer) error {
	c := &config{}
	fs := newFlags("demo", c)
	serveFlags(fs, c)
	townships := fs.Int("townships", 0, "how many of the county's townships take part, with their villages, when the data is made; 0 for all")
	if err := parse(fs, args, out); err != nil {
		return helpIsNoError(err)
	}
	if *townships < 0 {
		return usageError{fmt.Errorf("--townships %d: give a number of townships, or 0 for all", *townships)}
	}
	c.asDemo()
	c.phone.passOn(fs)
	if err := c.phone.readScript(); err != nil {
		return err
	}
	if err := c.callFromHere(); err != nil {
		return err
	}
	c.copyWhenAsked()
	whole, err := demo.Whole(c.Data)
	if err != nil {
		return err
	}
	if !whole {
		if err := makeDemo(ctx, c, *townships, os.Stderr); err != nil {
			return err
		}
	}
	h, err := open(ctx, c, clock.System(), true, os.Stderr)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	if err := h.showAccounts(os.Stderr); err != nil {
		return err
	}
	return h.serve(ctx, out)
}

// makeDemo lives the year with a clock of its own, then closes the store.
func makeDemo(ctx context.Context, c *config, townships int, progress io.Writer) error {
	began := time.Now()
	if err := demo.Begin(c.Data); err != nil {
		return err
	}
	fake := clock.NewFake(demo.Opening(began))
	same := *c
	same.Outside = outside{} // the same data on every machine, whatever it has installed
	h, err := open(ctx, &same, fake, true, progress)
	if err != nil {
		return err
	}
	if err := h.nobodysHome(ctx); err != nil {
		return errors.Join(err, h.close())
	}
	imported := time.Since(began)
	rep, err := demo.Seed(ctx, demo.Options{Disclosure: h.disclosure, Agencies: h.agencies, Accounts: h.accounts, Importer: h.importer, Keeping: h.keeping, Requests: h.requests, Answers: h.answers, Yearly: h.yearly, Casework: h.casework, Outcomes: h.outcomes, Knowledge: h.knowledge, Hotline: h.hotline, Records: &demo.Records{Recordings: h.recordings, Trainings: h.trainings, Rosters: h.rosters, Studio: h.studio, Text: h.textOnce},
		Clock: fake, Until: began, Seed: demoSeed, Townships: townships, Progress: progress})
	if err == nil {
		err = errors.Join(h.links.Run(ctx), h.reviews.DrawAll(ctx)) // as each night does: the self-check has something to tell, and a call waits to be reviewed
	}
	if err != nil {
		_ = h.close()
		return err
	}
	if err := h.close(); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(progress, "demonstration: %d units, %d people, %d items; %.1f s, of which divisions %.1f s\n", rep.Units, rep.People, rep.Items,
		time.Since(began).Seconds(), imported.Seconds())
	return demo.Finish(c.Data)
}

// nobodysHome refuses a database that holds anything: the demonstration may be
// given one, and must not be mixed with what an office keeps there.
func (h *house) nobodysHome(ctx context.Context) error {
	return h.db.Read(ctx, func(tx *db.Tx) error {
		n, err := agency.Count(tx, agency.Filter{})
		if err == nil && n > 0 {
			err = usageError{errors.New("the demonstration is made in an empty database: give --database one without units, or leave it out")}
		}
		return err
	})
}

// showAccounts prints the accounts a visitor may try and shows them on the
// sign-in page.
func (h *house) showAccounts(out io.Writer) error {
	accounts, err := demo.Accounts()
	if err != nil {
		return err
	}
	for _, a := range accounts {
		h.site.DemoAccounts = append(h.site.DemoAccounts, site.DemoAccount{Role: a.Role, Login: a.Login, Password: a.Password})
		if _, err := fmt.Fprintf(out, "account %-14s %s  %s\n", a.Login, a.Password, a.Role); err != nil {
			return err
		}
	}
	return nil
}

// copyWhenAsked lets the demonstration's administrator have a static copy made
// at the desk, beside the data: of the county's department alone, in the usual
// way of showing pages, since a visitor waits for it. None is made by itself.
func (c *config) copyWhenAsked() {
	if c.copy.Dir == "" {
		c.copy.Dir, c.copy.Every, c.copy.Modes = filepath.Join(c.Data, "copy"), 0, export.AllModes[:1]
		c.copy.Unit = demo.County.Short() + "/wjj"
	}
}

// callFromHere lets this machine alone call the demonstration's number, from
// 127.0.0.2 as `yangguang phone call` does: there is no line to the network.
func (c *config) callFromHere() error {
	if !c.phone.On || c.phone.Trunks != "" {
		return nil
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	path := filepath.Join(c.Data, "demo-trunks.yaml")
	c.phone.given = append(c.phone.given, "--trunks="+path)
	return os.WriteFile(path, []byte("trunks:\n  - {name: here, from: [127.0.0.2/32], proxy: 127.0.0.2}\n"), 0o600)
}

// asDemo fills in what the demonstration says of itself where nothing was
// set: the site of one county's fictional bureau.
func (c *config) asDemo() {
	if c.Home == agency.Nation {
		c.Home = demo.County
	}
	for _, x := range []struct {
		to       *string
		unset, v string
	}{
		{&c.SiteName, defaultSiteName, "永春县阳光公开平台"}, {&c.SiteNameEn, defaultSiteNameEn, "Yangguang of Yongchun County"},
		{&c.Organiser, "", "永春县卫生健康局（演示）"}, {&c.OrganiserEn, "", "Health Bureau of Yongchun County (demonstration)"},
		{&c.Contact, "", "电话 000-0000，工作日 8:00—17:30（演示）"}, {&c.ContactEn, "", "Telephone 000-0000, working days 8:00 to 17:30 (demonstration)"},
		{&c.IDCode, "", "bm00000000"},
	} {
		if *x.to == x.unset {
			*x.to = x.v
		}
	}
}

// textOnce has somebody text a line of the demonstration.
func (h *house) textOnce(manager context.Context, line hotline.Ref, to, from, said string) error {
	if err := h.texts.SetNumber(manager, line, to); err != nil {
		return err
	}
	_, err := h.texts.Receive(account.With(manager, nil), texts.In{ID: "demo-1", From: from, To: to, Text: said})
	return err
}
