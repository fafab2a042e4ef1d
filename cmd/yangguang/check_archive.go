package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"yangguang/disclosure/inforequest"
	"yangguang/supervision/casework/casedesk"
)

// checkArchive reads packages of requests for information and of matters again and tells what
// in them is not as their manifest says.
func checkArchive(_ context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return usageError{errors.New("usage: yangguang check-archive FILE…, each a package of a request for information or of a matter")}
	}
	wrong := 0
	for _, path := range args {
		n, err := checkOneArchive(path, out)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		wrong += n
	}
	if wrong > 0 {
		return fmt.Errorf("%d faults; take the package from the desk again and keep this one aside", wrong)
	}
	return nil
}

func checkOneArchive(path string, out io.Writer) (wrong int, err error) {
	f, err := os.Open(path) //nolint:gosec // the operator names it
	if err != nil {
		return 0, err
	}
	defer f.Close() //nolint:errcheck // it was read
	at, err := f.Stat()
	if err != nil {
		return 0, err
	}
	number, parts, faults, err := inforequest.CheckArchive(f, at.Size(), casedesk.ArchiveSchema)
	if err != nil {
		return 0, err
	}
	for _, x := range faults {
		if _, err := fmt.Fprintf(out, "%s: %s\n", path, x); err != nil {
			return 0, err
		}
	}
	if len(faults) == 0 {
		_, err = fmt.Fprintf(out, "%s: %s, all %d parts are as the manifest says\n", path, number, parts)
	}
	return len(faults), err
}
