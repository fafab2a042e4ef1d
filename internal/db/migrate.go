package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

// ErrNewer says that the data was written by a newer release.
var ErrNewer = errors.New("the database is of a newer version than this program; install the newer program, or restore a backup made before the upgrade")

// Migrate brings the schema up to date with the rooms' migration files, which
// are merged in the order of their UTC times.
func (d *DB) Migrate(ctx context.Context, sources ...fs.FS) error {
	merged, newest, err := mergeMigrations(sources)
	if err != nil {
		return err
	}
	dialect, pool := goose.DialectSQLite3, d.writer
	if d.postgres {
		dialect, pool = goose.DialectPostgres, d.pool
	}
	if d.writer != nil { // goose needs the one writing connection for itself
		if pool, err = sql.Open("sqlite", sqliteURI(d.path)+"&_txlock=immediate"); err != nil {
			return err
		}
		defer func() { _ = pool.Close() }()
	}
	p, err := goose.NewProvider(dialect, pool, merged, goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))
	if err != nil {
		return err
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	if have > newest {
		return ErrNewer
	}
	_, err = p.Up(ctx)
	return err
}

func mergeMigrations(sources []fs.FS) (fs.FS, int64, error) {
	merged, newest := fstest.MapFS{}, int64(0)
	for _, src := range sources {
		names, err := fs.Glob(src, "migrations/*.sql")
		if err != nil {
			return nil, 0, err
		}
		for _, n := range names {
			b, err := fs.ReadFile(src, n)
			if err != nil {
				return nil, 0, err
			}
			base := path.Base(n)
			v, err := strconv.ParseInt(base[:max(0, strings.IndexByte(base, '_'))], 10, 64)
			if err != nil {
				return nil, 0, fmt.Errorf("migration %s does not begin with its time", base)
			}
			if _, twice := merged[base]; twice {
				return nil, 0, fmt.Errorf("migration %s is given twice", base)
			}
			merged[base], newest = &fstest.MapFile{Data: b}, max(newest, v)
		}
	}
	return merged, newest, nil
}
