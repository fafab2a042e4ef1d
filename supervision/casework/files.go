package casework

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/privacy"
)

// FiledFile is a file somebody sends along.
type FiledFile struct {
	Name  string
	Bytes []byte
}

// Limits of files.
const (
	MaxFiledFile  = 10 << 20 // of the public's
	MaxFiledFiles = 5
	maxFiles      = 50
)

// The purposes of a file.
const (
	ToldFile     = "told"     // what the person sent along
	ReplyFile    = "reply"    // goes out with the reply
	EvidenceFile = "evidence" // the office's own: proof of handling, of delivery
	OrderFile    = "order"    // another platform's order
)

// File is a file of a matter. Its name and bytes are sealed.
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
	Gone      bool

	name []byte
	hash string
}

type inspected struct {
	File
	bytes []byte
}

const purposeFile = "casework.file"

// inspect reads by the gate what came with a form, before anything is written.
func (c *Casework) inspect(ctx context.Context, files []FiledFile) (out []inspected, wrong []fault.Field, err error) {
	k := checker{}
	k.when(len(files) > MaxFiledFiles, "file", "casework.files_many", MaxFiledFiles)
	for _, x := range files {
		f, err := c.inspectOne(ctx, x)
		k.bad = append(k.bad, fault.FieldsOf(err)...)
		if err != nil && len(fault.FieldsOf(err)) == 0 {
			return nil, nil, err
		}
		out = append(out, f)
	}
	return out, k.bad, nil
}

