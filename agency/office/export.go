package office

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// export gives the chosen lines as a workbook. It needs a reason and the second
// factor just shown, and is itself written into the book before it is given.
func (o *Office) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	reason := strings.TrimSpace(r.PostForm.Get("reason"))
	f, err := o.bookFilter(r)
	if err == nil && reason == "" {
		err = wrong("reason", "reason_missing")
	}
	if err != nil {
		return o.showBook(w, r, nothing, err)
	}
	if err := account.From(ctx).NeedStepUp(o.Clock.Now()); err != nil {
		return err
	}
	var rows [][]ui.Cell
	err = o.DB.Write(ctx, func(tx *db.Tx) error {
		ls, _, err := newReader(account.From(ctx), f.Province).lines(tx, f, bookExport)
		if err != nil {
			return err
		}
		if rows, err = bookRows(tx, ls); err != nil {
			return err
		}
		who := account.From(ctx)
		return audit.Append(tx, audit.Entry{Province: f.Province, Person: who.Person, Login: who.Login, Agency: who.Home.Agency,
			Verb: "office.export_audit", Object: id(f.Province), Reason: reason, Detail: strconv.Itoa(len(rows)) + " lines"})
	})
	if err != nil {
		return err
	}
	b, err := workbook(ctx, o.Front.Demo, columns(ctx, "number", "when", "who", "did", "object", "unit", "reason"), rows)
	if err != nil {
		return err
	}
	return web.Download(w, say(ctx, "export_file")+".xlsx", xlsxType, b)
}

// workbook writes rows of text; nothing in it is ever a formula.
func workbook(ctx context.Context, demo bool, cols []ui.Column, rows [][]ui.Cell) (out []byte, err error) {
	x := excelize.NewFile()
	defer func() { err = firstErr(err, x.Close()) }()
	const sheet = "Sheet1"
	at := 1
	put := func(col int, s string) error {
		cell, err := excelize.CoordinatesToCellName(col, at)
		if err != nil {
			return err
		}
		if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
			s = "'" + s
		}
		return x.SetCellStr(sheet, cell, s)
	}
	if demo {
		if err := put(1, i18n.T(ctx, "ui.demo")); err != nil {
			return nil, err
		}
		at++
	}
	for i, c := range cols {
		if err := put(i+1, c.Title); err != nil {
			return nil, err
		}
	}
	for _, row := range rows {
		at++
		for i, c := range row {
			if err := put(i+1, c.Text); err != nil {
				return nil, err
			}
		}
	}
	var b bytes.Buffer
	err = x.Write(&b)
	return b.Bytes(), err
}

// query is the address of the page with one thing changed.
func query(path string, vals url.Values, key, value string) string {
	q := url.Values{}
	for k, v := range vals {
		q[k] = v
	}
	q.Set(key, value)
	return path + "?" + q.Encode()
}
