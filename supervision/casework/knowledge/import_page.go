package knowledge

import (
	"io"
	"net/http"
	"strconv"

	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// importPage takes articles from a sheet.
type importPage struct {
	Unit, File ui.Input
	Errors     ui.Errors
	Problems   ui.Grid
	Template   string
}

func (k *Knowledge) importForm(w http.ResponseWriter, r *http.Request) error {
	return k.showImport(w, r, http.StatusOK, nil, nil)
}

func (k *Knowledge) showImport(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, problems []Problem) error {
	ctx := r.Context()
	p := importPage{Errors: bad, Template: href(ctx, deskRoot, "/template.xlsx")}
	p.Unit = ui.Input{Name: "unit", Label: word(ctx, "owner"), Value: r.PostFormValue("unit")}
	p.File = ui.Input{Name: "file", Label: word(ctx, "file"), Help: word(ctx, "file_help", maxRows), Accept: ".xlsx", Error: bad.Of(ctx, "file")}
	if err := k.DB.Read(ctx, func(tx *db.Tx) error {
		units, err := unitsOf(tx, account.From(ctx).Scope(Writing))
		for _, u := range units {
			p.Unit.Options = append(p.Unit.Options, ui.Option{Value: itoa(u.ID), Text: u.Name})
		}
		return err
	}); err != nil {
		return err
	}
	p.Problems = ui.Grid{Caption: word(ctx, "problems", len(problems)), Cards: true, Columns: []ui.Column{{Title: word(ctx, "row")}, {Title: word(ctx, "column")}, {Title: word(ctx, "problem")}}}
	for _, x := range problems {
		p.Problems.Rows = append(p.Problems.Rows, ui.Text(word(ctx, "row_n", strconv.Itoa(x.Row)), word(ctx, "f_"+x.Column), i18n.T(ctx, x.Key, x.Args...)))
	}
	f := k.deskFrame(r, word(ctx, "import"), ui.Link{Text: word(ctx, "import")})
	f.Lead = word(ctx, "import_lead")
	return web.Render(w, r, status, importView(f, p))
}

func (k *Knowledge) doImport(w http.ResponseWriter, r *http.Request) error {
	unit, err := web.Int64(r.PostForm.Get("unit"))
	if err != nil {
		return err
	}
	b, err := uploaded(r)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return k.showImport(w, r, http.StatusUnprocessableEntity, bad, nil)
	}
	if err != nil {
		return err
	}
	_, problems, err := k.Import(r.Context(), unit, b)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return k.showImport(w, r, http.StatusUnprocessableEntity, bad, nil)
	}
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return k.showImport(w, r, http.StatusUnprocessableEntity, nil, problems)
	}
	return web.See(w, r, deskRoot+"?show="+showMine+"&state="+Draft)
}

// uploaded reads the sheet that was sent.
func uploaded(r *http.Request) ([]byte, error) {
	f, head, err := r.FormFile("file")
	if err != nil {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "knowledge.need_file"})
	}
	defer func() { _ = f.Close() }()
	if head.Size > maxSheet {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "knowledge.file_too_large", Args: []any{maxSheet >> 20}})
	}
	return io.ReadAll(io.LimitReader(f, maxSheet))
}
