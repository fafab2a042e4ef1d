package disclosure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"yangguang/disclosure/form"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/privacy"
)

// Limits of attachments.
const (
	MaxFile  = 30 << 20 // bytes of one file
	MaxFiles = 10       // files of one version
)

// Attach adds a file to a draft. It is read by the privacy gate before it is
// kept: a file that is not what its name says is refused, a picture is made
// anew without its hidden data.
func (d *Disclosure) Attach(ctx context.Context, province int, version int64, name, note string, r io.Reader) (f *File, err error) {
	defer fault.Wrap(&err, "disclosure.Attach(%d)", version)
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > 150 {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "disclosure.file_name"})
	}
	if note = strings.TrimSpace(note); note != "" {
		if err := fault.Fields(publicWords("note", note)...); err != nil {
			return nil, err
		}
	}
	b, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, err
	}
	if len(b) > MaxFile {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "disclosure.file_too_large", Args: []any{MaxFile >> 20}})
	}
	if len(b) == 0 {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "disclosure.file_empty"})
	}
	rep, b, err := d.look(ctx, name, b)
	if err != nil {
		return nil, err
	}
	hash, size, err := d.Blobs.Put(ctx, bytes.NewReader(b), MaxFile)
	if err != nil {
		return nil, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		f, err = d.attach(tx, province, version, File{Name: name, Kind: mediaType(rep.Type), Size: size, Hash: hash, Note: note}, rep)
		return err
	})
	return f, err
}

// inspect reads a file with the gate; a picture comes back re-encoded, without
// the place and the camera it was taken with.
func (d *Disclosure) inspect(ctx context.Context, name string, b []byte) (privacy.Report, []byte, error) {
	return d.inspectBy(ctx, d.gate().Inspect, name, b)
}

// inspection is a way the gate goes through a file.
type inspection func(ctx context.Context, name string, r io.ReaderAt, size int64) (privacy.Report, error)

func (d *Disclosure) inspectBy(ctx context.Context, by inspection, name string, b []byte) (privacy.Report, []byte, error) {
	rep, err := by(ctx, name, bytes.NewReader(b), int64(len(b)))
	if err != nil {
		var fe *fault.Error
		if errors.As(err, &fe) && fe.Key != "" {
			return rep, nil, fault.Fields(fault.Field{Name: "file", Key: fe.Key, Args: fe.Args})
		}
		return rep, nil, err
	}
	if strings.HasPrefix(mediaType(rep.Type), "image/") {
		clean, err := privacy.StripImage(bytes.NewReader(b))
		if err != nil {
			return rep, nil, fault.Fields(fault.Field{Name: "file", Key: "disclosure.file_broken"})
		}
		b = clean
	}
	return rep, b, nil
}

func (d *Disclosure) gate() *privacy.Gate {
	if d.Gate == nil {
		return privacy.Default()
	}
	return d.Gate
}

func (d *Disclosure) attach(tx *db.Tx, province int, version int64, f File, rep privacy.Report) (*File, error) {
	w, err := d.open(tx, province, version, "save")
	if err != nil {
		return nil, err
	}
	files, err := filesOf(tx, province, version)
	if err != nil {
		return nil, err
	}
	if len(files) >= MaxFiles {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "disclosure.files_too_many", Args: []any{MaxFiles}})
	}
	f.Version, f.Position = version, 1
	if n := len(files); n > 0 {
		f.Position = files[n-1].Position + 1
	}
	if err := keepFile(tx, province, &f, rep); err != nil {
		return nil, err
	}
	if err := d.noteHelper(tx, w); err != nil {
		return nil, err
	}
	return &f, record(tx, w.by.Actor, w.it, "attach", "")
}

// keepFile writes a file of a draft with what the gate saw in it.
func keepFile(tx *db.Tx, province int, f *File, rep privacy.Report) error {
	found := f.judge(rep)
	f.ID, f.Reading = tx.ID(province), rep.Unread
	if err := insertFile(tx, province, *f); err != nil {
		return err
	}
	if err := readLater(tx, province, f); err != nil {
		return err
	}
	if err := keepText(tx, province, f.Hash, rep.Text()); err != nil {
		return err
	}
	return insertFound(tx, province, f, found)
}

// judge notes why a second person must look at the file, and gives what is kept
// of the findings.
func (f *File) judge(rep privacy.Report) []Finding {
	found := fileFindings(f.Hash, rep)
	switch f.Uncertain = rep.Uncertain; {
	case f.Uncertain != "":
	case len(rep.Hidden) > 0:
		f.Uncertain = "hidden"
	case len(found) > maxFindings:
		f.Uncertain = privacy.UncertainTooMuch
	}
	return found[:min(len(found), maxFindings)]
}