func (c *Casework) inspectOne(ctx context.Context, x FiledFile) (inspected, error) {
	name := path.Base(strings.ReplaceAll(strings.TrimSpace(x.Name), `\`, "/"))
	k := checker{}
	k.when(name == "" || name == "." || utf8.RuneCountInString(name) > 150, "file", "casework.need_file")
	k.when(len(x.Bytes) == 0, "file", "casework.file_empty")
	k.when(len(x.Bytes) > MaxFiledFile, "file", "casework.file_large", MaxFiledFile>>20)
	if err := k.err(); err != nil {
		return inspected{}, err
	}
	gate := c.Gate
	if gate == nil {
		gate = privacy.Default()
	}
	rep, err := gate.Glance(ctx, name, bytes.NewReader(x.Bytes), int64(len(x.Bytes)))
	if fault.KindOf(err) == fault.Invalid {
		return inspected{}, fault.Fields(fault.Field{Name: "file", Key: "casework.file_refused"})
	}
	if err != nil {
		return inspected{}, err
	}
	sum := sha256.Sum256(x.Bytes)
	return inspected{File{Name: name, Kind: string(rep.Type), Size: int64(len(x.Bytes)), SHA: hex.EncodeToString(sum[:]),
		Found: len(rep.Findings) + rep.More, Blocked: rep.Blocks(), Uncertain: rep.Uncertain}, x.Bytes}, nil
}

// keep seals files and writes their rows: the bytes are on disk before the row is.
func (c *Casework) keep(tx *db.Tx, m *Matter, purpose string, files []inspected) error {
	if len(files) == 0 {
		return nil
	}
	all, err := filesOf(tx, m)
	if err != nil {
		return err
	}
	if len(all)+len(files) > maxFiles {
		return fault.Fields(fault.Field{Name: "file", Key: "casework.files_many", Args: []any{maxFiles}})
	}
	for i := range files {
		f := &files[i]
		f.ID, f.Purpose = tx.ID(m.Province), purpose
		sealed := c.Keys.Seal(purposeFile, placeOf(f.ID), f.bytes)
		if f.hash, _, err = c.Blobs.Put(tx.Ctx, bytes.NewReader(sealed), int64(len(sealed))); err != nil {
			return err
		}
		if err := insertFile(tx, m, &f.File, c.Keys.Seal(purposeFile, placeOf(f.ID), []byte(f.Name))); err != nil {
			return err
		}
	}
	return nil
}

// Attach adds the office's own files to a matter.
func (c *Casework) Attach(ctx context.Context, province int, id int64, purpose string, files []FiledFile) (err error) {
	defer fault.Wrap(&err, "casework.Attach(%d)", id)
	if !slices.Contains([]string{ReplyFile, EvidenceFile, OrderFile}, purpose) {
		return fault.Fields(fault.Field{Name: "purpose", Key: "casework.need_purpose"})
	}
	in, wrong, err := c.inspect(ctx, files)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return fault.Fields(wrong...)
	}
	return c.DB.Write(ctx, func(tx *db.Tx) error {
		m, a, err := c.reach(tx, province, id, Handling, Registering)
		if err != nil {
			return err
		}
		for i := range in {
			in[i].Person = a.Person
		}
		if err := c.keep(tx, m, purpose, in); err != nil {
			return err
		}
		return c.audit(tx, a, m, "attach", purpose)
	})
}

// FileOf gives a file to whoever may read the matter.
func (c *Casework) FileOf(ctx context.Context, province int, id, file int64) (f *File, b []byte, err error) {
	defer fault.Wrap(&err, "casework.FileOf(%d)", file)
	err = c.DB.Write(ctx, func(tx *db.Tx) error {
		m, a, err := c.reach(tx, province, id)
		if err != nil {
			return err
		}
		if f, err = c.fileByID(tx, m, file); err != nil {
			return err
		}
		return c.audit(tx, a, m, "read_file", f.Purpose)
	})
	if err == nil {
		b, err = c.bytesOf(ctx, f)
	}
	return f, b, err
}

// bytesOf is a file, unsealed.
func (c *Casework) bytesOf(ctx context.Context, f *File) (_ []byte, err error) {
	if f.Gone {
		return nil, fault.Say(fault.NotFound, "casework.file_gone")
	}
	rc, err := c.Blobs.Open(ctx, f.hash)
	if err != nil {
		return nil, err
	}
	sealed, err := io.ReadAll(io.LimitReader(rc, MaxFiledFile+1<<16))
	if cerr := rc.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	return c.Keys.Open(purposeFile, placeOf(f.ID), sealed)
}

// files are those of a matter with their names.
func (c *Casework) files(tx *db.Tx, m *Matter) ([]File, error) {
	out, err := filesOf(tx, m)
	for i := range out {
		if err == nil {
			var b []byte
			b, err = c.Keys.Open(purposeFile, placeOf(out[i].ID), out[i].name)
			out[i].Name = string(b)
		}
	}
	return out, err
}

func (c *Casework) fileByID(tx *db.Tx, m *Matter, id int64) (*File, error) {
	all, err := c.files(tx, m)
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

func filesOf(tx *db.Tx, m *Matter) ([]File, error) {
	return db.List(tx, func(r *db.Rows, f *File) error {
		var gone int64
		err := r.Scan(&f.ID, &f.Purpose, &f.name, &f.Kind, &f.Size, &f.hash, &f.SHA, &f.Found, &f.Blocked, &f.Uncertain, &f.At, db.OrZero(&f.Person), db.OrZero(&gone))
		f.Gone = gone != 0
		return err
	}, "select id, purpose, name, kind, size, hash, sha, found, blocked, uncertain, at, person, destroyed_at from casework_file where province = $1 and matter = $2 order by id limit 200", m.Province, m.ID)
}

func insertFile(tx *db.Tx, m *Matter, f *File, name []byte) error {
	_, err := tx.Exec(`insert into casework_file (province, matter, id, purpose, name, kind, size, hash, sha, found, blocked, uncertain, at, person) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		m.Province, m.ID, f.ID, f.Purpose, name, f.Kind, f.Size, f.hash, f.SHA, f.Found, f.Blocked, f.Uncertain, clock.Millis(tx.Now), db.OrNull(f.Person))
	return err
}

// withFields adds refusals of fields to what a check refused already; a refusal
// of the whole comes first.
func withFields(err error, more []fault.Field) error {
	fields := fault.FieldsOf(err)
	if err != nil && len(fields) == 0 {
		return err
	}
	return fault.Fields(append(fields, more...)...)
}
