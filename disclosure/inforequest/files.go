package inforequest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path"
	"slices"
	"strings"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/privacy"
	"yangguang/internal/privacy/safe"
)

// The purposes of a file.
const (
	IdentityImage = "identity" // of an identity document: destroyed after its days
	AskedFile     = "asked"    // what the applicant sent along
	Source        = "source"   // what the agency holds, before anything is removed
	Release       = "release"  // what the applicant gets
	Scanned       = "scan"     // a sealed letter, scanned back
	ProofFile     = "proof"    // of delivery
)

// File is a file of a request. Its name and bytes are sealed.
type File struct {
	ID        int64
	Purpose   string
	Name      string
	Kind      string
	Size      int64
	SHA       string // of the plain bytes, hexadecimal
	Found     int    // what the gate saw of persons
	Blocked   bool   // what may never be released
	Uncertain string // why it could not be read with certainty
	At        int64
	Person    int64
	DestroyOn clock.Date
	Gone      bool

	name []byte
	hash string
}

// attached are the purposes a person may attach a file for.
var attached = []string{IdentityImage, AskedFile, Source, Release, Scanned, ProofFile}

// Limits of files.
const (
	MaxFile  = 30 << 20
	maxFiles = 50
	// keepIdentity is how many days the image of an identity document is kept.
	keepIdentity = 30
)

const purposeFile = "inforequest.file"

// Attach adds a file for a purpose of the office's.
func (r *Requests) Attach(ctx context.Context, province int, id int64, purpose, name string, b []byte) (f *File, err error) {
	defer fault.Wrap(&err, "inforequest.Attach(%d)", id)
	if !slices.Contains(attached, purpose) {
		return nil, fault.Fields(fault.Field{Name: "purpose", Key: "inforequest.need_purpose"})
	}
	if f, err = r.inspect(ctx, purpose, name, b); err != nil {
		return nil, err
	}
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		q, a, err := r.reach(tx, province, id, Handling)
		if fault.Is(err, fault.Forbidden) {
			q, a, err = r.reach(tx, province, id, Registering)
		}
		if err != nil {
			return err
		}
		f.Person = a.Person
		if err := r.keep(tx, q, f, b); err != nil {
			return err
		}
		return r.audit(tx, a, q, "attach", purpose)
	})
	return f, err
}

