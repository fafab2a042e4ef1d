package export

import (
	"errors"
	"io/fs"
	"os"
)

// swap puts the whole new folder in the place of the old. Where the file system
// exchanges two names at once, no reader finds the place empty; the old folder
// is then under the part's name and removed with it.
func swap(part, dir string) error {
	if err := syncAll(part); err != nil {
		return err
	}
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return os.Rename(part, dir)
	}
	if done, err := exchange(part, dir); done || err != nil {
		return err
	}
	old := part + ".old" // still a part-* name, swept if we die here
	if err := os.Rename(dir, old); err != nil {
		return err
	}
	if err := os.Rename(part, dir); err != nil {
		return errors.Join(err, os.Rename(old, dir))
	}
	return os.RemoveAll(old)
}
