package desk

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
)

// upload is the file of a field; none gives a refusal beside the field.
func upload(r *http.Request, name string) (multipart.File, *multipart.FileHeader, error) {
	missing := fault.Fields(fault.Field{Name: name, Key: "desk.need_file"})
	if r.MultipartForm == nil || len(r.MultipartForm.File[name]) == 0 {
		return nil, nil, missing
	}
	h := r.MultipartForm.File[name][0]
	if h.Filename == "" {
		return nil, nil, missing
	}
	f, err := h.Open()
	return f, h, err
}

func hasFile(r *http.Request) bool {
	return r.MultipartForm != nil && len(r.MultipartForm.File["file"]) > 0 && r.MultipartForm.File["file"][0].Filename != ""
}

// attach adds the chosen files to the draft; the gate reads each first.
func (d *Desk) attach(r *http.Request, v *disclosure.Version) error {
	if !hasFile(r) {
		return fault.Fields(fault.Field{Name: "file", Key: "desk.need_file"})
	}
	for _, h := range r.MultipartForm.File["file"] {
		if err := d.attachOne(r, v, h); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) attachOne(r *http.Request, v *disclosure.Version, h *multipart.FileHeader) error {
	f, err := h.Open()
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	_, err = d.Disclosure.Attach(r.Context(), v.Province, v.ID, h.Filename, strings.TrimSpace(r.PostForm.Get("file_note")), f)
	return err
}

// readSheet takes a filled-in template; what is wrong is said cell by cell,
// and what could be read is kept.
func (d *Desk) readSheet(r *http.Request, id string) (wrong []string, data form.Data, err error) {
	nf := d.normForm(id)
	if nf == nil {
		return nil, data, fault.Say(fault.Invalid, "desk.no_form")
	}
	f, _, err := upload(r, "sheet")
	if err != nil {
		return nil, data, err
	}
	defer func() { _ = f.Close() }()
	data, errs := form.Read(*nf, f)
	for _, e := range errs {
		wrong = append(wrong, e.Text(r.Context()))
	}
	return wrong, data, nil
}

// template is the version's form as an empty spreadsheet.
func (d *Desk) template(w http.ResponseWriter, r *http.Request) error {
	s, err := d.open(r)
	if err != nil {
		return err
	}
	nf := d.normForm(s.Version.Form)
	if nf == nil {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	b, err := form.Template(*nf, i18n.LangOf(r.Context()), d.Front.Demo)
	if err != nil {
		return err
	}
	return web.Download(w, nf.Title.In(r.Context())+".xlsx", xlsxType, b)
}

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// filled is the version's form with what was filled in, to go on in a
// spreadsheet.
func (d *Desk) filled(w http.ResponseWriter, r *http.Request) error {
	s, err := d.open(r)
	if err != nil {
		return err
	}
	nf := d.normForm(s.Version.Form)
	if nf == nil {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	b, err := form.Write(*nf, dataOf(s.Version), i18n.LangOf(r.Context()), form.Meta{Title: s.Version.Title, Agency: s.Unit.Name, IndexNumber: s.Item.Number, Demo: d.Front.Demo})
	if err != nil {
		return err
	}
	return web.Download(w, nf.Title.In(r.Context())+".xlsx", xlsxType, b)
}

// shown are the types a browser shows in place; the rest is downloaded.
var shown = []string{"image/jpeg", "image/png", "image/webp", "application/pdf", "text/plain; charset=utf-8"}

// file gives an attachment to whoever may read the version.
func (d *Desk) file(w http.ResponseWriter, r *http.Request) error {
	s, err := d.open(r)
	if err != nil {
		return err
	}
	id, err := web.PathID(r, "file")
	if err != nil {
		return err
	}
	i := slices.IndexFunc(s.Files, func(f disclosure.File) bool { return f.ID == id })
	if i < 0 {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	f := s.Files[i]
	in, err := d.Disclosure.Blobs.Open(r.Context(), f.Hash)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	b, err := io.ReadAll(io.LimitReader(in, disclosure.MaxFile+1))
	if err != nil {
		return err
	}
	if !slices.Contains(shown, f.Kind) || r.URL.Query().Has("download") {
		w.Header().Set("Content-Disposition", web.Attachment(f.Name))
	}
	w.Header().Set("Content-Type", f.Kind)
	w.Header().Set("Content-Length", strconv.FormatInt(int64(len(b)), 10))
	_, _ = io.Copy(w, bytes.NewReader(b)) // a reader who left is no failure of ours
	return nil
}

// line is one attachment of a draft as its list shows it, for a page that waits
// until a machine has read it.
func (d *Desk) line(w http.ResponseWriter, r *http.Request) error {
	s, file, err := d.draftFile(r)
	if err != nil {
		return err
	}
	for _, row := range d.fileRows(r.Context(), s, nil) {
		if row.ID == file {
			w.Header().Set("Cache-Control", "no-store")
			return web.Render(w, r, http.StatusOK, draftFileLine(row))
		}
	}
	return fault.Say(fault.NotFound, "fault.not_found")
}

// fileRows are a version's attachments with what the gate found in each.
func (d *Desk) fileRows(ctx context.Context, s *disclosure.Sheet, all []spot) []fileRow {
	if all == nil {
		all = d.stored(ctx, s, typed{}, nil)
	}
	byID := map[int64]spot{}
	for _, x := range all {
		byID[x.ID] = x
	}
	var out []fileRow
	for _, f := range s.Files {
		href := web.URL(ctx, versionPath(s.Version.Province, s.Version.ID, "/files/"+strconv.FormatInt(f.ID, 10)))
		row := fileRow{File: f, Href: href + "?download", Cleared: f.ClearedReason, Picture: strings.HasPrefix(f.Kind, "image/")}
		if slices.Contains(shown, f.Kind) {
			row.Open = href
		}
		switch {
		case f.Reading > 0:
			row.Line = href + "/line"
		case f.Uncertain != "":
			row.Doubt = uncertain(ctx, f.Uncertain)
		}
		for _, x := range s.Findings {
			if x.File == f.ID {
				row.Spots = append(row.Spots, byID[x.ID])
			}
		}
		if len(row.Spots) > 0 || f.Uncertain != "" {
			row.Safe = href + "/safe"
		}
		out = append(out, row)
	}
	return out
}
