package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"yangguang/demo/nation"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/supervision/casework/analysis"
)

// load fills an empty database with a nation of fictional units, for trials of
// scale.
func load(ctx context.Context, args []string, out io.Writer) error {
	c := &config{}
	fs := newFlags("load", c)
	whole := fs.Bool("nation", false, "load every division's unit, what it owes and a million items, all fictional")
	scale := fs.Float64("scale", 1, "a part of the nation, as whole counties: 0.01")
	if err := parse(fs, args, out); err != nil {
		return helpIsNoError(err)
	}
	if !*whole {
		return usageError{errors.New("say what to load: yangguang load --nation [--scale 0.01] --data FOLDER")}
	}
	if *scale <= 0 || *scale > 1 {
		return usageError{errors.New("--scale is a part of the nation, above 0 and at most 1")}
	}
	h, err := open(ctx, c, clock.System(), true, out)
	if err != nil {
		return err
	}
	began := time.Now()
	rep, err := nation.Load(ctx, nation.Options{DB: h.db, Catalogue: h.catalogue, Disclosure: h.disclosure, Scale: *scale, Seed: demoSeed, Progress: out})
	if err == nil {
		_, err = fmt.Fprintf(out, "nation: %d units, %d obligations, %d items in %.0f s; all fictional\n", rep.Units, rep.Dues, rep.Items, time.Since(began).Seconds())
	}
	return errors.Join(err, h.close())
}

// recount counts coverage anew. It runs beside a server.
func recount(ctx context.Context, args []string, out io.Writer) error {
	c := &config{}
	if err := parse(newFlags("recount", c), args, out); err != nil {
		return helpIsNoError(err)
	}
	d, err := db.Open(ctx, db.Options{Dir: c.Data, URL: c.Database, Node: c.Node})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	mended, err := catalogue.Recount(ctx, d)
	for _, m := range mended {
		if _, err := fmt.Fprintf(out, "%s: %d counters were wrong and are mended\n", m.Place, m.Cells); err != nil {
			return err
		}
	}
	if err == nil && len(mended) == 0 {
		_, err = fmt.Fprintln(out, "every counter says what the obligations say")
	}
	if err != nil {
		return err
	}
	return recountMatters(ctx, d, out)
}

// recountMatters holds the sums of casework against the matters.
func recountMatters(ctx context.Context, d *db.DB, out io.Writer) error {
	r, err := (&analysis.Analysis{DB: d}).Recount(ctx)
	if err != nil {
		return err
	}
	for _, x := range r.Differences {
		if _, err := fmt.Fprintln(out, x); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "%d matters counted; %d were counted as something they are not, %d sums differed and are mended\n", r.Matters, r.Stale, len(r.Differences))
	return err
}