func insertFound(tx *db.Tx, province int, f *File, found []Finding) error {
	for _, x := range found {
		x.ID, x.Version, x.File = tx.ID(province), f.Version, f.ID
		if err := insertFinding(tx, province, x); err != nil {
			return err
		}
	}
	return nil
}

// fileFindings are what the gate saw in a file, what may never be released
// first.
func fileFindings(hash string, rep privacy.Report) []Finding {
	out := make([]Finding, 0, len(rep.Findings))
	for _, pf := range rep.Findings {
		place, _ := json.Marshal(pf.Place) // numbers and words: never fails
		out = append(out, Finding{Kind: string(pf.Kind), Class: string(pf.Class), Place: string(place), Masked: pf.Masked,
			Print: hash[:16] + string(pf.Kind) + pf.Masked + string(place), State: "open"})
	}
	return distinct(out)
}

// Detach removes a file from a draft, with what the gate found in it.
func (d *Disclosure) Detach(ctx context.Context, province int, version, file int64) (err error) {
	defer fault.Wrap(&err, "disclosure.Detach(%d)", file)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		w, err := d.open(tx, province, version, "save")
		if err != nil {
			return err
		}
		if err := dropFile(tx, province, version, file); err != nil {
			return err
		}
		return record(tx, w.by.Actor, w.it, "detach", "")
	})
}

// dropFile takes a file out of a draft, with its findings.
func dropFile(tx *db.Tx, province int, version, file int64) error {
	if _, err := tx.Exec("delete from item_finding where province = $1 and version = $2 and file = $3", province, version, file); err != nil {
		return err
	}
	hash, err := hashOf(tx, province, version, file)
	if err != nil {
		return err
	}
	if _, err := tx.Exec("delete from item_file where province = $1 and version = $2 and id = $3", province, version, file); err != nil {
		return err
	}
	return forgetText(tx, province, hash)
}

func insertFile(tx *db.Tx, province int, f File) error {
	_, err := tx.Exec(`insert into item_file (province, id, version, position, name, kind, size, hash, note, uncertain, reading, cleared_by, cleared_reason, at)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`, province, f.ID, f.Version, f.Position, f.Name, f.Kind, f.Size, f.Hash, f.Note,
		f.Uncertain, f.Reading, db.OrNull(f.ClearedBy), f.ClearedReason, clock.Millis(tx.Now))
	return err
}

func filesOf(tx *db.Tx, province int, version int64) ([]File, error) {
	return db.List(tx, func(r *db.Rows, f *File) error {
		return r.Scan(&f.ID, &f.Version, &f.Position, &f.Name, &f.Kind, &f.Size, &f.Hash, &f.Note, &f.Uncertain, &f.Reading, &f.ReadDone, db.OrZero(&f.ClearedBy), &f.ClearedReason)
	}, "select id, version, position, name, kind, size, hash, note, uncertain, reading, read_done, cleared_by, cleared_reason from item_file where province = $1 and version = $2 order by position, id limit 100", province, version)
}

// copyFiles gives a correction the files of the version it corrects, with what
// was decided about them.
func copyFiles(tx *db.Tx, province int, from, to int64) error {
	files, err := filesOf(tx, province, from)
	if err != nil {
		return err
	}
	findings, err := findingsOf(tx, province, from)
	if err != nil {
		return err
	}
	for _, f := range files {
		old := f.ID
		f.ID, f.Version = tx.ID(province), to
		if err := insertFile(tx, province, f); err != nil {
			return err
		}
		for _, x := range findings {
			if x.File != old {
				continue
			}
			x.ID, x.Version, x.File = tx.ID(province), to, f.ID
			if err := insertFinding(tx, province, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// searchText is everything of a version a search should find.
func (d *Disclosure) searchText(v *Version) string {
	parts := []string{v.Summary, v.DocNumber, v.Keywords, v.BodyText}
	if f := d.Norm.Form(v.Form); f != nil {
		if data, err := form.Decode([]byte(v.Data)); err == nil {
			parts = append(parts, form.SearchText(*f, data))
		}
	}
	return strings.Join(parts, "\n")
}

// mediaType is the type a file is served with. Only what is listed is ever
// shown by a browser; the rest is kept as bytes.
func mediaType(t privacy.Type) string {
	switch t {
	case privacy.XLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case privacy.DOCX:
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case privacy.DOC:
		return "application/msword"
	case privacy.RTF:
		return "application/rtf"
	case privacy.XLS:
		return "application/vnd.ms-excel"
	case privacy.PPTX:
		return "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	case privacy.OFD:
		return "application/ofd"
	case privacy.PDF:
		return "application/pdf"
	case privacy.JPEG:
		return "image/jpeg"
	case privacy.PNG:
		return "image/png"
	case privacy.WebP:
		return "image/webp"
	case privacy.CSV:
		return "text/csv; charset=utf-8"
	case privacy.Text:
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}
