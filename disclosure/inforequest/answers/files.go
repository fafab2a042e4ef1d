package answers

import (
	"bytes"
	"context"
	"io"

	"yangguang/disclosure/inforequest"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// fileCopy is a released file on its way into the log.
type fileCopy struct {
	name, kind string
	text       string // what a search may find of it
	b          []byte
}

// copies are a request's released files, each read by the gate again: what may
// never be released, or cannot be read with certainty, is refused.
func (s *Answers) copies(ctx context.Context, c *inforequest.Case) (out []fileCopy, err error) {
	for _, f := range c.Files {
		if f.Purpose != inforequest.Release || f.Gone {
			continue
		}
		f, b, err := s.Requests.FileOf(ctx, c.Province, c.ID, f.ID)
		if err != nil {
			return nil, err
		}
		x := fileCopy{name: f.Name, kind: f.Kind, b: b}
		if x.text, err = s.inspect(ctx, f.Name, b); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// inspect refuses a file that is not fit for everybody; it answers its text.
func (s *Answers) inspect(ctx context.Context, name string, b []byte) (string, error) {
	rep, err := s.gate().Inspect(ctx, name, bytes.NewReader(b), int64(len(b)))
	switch {
	case fault.KindOf(err) == fault.Invalid, err == nil && (rep.Blocks() || rep.Uncertain != ""):
		return "", fault.Fields(fault.Field{Name: "answer_files", Key: "answers.file_refused", Args: []any{name}})
	case err != nil:
		return "", err
	}
	return rep.Text(), nil
}

// keep seals a copy and writes its row: the bytes first.
func (s *Answers) keep(tx *db.Tx, w *Answer, x fileCopy) (err error) {
	f := File{ID: tx.RandomID(w.Province), Name: x.name, Kind: x.kind, Size: int64(len(x.b))}
	sealed := s.Requests.Keys.Seal(purposeFile, placeOf(f.ID), x.b)
	if f.hash, _, err = s.Requests.Blobs.Put(tx.Ctx, bytes.NewReader(sealed), int64(len(sealed))); err != nil {
		return err
	}
	w.Files = append(w.Files, f)
	return insertFile(tx, w, f)
}

func (s *Answers) bytesOf(ctx context.Context, f File) ([]byte, error) {
	rc, err := s.Requests.Blobs.Open(ctx, f.hash)
	if err != nil {
		return nil, err
	}
	sealed, err := io.ReadAll(io.LimitReader(rc, inforequest.MaxFile+1<<16))
	if cerr := rc.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	return s.Requests.Keys.Open(purposeFile, placeOf(f.ID), sealed)
}

// forgetFiles deletes the bytes of an answer's files once that is decided.
func (s *Answers) forgetFiles(tx *db.Tx, w *Answer) {
	files, ctx := w.Files, context.WithoutCancel(tx.Ctx)
	tx.After(func() {
		for _, f := range files {
			_ = s.Requests.Blobs.Delete(ctx, f.hash) // what is left is sealed, and swept
		}
	})
}

// lookAgain reads the files of an answer by the gate of today, before it is
// published; it answers their names and text.
func (s *Answers) lookAgain(ctx context.Context, province int, id int64) (text string, err error) {
	var w *Answer
	if err := s.read(ctx, func(tx *db.Tx) (err error) {
		if w, err = answerByID(tx, province, id, ""); err != nil {
			return err
		}
		return mayAt(account.From(ctx), w.target(), inforequest.Deciding)
	}); err != nil {
		return "", err
	}
	for _, f := range w.Files {
		b, err := s.bytesOf(ctx, f)
		if err != nil {
			return "", err
		}
		found, err := s.inspect(ctx, f.Name, b)
		if err != nil {
			return "", err
		}
		text += f.Name + "\n" + found + "\n"
	}
	return text, nil
}
