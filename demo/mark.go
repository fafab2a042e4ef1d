package demo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The marks beside the database: one says that the making began, the other
// that it ended. Half a year must never be shown as a whole one.
const (
	begunMark = "demo.begun"
	wholeMark = "demo.whole"
)

// edition is written into the mark; a folder made by another edition is made anew.
const edition = "1"

// Whole answers whether a folder holds a finished demonstration. A folder that
// holds half of one, or anything else, is an error that says what to do.
func Whole(dir string) (bool, error) {
	b, err := os.ReadFile(filepath.Join(dir, wholeMark))
	switch {
	case err == nil && string(b) == edition:
		return true, nil
	case err == nil:
		return false, fmt.Errorf("the demonstration in %s was made by another edition of the program; delete the folder and start again", dir)
	case !errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("read the demonstration's folder: %w", err)
	}
	if exists(filepath.Join(dir, begunMark)) {
		return false, fmt.Errorf("the demonstration in %s was not finished; delete the folder and start again", dir)
	}
	if exists(filepath.Join(dir, "yangguang.db")) {
		return false, fmt.Errorf("%s holds a database that is not the demonstration's; give another folder with --data", dir)
	}
	return false, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Begin marks that the making of the demonstration in a folder has begun.
func Begin(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data folder (check --data): %w", err)
	}
	return os.WriteFile(filepath.Join(dir, begunMark), []byte(edition), 0o600)
}

// Finish marks a demonstration as whole.
func Finish(dir string) error {
	if err := os.WriteFile(filepath.Join(dir, wholeMark), []byte(edition), 0o600); err != nil {
		return err
	}
	return os.Remove(filepath.Join(dir, begunMark))
}
