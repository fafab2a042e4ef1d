package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/demo"
	"yangguang/disclosure"
	"yangguang/disclosure/export"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
)

// copying are the settings of static copies.
type copying struct {
	Dir, Address string
	Unit         string // the address of one unit to copy alone; "" for the whole site
	Langs        []i18n.Lang
	Modes        []string
	Every        time.Duration
	Compress     bool
}

// copyFlags declares the settings of the copy serve makes regularly.
func copyFlags(fs *flag.FlagSet, c *copying) {
	fs.StringVar(&c.Dir, "export-dir", "", "folder of a static copy that is kept up to date")
	fs.DurationVar(&c.Every, "export-every", time.Hour, "how often the copy is brought up to date; 0 for only when asked at the desk")
	fs.StringVar(&c.Address, "export-address", "", "public address of the copy, for its site map and feeds")
	c.wayFlags(fs, "export-")
	fs.BoolVar(&c.Compress, "export-compress", false, "write .gz and .br beside each text file")
}

// wayFlags declares in which languages and ways pages are copied.
func (c *copying) wayFlags(fs *flag.FlagSet, prefix string) {
	c.Langs, c.Modes = []i18n.Lang{i18n.ZH, i18n.EN}, export.AllModes
	fs.Func(prefix+"lang", "languages of the copy (default zh,en)", func(s string) error {
		c.Langs = nil
		for _, l := range splitList(s) {
			lang, ok := map[string]i18n.Lang{"zh": i18n.ZH, "en": i18n.EN}[l]
			if !ok {
				return fmt.Errorf("there is no language %q; a copy has zh, en or both", l)
			}
			c.Langs = append(c.Langs, lang)
		}
		return nil
	})
	fs.Func(prefix+"modes", "ways of showing its pages: all, elder (usual and 适老版), standard (default all)", func(s string) error {
		n, ok := map[string]int{"all": len(export.AllModes), "elder": 2, "standard": 1}[s]
		if !ok {
			return fmt.Errorf("%q is none of all, elder, standard", s)
		}
		c.Modes = export.AllModes[:n]
		return nil
	})
}

// copyOptions are the options of a copy of this installation.
func (h *house) copyOptions() export.Options {
	c := &h.c.copy
	return export.Options{Dir: c.Dir, Unit: c.Unit, Home: h.c.Home, Langs: c.Langs, Modes: c.Modes, Base: h.c.Domain, Address: c.Address, Domain: h.c.Domain, Compress: c.Compress, Workers: 1, Ended: h.ended}
}

// ended are the addresses of what was taken down within the site's home.
func (h *house) ended(ctx context.Context) (out []string, err error) {
	q := disclosure.Query{Within: h.c.Home, Ended: true, Limit: disclosure.MaxList}
	for {
		var rows []disclosure.Row
		if err := h.db.Read(ctx, func(tx *db.Tx) (err error) {
			rows, err = disclosure.List(tx, q)
			return err
		}); err != nil {
			return nil, err
		}
		for i := range rows {
			if rows[i].State == disclosure.ItemTakenDown {
				out = append(out, rows[i].Href())
			}
		}
		if len(rows) < disclosure.MaxList {
			return out, nil
		}
		q.Before = rows[len(rows)-1].After()
	}
}

func (h *house) wireCopies() {
	h.copies = &export.Copies{DB: h.db, Front: h.front, Options: h.copyOptions(), Every: h.c.copy.Every}
	if h.copies.Every > 0 {
		h.copies.Every = max(h.copies.Every, time.Minute)
	}
	h.copies.Join(h.front)
	h.accounts.Register(export.Verbs()...)
}

// exportCommand writes a static copy once.
func exportCommand(ctx context.Context, args []string, out io.Writer) error {
	c := &config{}
	fs := newFlags("export", c)
	siteFlags(fs, c)
	c.copy.wayFlags(fs, "")
	fs.StringVar(&c.copy.Address, "address", "", "public address of the copy, such as https://copy.example.gov.cn, for its site map and feeds")
	fs.BoolVar(&c.copy.Compress, "compress", false, "write .gz and .br beside each text file")
	division := fs.String("division", "", "code of the division to copy; the site's home when not given")
	units := fs.String("agency", "", "copy this unit alone, such as 350525/bureau; with --template several, comma separated")
	base := fs.String("base", "", "address of the site itself, for what needs a server; the domain when not given")
	template := fs.String("template", "", "page of another site: make only the units' columns, to live inside it")
	in := export.TemplateSite{}
	fs.StringVar(&in.Name, "template-site", "", "name of that site, for its SiteName tag")
	fs.StringVar(&in.Domain, "template-domain", "", "its SiteDomain tag")
	fs.StringVar(&in.IDCode, "template-id-code", "", "its 网站标识码")
	dir := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		dir, args = args[0], args[1:]
	}
	if err := parse(fs, args, out); err != nil {
		return helpIsNoError(err)
	}
	if dir == "" && fs.NArg() == 1 {
		dir = fs.Arg(0)
	}
	if dir == "" {
		return usageError{errors.New("usage: yangguang export DIR --data DIR [--division CODE] [--agency PATH] [--base URL] [--template FILE]")}
	}
	if *base != "" && c.Domain == "" {
		c.Domain = *base
	}
	if *division != "" {
		code, err := agency.ParseCode(*division)
		if err != nil {
			return usageError{fmt.Errorf("%q is not a division code of 2, 4, 6, 9 or 12 digits", *division)}
		}
		c.Home = code
	}
	// A demonstration's copy is marked as one, as its pages are.
	isDemo, err := demo.Whole(c.Data)
	if err != nil {
		return err
	}
	if isDemo && c.Database == "" {
		c.asDemo()
	}
	h, err := open(ctx, c, clock.System(), isDemo, os.Stderr)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	o := h.copyOptions()
	o.Dir, o.Base, o.Workers, o.Progress, o.Now = dir, c.Domain, runtime.GOMAXPROCS(0), out, h.db.Clock().Now()
	if *base != "" {
		o.Base = *base
	}
	if err := columnOptions(&o, splitList(*units), *template, in); err != nil {
		return err
	}
	rep, err := export.Make(ctx, h.app, o)
	if err != nil {
		return err
	}
	for _, a := range rep.Missing {
		_, _ = fmt.Fprintln(out, "left out, since the site does not have it:", a)
	}
	_, err = fmt.Fprintf(out, "%s: %s\n", dir, rep)
	return err
}

// columnOptions says whether the copy is of the site, of a unit, or of columns.
func columnOptions(o *export.Options, units []string, template string, in export.TemplateSite) error {
	for _, u := range units {
		division, slug, _ := strings.Cut(u, "/")
		if _, err := agency.ParseCode(division); err != nil || slug == "" {
			return usageError{fmt.Errorf("--agency %q: say it as in the unit's address, such as 350525/bureau", u)}
		}
	}
	if template == "" {
		if len(units) > 1 {
			return usageError{errors.New("one --agency at a time, or a --template for several columns")}
		}
		o.Unit = strings.Join(units, "")
		return nil
	}
	b, err := os.ReadFile(template)
	if err != nil {
		return fmt.Errorf("read the template: %w", err)
	}
	if o.Columns, err = export.ParseTemplate(b); err != nil {
		return err
	}
	o.Columns.Site, o.Units = in, units
	return nil
}
