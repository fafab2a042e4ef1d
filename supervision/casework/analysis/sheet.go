package analysis

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"yangguang/internal/ui"
	"yangguang/internal/web"
)

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func (s *Analysis) statisticsBook(w http.ResponseWriter, r *http.Request) error {
	v, err := s.publicView(r)
	if err != nil {
		return err
	}
	return s.book(w, r, v)
}

func (s *Analysis) figuresBook(w http.ResponseWriter, r *http.Request) error {
	v, err := s.deskView(r)
	if err != nil {
		return err
	}
	return s.book(w, r, v)
}

// book is a page of figures as a workbook: each table a sheet, the definitions
// and what is left out among them.
func (s *Analysis) book(w http.ResponseWriter, r *http.Request, v *view) error {
	ctx := r.Context()
	b, err := s.workbook(ctx, v)
	if err != nil {
		return err
	}
	return web.Download(w, word(ctx, "title", v.name)+" "+v.p.key()+".xlsx", xlsx, b)
}

func (s *Analysis) workbook(ctx context.Context, v *view) (out []byte, err error) {
	x := excelize.NewFile()
	defer func() { err = errors.Join(err, x.Close()) }()
	head := word(ctx, "title", v.name) + "  " + v.p.said(ctx)
	if s.Front.Demo {
		head += "  " + word(ctx, "demo")
	}
	first := true
	add := func(name string, g ui.Grid) error {
		var err error
		if first {
			err, first = x.SetSheetName("Sheet1", name), false
		} else {
			_, err = x.NewSheet(name)
		}
		return errors.Join(err, fillSheet(x, name, head, g))
	}
	grids := s.board(ctx, v).grids()
	for _, id := range gridOrder {
		if err := add(word(ctx, "sheet_"+id), grids[id]); err != nil {
			return nil, err
		}
	}
	defs := ui.Grid{Caption: word(ctx, "definitions"), Columns: []ui.Column{{Title: word(ctx, "what")}, {}, {}}}
	for _, d := range define(ctx) {
		for _, p := range d.Pairs {
			defs.Rows = append(defs.Rows, ui.Text(d.Title, p.Term, p.Text))
		}
	}
	for _, id := range []string{"rollup", "na", "change", "hidden", "small", "unranked"} {
		defs.Rows = append(defs.Rows, ui.Text(word(ctx, "rule_"+id, s.Norm.Coverage.Small), "", ""))
	}
	if err := add(word(ctx, "sheet_definitions"), defs); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = x.Write(&b)
	return b.Bytes(), err
}

// fillSheet writes one table below its heading. Text stays text, never a formula.
func fillSheet(x *excelize.File, name, head string, g ui.Grid) error {
	at := 0
	put := func(row []string) error {
		at++
		for i, s := range row {
			cell, err := excelize.CoordinatesToCellName(i+1, at)
			if err != nil {
				return err
			}
			if n, e := strconv.ParseInt(strings.ReplaceAll(s, ",", ""), 10, 64); e == nil {
				err = x.SetCellInt(name, cell, n)
			} else {
				err = x.SetCellStr(name, cell, plain(s))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	titles := make([]string, len(g.Columns))
	for i, c := range g.Columns {
		titles[i] = c.Title
	}
	for _, row := range append([][]string{{head}, {g.Caption}, titles}, texts(g)...) {
		if err := put(row); err != nil {
			return err
		}
	}
	return errors.Join(x.SetColWidth(name, "A", "A", 36), x.SetColWidth(name, "B", "J", 18))
}

// texts are the words of a table.
func texts(g ui.Grid) (out [][]string) {
	for _, row := range g.Rows {
		words := make([]string, len(row))
		for i, c := range row {
			words[i] = c.Text
		}
		out = append(out, words)
	}
	return out
}

func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
