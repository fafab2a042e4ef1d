package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure/importer"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// importCommand hands in past publications from a folder or a file, for an
// agency; two persons accept the batch at the desk.
func importCommand(ctx context.Context, args []string, out io.Writer) error {
	c := &config{}
	f := newFlags("import", c)
	unit := f.String("agency", "", "the agency the history belongs to, as its address says: 350525/wjj; or its number")
	from := f.String("from", "", "folder of pages, or a ZIP, XLSX, CSV or feed file")
	if err := parse(f, args, out); err != nil {
		return helpIsNoError(err)
	}
	if *unit == "" || *from == "" {
		return usageError{errors.New("usage: yangguang import --data DIR --agency DIVISION/WORD --from PATH")}
	}
	h, err := open(ctx, c, clock.System(), false, out)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	return h.handIn(ctx, *unit, *from, out)
}

// handIn hands in what lies at a path for an agency, reads it, and says what
// came of it.
func (h *house) handIn(ctx context.Context, unit, from string, out io.Writer) error {
	owner, err := h.agencyNamed(ctx, unit)
	if err != nil {
		return err
	}
	name, in, err := pastFiles(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	b, err := h.importer.Upload(account.AsSystem(ctx), owner, name, in)
	if err != nil {
		return explain(err)
	}
	if _, err := h.jobs.RunDue(ctx); err != nil {
		return err
	}
	state, counts, why, err := h.importer.Standing(ctx, b)
	switch {
	case err != nil:
		return err
	case state == importer.Failed:
		return fmt.Errorf("batch %s could not be read: %s", b.Number, why)
	}
	_, err = fmt.Fprintf(out, "batch %s: %d entries read, %d of them to mend; somebody who may import for the agency takes it over at /desk/import, and two further persons accept it there\n",
		b.Number, counts.All, counts.By[importer.RowWrong])
	return err
}

// agencyNamed finds an agency as its address names it, or by its number.
func (h *house) agencyNamed(ctx context.Context, s string) (id int64, err error) {
	err = h.db.Read(ctx, func(tx *db.Tx) error {
		division, word, ok := strings.Cut(strings.Trim(s, "/"), "/")
		if !ok {
			id, err = strconv.ParseInt(s, 10, 64)
			if err != nil {
				return usageError{fmt.Errorf("--agency is 350525/wjj or a number, not %q", s)}
			}
			return nil
		}
		code, err := agency.ParseCode(division)
		if err != nil {
			return err
		}
		u, err := agency.FindByPath(tx, code, word)
		if fault.Is(err, fault.NotFound) {
			return fmt.Errorf("there is no agency %s; the address of its page begins with the division's code and its word", s)
		}
		id = u.ID
		return err
	})
	return id, err
}

// pastFiles is what to hand in: a file as it is, a folder as one archive.
func pastFiles(from string) (name string, in *os.File, err error) {
	st, err := os.Stat(from)
	if err != nil {
		return "", nil, err
	}
	if !st.IsDir() {
		in, err := os.Open(from)
		return filepath.Base(from), in, err
	}
	tmp, err := os.CreateTemp("", "yangguang-import-*.zip")
	if err != nil {
		return "", nil, err
	}
	// The name goes at once; the open file stays until it is closed.
	if err := os.Remove(tmp.Name()); err != nil {
		return "", nil, errors.Join(err, tmp.Close())
	}
	if err := importer.Pack(tmp, os.DirFS(from)); err != nil {
		return "", nil, errors.Join(err, tmp.Close())
	}
	_, err = tmp.Seek(0, io.SeekStart)
	return filepath.Base(from) + ".zip", tmp, err
}