// inspect reads a file by the gate: what is no document is refused, what it
// tells of persons is counted.
func (r *Requests) inspect(ctx context.Context, purpose, name string, b []byte) (*File, error) {
	name = path.Base(strings.ReplaceAll(strings.TrimSpace(name), `\`, "/"))
	c := checker{}
	c.when(name == "" || name == "." || runes(name) > 150, "file", "inforequest.need_file")
	c.when(len(b) == 0, "file", "inforequest.file_empty")
	c.when(len(b) > MaxFile, "file", "inforequest.file_large", MaxFile>>20)
	if err := fault.Fields(c.bad...); err != nil {
		return nil, err
	}
	rep, err := r.gate().Glance(ctx, name, bytes.NewReader(b), int64(len(b)))
	if fault.KindOf(err) == fault.Invalid {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "inforequest.file_refused"})
	}
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	return &File{Purpose: purpose, Name: name, Kind: string(rep.Type), Size: int64(len(b)), SHA: hex.EncodeToString(sum[:]),
		Found: len(rep.Findings) + rep.More, Blocked: rep.Blocks(), Uncertain: rep.Uncertain}, nil
}

func (r *Requests) gate() *privacy.Gate {
	if r.Gate == nil {
		return privacy.Default()
	}
	return r.Gate
}

// keep seals a file and writes its row. The bytes are on disk before the row is:
// a row without a file would be a promise broken, a file without a row is swept.
func (r *Requests) keep(tx *db.Tx, q *Request, f *File, b []byte) error {
	all, err := filesOf(tx, q)
	if err != nil {
		return err
	}
	if len(all) >= maxFiles {
		return fault.Fields(fault.Field{Name: "file", Key: "inforequest.files_many", Args: []any{maxFiles}})
	}
	f.ID = tx.ID(q.Province)
	sealed := r.Keys.Seal(purposeFile, placeOf(f.ID), b)
	if f.hash, _, err = r.Blobs.Put(tx.Ctx, bytes.NewReader(sealed), int64(len(sealed))); err != nil {
		return err
	}
	if f.Purpose == IdentityImage {
		f.DestroyOn = clock.DateOf(tx.Now).AddDays(keepIdentity)
	}
	return insertFile(tx, q, f, r.Keys.Seal(purposeFile, placeOf(f.ID), []byte(f.Name)))
}

// bytesOf is a file, unsealed.
func (r *Requests) bytesOf(ctx context.Context, f *File) (_ []byte, err error) {
	if f.Gone {
		return nil, fault.Say(fault.NotFound, "inforequest.file_gone")
	}
	rc, err := r.Blobs.Open(ctx, f.hash)
	if err != nil {
		return nil, err
	}
	sealed, err := io.ReadAll(io.LimitReader(rc, MaxFile+1<<16))
	if cerr := rc.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	return r.Keys.Open(purposeFile, placeOf(f.ID), sealed)
}

// FileOf gives a file to whoever handles the request.
func (r *Requests) FileOf(ctx context.Context, province int, id, file int64) (f *File, b []byte, err error) {
	defer fault.Wrap(&err, "inforequest.FileOf(%d)", file)
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		q, a, err := r.reach(tx, province, id, "")
		if err != nil {
			return err
		}
		if f, err = r.fileByID(tx, q, file); err != nil {
			return err
		}
		return r.audit(tx, a, q, "read_file", f.Purpose)
	})
	if err == nil {
		b, err = r.bytesOf(ctx, f)
	}
	return f, b, err
}

// Redact makes of a source file the one that is released: made anew without the
// passages named and without what the gate finds of persons. The result is read
// again and searched for every passage before it is kept (article 37).
func (r *Requests) Redact(ctx context.Context, province int, id, file int64, remove []string, keepPersons, drawn bool) (made *File, err error) {
	defer fault.Wrap(&err, "inforequest.Redact(%d)", file)
	src, b, err := r.FileOf(ctx, province, id, file)
	if err != nil {
		return nil, err
	}
	o := safe.Options{OnlyNever: keepPersons, Drawn: drawn, Remove: remove}
	out, name, d, err := safe.Copy(ctx, r.gate(), privacy.Type(src.Kind), src.Name, b, o)
	if fault.KindOf(err) == fault.Invalid {
		return nil, fault.Fields(fault.Field{Name: "remove", Key: "inforequest.redact_kind"})
	}
	if err != nil {
		return nil, err
	}
	if missing := d.Unfound(o); len(missing) > 0 {
		return nil, fault.Fields(fault.Field{Name: "remove", Key: "inforequest.redact_missing", Args: []any{missing[0]}})
	}
	if made, err = r.inspect(ctx, Release, name, out); err != nil {
		return nil, err
	}
	if err := r.gone(ctx, made, out, remove); err != nil {
		return nil, err
	}
	return r.Attach(ctx, province, id, Release, name, out)
}

// gone searches what will be released for what was to go.
func (r *Requests) gone(ctx context.Context, f *File, b []byte, remove []string) error {
	d, err := safe.Read(ctx, r.gate(), privacy.Type(f.Kind), b, safe.Options{OnlyNever: true})
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, x := range d.Blocks {
		text.WriteString(x.Title + x.Text.Text)
		for _, row := range x.Rows {
			for _, cell := range row {
				text.WriteString(cell.Text)
			}
		}
	}
	for _, p := range remove {
		if safe.Holds(text.String(), p) || bytes.Contains(b, []byte(p)) {
			return fault.Fields(fault.Field{Name: "remove", Key: "inforequest.redact_left", Args: []any{p}})
		}
	}
	return nil
}

// files are those of a request with their names.
func (r *Requests) files(tx *db.Tx, q *Request) ([]File, error) {
	out, err := filesOf(tx, q)
	for i := range out {
		if err == nil {
			var b []byte
			b, err = r.Keys.Open(purposeFile, placeOf(out[i].ID), out[i].name)
			out[i].Name = string(b)
		}
	}
	return out, err
}

func (r *Requests) fileByID(tx *db.Tx, q *Request, id int64) (*File, error) {
	all, err := r.files(tx, q)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == id {
			return &all[i], nil
		}
	}
	return nil, fault.Say(fault.NotFound, "fault.not_found")
}

func filesOf(tx *db.Tx, q *Request) ([]File, error) {
	return db.List(tx, func(r *db.Rows, f *File) error {
		var gone int64
		err := r.Scan(&f.ID, &f.Purpose, &f.name, &f.Kind, &f.Size, &f.hash, &f.SHA, &f.Found, &f.Blocked, &f.Uncertain, &f.At, db.OrZero(&f.Person), &f.DestroyOn, db.OrZero(&gone))
		f.Gone = gone != 0
		return err
	}, "select id, purpose, name, kind, size, hash, sha, found, blocked, uncertain, at, person, destroy_on, destroyed_at from inforequest_file where province = $1 and request = $2 order by id limit 200", q.Province, q.ID)
}

func insertFile(tx *db.Tx, q *Request, f *File, name []byte) error {
	_, err := tx.Exec(`insert into inforequest_file (province, request, id, purpose, name, kind, size, hash, sha, found, blocked, uncertain, at, person, destroy_on)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		q.Province, q.ID, f.ID, f.Purpose, name, f.Kind, f.Size, f.hash, f.SHA, f.Found, f.Blocked, f.Uncertain, clock.Millis(tx.Now), db.OrNull(f.Person), f.DestroyOn)
	return err
}
