package coverage

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// workbook is the page as a workbook: each table a sheet, the definitions among
// them, and the mark of demonstration data on every one.
func (c *Coverage) workbook(w http.ResponseWriter, r *http.Request) error {
	pg, err := c.read(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	c.fill(ctx, pg)
	b, err := c.write(ctx, pg)
	if err != nil {
		return err
	}
	return web.Download(w, t(ctx, "coverage.title", pg.Name)+" "+pg.At.On.String()+".xlsx", xlsx, b)
}

func (c *Coverage) write(ctx context.Context, pg *page) (out []byte, err error) {
	x := excelize.NewFile()
	defer func() { err = errors.Join(err, x.Close()) }()
	defs := ui.Grid{Caption: t(ctx, "coverage.definitions"), Columns: []ui.Column{{Title: t(ctx, "coverage.definitions")}, {}, {}}}
	for _, d := range define(ctx) {
		for _, p := range d.Pairs {
			defs.Rows = append(defs.Rows, ui.Text(d.Title, p.Term, p.Text))
		}
	}
	defs.Rows = append(defs.Rows, ui.Text(t(ctx, "coverage.def_small_title"), "", t(ctx, "coverage.small_note")), ui.Text("", "", pg.Bands), ui.Text("", "", t(ctx, "coverage.unranked")))
	for i, s := range []struct {
		key  string
		grid ui.Grid
	}{{"below", pg.Below}, {"bearers", pg.Bearers}, {"categories", pg.Categories}, {"trend", pg.TrendTable}, {"units", pg.Units}, {"definitions", defs}} {
		name := t(ctx, "coverage.sheet_"+s.key)
		if i == 0 {
			err = x.SetSheetName("Sheet1", name)
		} else {
			_, err = x.NewSheet(name)
		}
		if err != nil {
			return nil, err
		}
		if err := c.sheet(ctx, x, name, pg, s.grid); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	err = x.Write(&b)
	return b.Bytes(), err
}

// sheet writes one table below its heading. Text stays text, never a formula.
func (c *Coverage) sheet(ctx context.Context, x *excelize.File, name string, pg *page, g ui.Grid) error {
	at := 0
	put := func(row []string) error {
		at++
		for i, s := range row {
			cell, err := excelize.CoordinatesToCellName(i+1, at)
			if err != nil {
				return err
			}
			if n, ok := number(s); ok {
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
	head := g.Caption + "  " + i18n.Date(ctx, pg.At.On)
	if c.Front.Demo {
		head += "  " + t(ctx, "ui.demo")
	}
	if err := put([]string{head}); err != nil {
		return err
	}
	titles := make([]string, len(g.Columns))
	for i, col := range g.Columns {
		titles[i] = col.Title
	}
	if err := put(titles); err != nil {
		return err
	}
	rows := g.Rows
	if len(g.Foot) > 0 {
		rows = append(append([][]ui.Cell{}, rows...), g.Foot)
	}
	for _, row := range rows {
		words := make([]string, len(row))
		for i, cell := range row {
			words[i] = cell.Text
		}
		if err := put(words); err != nil {
			return err
		}
	}
	return errors.Join(x.SetColWidth(name, "A", "A", 36), x.SetColWidth(name, "B", "J", 16))
}

// number reads a count as the tables show it.
func number(s string) (int64, bool) {
	n, err := strconv.ParseInt(strings.ReplaceAll(s, ",", ""), 10, 64)
	return n, err == nil
}

func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
