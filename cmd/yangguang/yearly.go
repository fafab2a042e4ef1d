package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"yangguang/demo"
	"yangguang/disclosure/inforequest/yearly"
	"yangguang/internal/i18n"
	"yangguang/norm"
)

// wireYearly joins the yearly report. Its tables 3 and 4 are counted from the
// requests the platform holds; the demonstration adds what was answered before
// it opened, which is made up.
func (h *house) wireYearly(demonstration bool) {
	h.yearly = &yearly.Yearly{DB: h.db, Front: h.front, Norm: h.norm, Facts: yearlyFacts}
	if demonstration {
		h.yearly.Facts = bothFacts(yearlyFacts, demo.YearlyFacts(h.norm.Requests))
	}
	h.yearly.Join(h.front)
	h.accounts.Register(yearly.Verbs()...)
}

// checkReport reads a published yearly report and prints what contradicts
// itself; with the report of the year before, also what does not join.
func checkReport(_ context.Context, args []string, out io.Writer) error {
	if len(args) < 1 || len(args) > 2 {
		return usageError{errors.New("usage: yangguang check-report FILE [FILE OF THE YEAR BEFORE], each HTML or XLSX")}
	}
	if err := i18n.Load(locales()...); err != nil {
		return err
	}
	var files [2][]byte
	for i, path := range args {
		b, err := readSome(path)
		if err != nil {
			return err
		}
		files[i] = b
	}
	form := yearly.FormOf(norm.Builtin().Requests)
	v, err := form.Judge(files[0], files[1])
	if err != nil {
		return explain(err)
	}
	for _, line := range form.Lines(i18n.With(context.Background(), i18n.EN), v) {
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	if !v.Sound() {
		return fmt.Errorf("the report does not hold: %d contradictions, %d cells or rows that could not be read", len(v.Violations), len(v.Findings))
	}
	_, err = fmt.Fprintln(out, "every identity of the report holds")
	return err
}

// readSome reads a file no further than a report may be long.
func readSome(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, yearly.MaxReport+1))
}
