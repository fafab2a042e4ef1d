package disclosure

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/privacy"
	"yangguang/internal/privacy/safe"
)

// Look is an attachment of a draft as the gate sees it, and as a safe copy of
// it would read.
type Look struct {
	File   File
	Report privacy.Report
	Doc    *safe.Doc // nil when no copy can be made of this kind
	Why    error     // then: why not
}

// LookInto reads an attachment again for whoever edits the draft: each finding
// in its place, masked, and what is hidden in the file.
func (d *Disclosure) LookInto(ctx context.Context, province int, version, file int64, o safe.Options) (l *Look, err error) {
	defer fault.Wrap(&err, "disclosure.LookInto(%d)", file)
	f, found, b, err := d.draftFile(ctx, province, version, file)
	if err != nil {
		return nil, err
	}
	l = &Look{File: *f}
	if l.Report, _, err = d.inspectBy(ctx, d.gate().Glance, f.Name, b); err != nil {
		return nil, err
	}
	l.Report.Findings = append(l.Report.Findings, inPictures(found)...)
	if l.Doc, err = safe.Read(ctx, d.gate(), l.Report.Type, b, o); err != nil {
		l.Doc, l.Why = nil, err
		if fault.KindOf(err) != fault.Invalid {
			return nil, err
		}
	}
	return l, nil
}

// MakeSafe puts in the place of a draft's attachment a copy made anew from what
// a reader of it sees, with personal information masked. The copy goes through
// the gate like any upload; the original is not kept with the draft.
func (d *Disclosure) MakeSafe(ctx context.Context, province int, version, file int64, o safe.Options) (made *File, err error) {
	defer fault.Wrap(&err, "disclosure.MakeSafe(%d)", file)
	f, _, b, err := d.draftFile(ctx, province, version, file)
	if err != nil {
		return nil, err
	}
	rep, _, err := d.inspectBy(ctx, d.gate().Glance, f.Name, b)
	if err != nil {
		return nil, err
	}
	copied, name, _, err := safe.Copy(ctx, d.gate(), rep.Type, f.Name, b, o)
	if err != nil {
		return nil, err
	}
	if len(copied) > MaxFile {
		return nil, fault.Say(fault.Invalid, "disclosure.file_too_large", MaxFile>>20)
	}
	if rep, copied, err = d.look(ctx, name, copied); err != nil {
		return nil, err
	}
	if rep.Blocks() {
		return nil, fault.Say(fault.Invalid, "disclosure.safe_not_clean")
	}
	hash, size, err := d.Blobs.Put(ctx, bytes.NewReader(copied), MaxFile)
	if err != nil {
		return nil, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		w, err := d.open(tx, province, version, "save")
		if err != nil {
			return err
		}
		if err := dropFile(tx, province, version, file); err != nil {
			return err
		}
		made = &File{Version: version, Position: f.Position, Name: name, Kind: mediaType(rep.Type), Size: size, Hash: hash, Note: f.Note}
		if err := keepFile(tx, province, made, rep); err != nil {
			return err
		}
		if err := d.noteHelper(tx, w); err != nil {
			return err
		}
		return record(tx, w.by.Actor, w.it, "safe_copy", "")
	})
	return made, err
}

// inPictures are the findings a machine read in pictures when the file came: it
// would take as long again.
func inPictures(found []Finding) (out []privacy.Finding) {
	for _, x := range found {
		var at privacy.Place
		if json.Unmarshal([]byte(x.Place), &at) == nil && at.Part == privacy.Picture {
			out = append(out, privacy.Finding{Kind: privacy.Kind(x.Kind), Class: privacy.Class(x.Class), Place: at, Masked: x.Masked})
		}
	}
	return out
}

// draftFile reads an attachment for whoever may save the draft, with what was
// found in it.
func (d *Disclosure) draftFile(ctx context.Context, province int, version, file int64) (*File, []Finding, []byte, error) {
	s, err := d.Open(ctx, province, version)
	if err != nil {
		return nil, nil, nil, err
	}
	if _, err := Flow.Next(s.Version.State, "save"); err != nil {
		return nil, nil, nil, err
	}
	if !s.May("save") {
		return nil, nil, nil, fault.Say(fault.Forbidden, "disclosure.no_grant_draft")
	}
	i := slices.IndexFunc(s.Files, func(f File) bool { return f.ID == file })
	if i < 0 {
		return nil, nil, nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	found := slices.DeleteFunc(slices.Clone(s.Findings), func(x Finding) bool { return x.File != file })
	b, err := d.bytesOf(ctx, s.Files[i].Hash)
	return &s.Files[i], found, b, err
}

// bytesOf is a stored file, whole.
func (d *Disclosure) bytesOf(ctx context.Context, hash string) ([]byte, error) {
	r, err := d.Blobs.Open(ctx, hash)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	return b, closeAfter(r, err)
}
