package export

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
)

// download gives the copy as it stands as one archive, for an office without a
// line or whoever carries it to another server.
func (c *Copies) download(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if c.Options.Dir == "" {
		return fault.Say(fault.Conflict, "export.not_set")
	}
	f, n, err := archive(c.Options.Dir)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was read, and has no name any more
	if err := c.DB.Write(ctx, func(tx *db.Tx) error { return c.record(tx, "download", strconv.Itoa(n)+" files") }); err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	w.Header().Set("Content-Disposition", web.Attachment(i18n.T(ctx, "export.archive", clock.DateOf(c.DB.Clock().Now()).String())+".zip"))
	_, err = io.Copy(w, f)
	return err
}

// record writes what somebody did with the copy into the audit book.
func (c *Copies) record(tx *db.Tx, verb, detail string) error {
	e := audit.Entry{Province: int64(c.Options.Home.Province()), Verb: "export." + verb, Object: "copy", Detail: detail}
	if who := account.From(tx.Ctx); who != nil {
		e.Person, e.Login, e.Agency = who.Person, who.Login, who.Home.Agency
	}
	return audit.Append(tx, e)
}

// archive packs a finished copy into a file without a name, while no export
// may take the folder away.
func archive(dir string) (f *os.File, n int, err error) {
	lock, err := holdStill(dir)
	if err != nil {
		return nil, 0, err
	}
	defer lock.Close() //nolint:errcheck // a lock has nothing to lose
	m, err := readManifest(dir)
	if err != nil {
		return nil, 0, err
	}
	if len(m.Files) == 0 {
		return nil, 0, fault.Say(fault.Conflict, "export.none_yet")
	}
	if f, err = os.CreateTemp("", "yangguang-copy-*.zip"); err != nil {
		return nil, 0, err
	}
	if err = errors.Join(os.Remove(f.Name()), pack(f, dir, append(sortedKeys(m.Files), manifestName))); err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, len(m.Files), nil
}

// holdStill keeps an export out of the folder; one that is under way comes first.
func holdStill(dir string) (*os.File, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	parent, name := filepath.Split(dir)
	lock, err := os.OpenFile(filepath.Join(parent, "."+name+".lock"), os.O_RDWR, 0o600) //nolint:gosec // the operator's own folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Say(fault.Conflict, "export.none_yet")
	}
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fault.Say(fault.Conflict, "export.busy"), lock.Close())
	}
	return lock, nil
}

func pack(to io.Writer, dir string, names []string) error {
	z := zip.NewWriter(to)
	for _, name := range names {
		if err := packOne(z, dir, name); err != nil {
			return err
		}
	}
	return z.Close()
}

func packOne(z *zip.Writer, dir, name string) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("%q is no name for a file of a copy", name)
	}
	in, err := os.Open(filepath.Join(dir, filepath.FromSlash(name))) //nolint:gosec // local, as checked
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was read
	out, err := z.Create(name)
	if err == nil {
		_, err = io.Copy(out, in)
	}
	return err
}
