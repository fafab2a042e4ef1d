package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"yangguang/disclosure/importer"
	"yangguang/internal/account"
	"yangguang/internal/clock"
)

// importCommand hands in past publications from a folder or a file, for an
// agency; two persons accept the batch at the desk.
func importCommand(ctx context.Context, args []string, out io.Writer) error {
	c := &config{}
	f := newFlags("import", c)
	unit := f.Int64("agency", 0, "the agency the history belongs to")
	from := f.String("from", "", "folder of pages, or a ZIP, XLSX, CSV or feed file")
	if err := parse(f, args, out); err != nil {
		return helpIsNoError(err)
	}
	if *unit == 0 || *from == "" {
		return usageError{errors.New("usage: yangguang import --data DIR --agency ID --from PATH")}
	}
	h, err := open(ctx, c, clock.System(), false, out)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	name, in, err := pastFiles(*from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	b, err := h.importer.Upload(account.AsSystem(ctx), *unit, name, in)
	if err != nil {
		return explain(err)
	}
	if _, err := h.jobs.RunDue(ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "batch %s was handed in and read; mend it at /desk/import, then two persons accept it there\n", b.Number)
	return err
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
