package disclosure

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"time"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
	"yangguang/internal/privacy"
)

// readAtOnce is how many pictures an upload waits for: a photo is read while
// its owner looks; a scan of many pages goes on without him.
const readAtOnce = 2

// readKind is the job that reads the pictures an upload left.
const readKind = "disclosure.read"

// readMost is what reading one file may take, after which it stays unread and
// goes to a person.
const readMost = 20 * time.Minute

// look is inspect for an upload somebody waits for: Report.Unread tells how
// many pictures are left to a job.
func (d *Disclosure) look(ctx context.Context, name string, b []byte) (privacy.Report, []byte, error) {
	rep, clean, err := d.inspectBy(ctx, d.gate().Glance, name, b)
	if err != nil || rep.Unread == 0 || rep.Unread > readAtOnce {
		return rep, clean, err
	}
	return d.inspect(ctx, name, b)
}

// readLater asks for the pictures of a file that was just written.
func readLater(tx *db.Tx, province int, f *File) error {
	if f.Reading == 0 {
		return nil
	}
	at := strconv.FormatInt(f.Version, 10) + " " + strconv.FormatInt(f.ID, 10)
	return jobs.Add(tx, jobs.Job{Province: int64(province), Kind: readKind, Key: at, Payload: at})
}

// readOn reads the pictures of an attachment and puts what it finds in the
// place of what was found without them.
func (d *Disclosure) readOn(ctx context.Context, j jobs.Job) error {
	version, file, _ := strings.Cut(j.Payload, " ")
	v, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return jobs.GiveUp(err)
	}
	id, err := strconv.ParseInt(file, 10, 64)
	if err != nil {
		return jobs.GiveUp(err)
	}
	province := int(j.Province)
	f, err := d.unread(ctx, province, v, id)
	if err != nil || f == nil {
		return err
	}
	b, err := d.bytesOf(ctx, f.Hash)
	if err != nil {
		return err
	}
	var lost error
	rep, err := d.gate().Read(ctx, f.Name, bytes.NewReader(b), int64(len(b)), func(done int) {
		if err := d.DB.Write(ctx, func(tx *db.Tx) error { return noteRead(tx, province, id, done) }); err != nil {
			lost = err
		}
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if lost != nil {
		return lost
	}
	if err != nil { // it was taken at the upload, so this is rare: a person looks
		rep = privacy.Report{Uncertain: privacy.UncertainUnreadable}
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error { return haveRead(tx, province, f, rep) })
}

// unread is a file that waits for being read; nil when it is gone or done.
func (d *Disclosure) unread(ctx context.Context, province int, version, id int64) (f *File, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		files, err := filesOf(tx, province, version)
		for i := range files {
			if files[i].ID == id && files[i].Reading > 0 {
				f = &files[i]
			}
		}
		return err
	})
	return f, err
}

// haveRead ends the reading of a file, unless it was removed meanwhile.
func haveRead(tx *db.Tx, province int, f *File, rep privacy.Report) error {
	found := f.judge(rep)
	n, err := tx.Exec("update item_file set reading = 0, read_done = 0, uncertain = $1 where province = $2 and id = $3 and reading > 0", f.Uncertain, province, f.ID)
	if err != nil || n == 0 {
		return err
	}
	if _, err := tx.Exec("delete from item_finding where province = $1 and version = $2 and file = $3", province, f.Version, f.ID); err != nil {
		return err
	}
	if err := keepText(tx, province, f.Hash, rep.Text()); err != nil {
		return err
	}
	return insertFound(tx, province, f, found)
}

func noteRead(tx *db.Tx, province int, file int64, done int) error {
	_, err := tx.Exec("update item_file set read_done = $1 where province = $2 and id = $3 and reading >= $1", done, province, file)
	return err
}

// allRead refuses to go on while a machine still reads an attachment.
func allRead(files []File) []fault.Field {
	for _, f := range files {
		if f.Reading > 0 {
			return []fault.Field{{Name: "file", Key: "disclosure.file_reading", Args: []any{f.Name}}}
		}
	}
	return nil
}
