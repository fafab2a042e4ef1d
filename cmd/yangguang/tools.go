package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/norm"
)

func migrate(ctx context.Context, args []string, out io.Writer) error {
	c := &config{}
	if err := parse(newFlags("migrate", c), args, out); err != nil {
		return helpIsNoError(err)
	}
	h, err := open(ctx, c, clock.System(), false, out)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "the database is up to date")
	return errors.Join(err, h.close())
}

func normCommand(_ context.Context, args []string, out io.Writer) error {
	if len(args) != 2 || args[0] != "check" {
		return usageError{errors.New("usage: yangguang norm check FILE")}
	}
	b, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	if !norm.Check(args[1], b, out) {
		return errors.New("the profile is not valid; nothing was changed")
	}
	_, err = fmt.Fprintln(out, "the profile is valid")
	return err
}

// verifyBooks reads the audit book of the nation and of each province.
func verifyBooks(ctx context.Context, d *db.DB, out io.Writer) error {
	for province := int64(0); province < 100; province++ {
		r, err := audit.Verify(ctx, d, province)
		if err != nil {
			return err
		}
		switch {
		case r.Wrong != 0:
			return fmt.Errorf("the audit book of province %d is wrong at line %d (%s): somebody changed it outside the program", province, r.Wrong, r.Fault)
		case r.Lines > 0:
			if _, err := fmt.Fprintf(out, "audit book of province %d: %d lines in order\n", province, r.Lines); err != nil {
				return err
			}
		}
	}
	return nil
}

func userCommand(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || args[0] != "add" && args[0] != "freeze" {
		return usageError{errors.New("usage: yangguang user add|freeze --data DIR --login NAME [--name 姓名 --division CODE --agency ID --verb VERB,…]")}
	}
	c := &config{}
	fs := newFlags("user "+args[0], c)
	login := fs.String("login", "", "sign-in name")
	name := fs.String("name", "", "name of the person")
	division := fs.String("division", "0", "division the grants reach")
	unit := fs.Int64("agency", 0, "only this agency; 0 for every agency of the division")
	verbs := fs.String("verb", account.Managing, "grants, comma separated")
	if err := parse(fs, args[1:], out); err != nil {
		return helpIsNoError(err)
	}
	if *login == "" {
		return usageError{errors.New("name the account with --login")}
	}
	d, keys, err := store(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	accounts := account.New(account.Options{DB: d, Keys: keys})
	accounts.Register(allVerbs()...)
	ctx = account.AsSystem(ctx)
	if args[0] == "freeze" {
		return explain(accounts.FreezeNamed(ctx, *login, "command line"))
	}
	code, err := agency.ParseCode(*division)
	if err != nil || *name == "" {
		return usageError{errors.New("give --name, and a --division of 2, 4, 6, 9 or 12 digits, or 0")}
	}
	m := account.NewMember{Name: *name, Login: *login, Home: account.Target{Agency: *unit, Division: int64(code)}}
	lo, hi := code.Range()
	for _, v := range splitList(*verbs) {
		m.Grants = append(m.Grants, account.Grant{Verb: v, Agency: *unit, Lo: int64(lo), Hi: int64(hi)})
	}
	slips, err := accounts.Onboard(ctx, []account.NewMember{m})
	if err != nil {
		return explain(err)
	}
	_, err = fmt.Fprintf(out, "account %s is ready to be opened at /activate with this code, good until %s:\n%s\n",
		*login, slips[0].Expires.In(clock.Shanghai).Format("2006-01-02 15:04"), slips[0].Code)
	return err
}

// store opens database and keys for a command that changes accounts.
func store(ctx context.Context, c *config) (*db.DB, *secret.Keys, error) {
	if err := i18n.Load(locales()...); err != nil {
		return nil, nil, err
	}
	d, err := db.Open(ctx, db.Options{Dir: c.Data, URL: c.Database, Node: c.Node})
	if err != nil {
		return nil, nil, err
	}
	keys, err := keysIn(c.Data)
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	if err := d.Migrate(ctx, migrations()...); err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	return d, keys, nil
}

// explain turns a refusal into its English sentence.
func explain(err error) error {
	if err == nil || fault.KindOf(err) == fault.Internal {
		return err
	}
	ctx := i18n.With(context.Background(), i18n.EN)
	for _, f := range fault.FieldsOf(err) {
		return errors.New(f.Name + ": " + i18n.T(ctx, f.Key, f.Args...))
	}
	key, args, _ := fault.Sentence(err)
	return errors.New(i18n.T(ctx, key, args...))
}

func splitList(s string) []string {
	var out []string
	for _, v := range strings.Split(s, ",") {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

func agencyCommand(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || args[0] != "import" && args[0] != "template" {
		return usageError{errors.New("usage: yangguang agency template --to FILE, then yangguang agency import --data DIR --from FILE")}
	}
	c := &config{}
	fs := newFlags("agency "+args[0], c)
	from := fs.String("from", "", "filled-in workbook (.xlsx)")
	to := fs.String("to", "agencies.xlsx", "where to write the empty workbook, or the report of problems")
	if err := parse(fs, args[1:], out); err != nil {
		return helpIsNoError(err)
	}
	if args[0] == "template" {
		return writeTemplate(*to)
	}
	h, err := open(ctx, c, clock.System(), false, out)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	return h.importAgencies(ctx, *from, *to, out)
}

func writeTemplate(path string) error {
	if err := i18n.Load(locales()...); err != nil {
		return err
	}
	return writeFile(path, func(w io.Writer) error { return agency.AgencyTemplate(context.Background(), w) })
}

func writeFile(path string, f func(io.Writer) error) error {
	w, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(f(w), w.Close())
}

func (h *house) importAgencies(ctx context.Context, from, to string, out io.Writer) error {
	f, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("open the workbook (name it with --from): %w", err)
	}
	defer func() { _ = f.Close() }()
	rep, err := h.agencies.ImportAgencies(ctx, agency.Import{}, f)
	if err != nil {
		return explain(err)
	}
	if !rep.OK() {
		if err := writeFile(to, func(w io.Writer) error { return rep.Write(ctx, w) }); err != nil {
			return err
		}
		return fmt.Errorf("%d problems, nothing was imported; %s shows each beside its row", len(rep.Problems), to)
	}
	n, err := h.catalogue.SyncAll(ctx, h.db)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s; %d agencies have their obligations\n", rep, n)
	return err
}
