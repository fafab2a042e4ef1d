// Package db keeps the house's one promise about data: what was acknowledged
// is on disk. It opens SQLite (embedded, the default) or PostgreSQL (by URL)
// and runs the same SQL text on both, with placeholders $1, $2, ….
//
// The package knows nothing of what it stores; what each table holds about
// people is said by the room that owns it.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	_ "github.com/jackc/pgx/v5/stdlib" // the PostgreSQL driver, through database/sql
	_ "modernc.org/sqlite"             // the embedded engine, without cgo

	"yangguang/internal/clock"
)

// Options says where the data is.
type Options struct {
	Dir   string      // folder of the SQLite file yangguang.db; used when URL is empty
	URL   string      // postgres://… for PostgreSQL
	Clock clock.Clock // nil means the system's
	Node  int         // this process's number, 0–31, part of every id it makes
}

// DB is an open store, safe for use by many goroutines.
type DB struct {
	clock    clock.Clock
	ids      idMaker
	postgres bool
	pool     *sql.DB // PostgreSQL: everything; SQLite: the readers
	writer   *sql.DB // SQLite: the one writing connection
	readers  chan *stmtConn
	queue    chan *job // SQLite: use cases waiting for the next commit
	done     chan struct{}
	closing  sync.Once
	path     string
	hearers  hearers
}

func (d *DB) tx(ctx context.Context, q querier) *Tx {
	now := d.clock.Now()
	return &Tx{Ctx: ctx, Now: now, began: now, db: d, q: q, after: new([]func())}
}

const sqlitePragmas = "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
	"&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=trusted_schema(0)&_pragma=temp_store(2)"

// readerPages has a reader keep 8 MB of pages, not 2: a search among a million
// texts looks at more, and spent a third of its time fetching them again.
const readerPages = "&_pragma=cache_size(-8000)"

// Open opens the store, and refuses one that would lose an acknowledged write.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	d := &DB{clock: o.Clock, ids: idMaker{node: int64(o.Node & 31)}, done: make(chan struct{})}
	if o.URL != "" {
		return d, d.openPostgres(ctx, o.URL)
	}
	return d, d.openSQLite(ctx, o.Dir)
}

func (d *DB) openPostgres(ctx context.Context, url string) error {
	pool, err := sql.Open("pgx", url)
	if err != nil {
		return fmt.Errorf("open PostgreSQL (check --database): %w", err)
	}
	pool.SetMaxOpenConns(4 * runtime.NumCPU())
	pool.SetMaxIdleConns(4 * runtime.NumCPU())
	if err := pool.PingContext(ctx); err != nil {
		return fmt.Errorf("reach PostgreSQL (is it running, is --database right?): %w", err)
	}
	d.pool, d.postgres = pool, true
	return nil
}

func (d *DB) openSQLite(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data folder (check --data): %w", err)
	}
	d.path = filepath.Join(dir, "yangguang.db")
	file := sqliteURI(d.path)
	var err error
	if d.writer, err = sql.Open("sqlite", file); err != nil {
		return err
	}
	d.writer.SetMaxOpenConns(1)
	if err := d.refuseLessThanFull(ctx); err != nil {
		return err
	}
	if d.pool, err = sql.Open("sqlite", file+"&_pragma=query_only(1)"+readerPages); err != nil {
		return err
	}
	n := 2 * runtime.NumCPU()
	d.pool.SetMaxOpenConns(n)
	d.readers = make(chan *stmtConn, n)
	for range n {
		d.readers <- &stmtConn{pool: d.pool}
	}
	d.queue = make(chan *job, 256)
	go d.commitTogether()
	return nil
}

// sqliteURI names a database file so that SQLite opens that very file: in a
// URI the signs ? # and % of a folder's name would mean something else.
func sqliteURI(path string) string {
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path) + "?" + sqlitePragmas
}

// refuseLessThanFull checks that a commit is on disk before it is answered:
// with NORMAL a power cut loses every recent commit.
func (d *DB) refuseLessThanFull(ctx context.Context) error {
	var mode string
	var sync int
	if err := d.writer.QueryRowContext(ctx, "pragma journal_mode").Scan(&mode); err != nil {
		return fmt.Errorf("open %s: %w", d.path, err)
	}
	if err := d.writer.QueryRowContext(ctx, "pragma synchronous").Scan(&sync); err != nil {
		return err
	}
	if mode != "wal" || sync < 2 {
		return fmt.Errorf("the file system of %s does not allow WAL with synchronous=FULL (got %s, %d); use a local disk", d.path, mode, sync)
	}
	return nil
}

// Postgres answers whether the store is PostgreSQL.
func (d *DB) Postgres() bool { return d.postgres }

// Clock is the clock the store was opened with.
func (d *DB) Clock() clock.Clock { return d.clock }

// ID makes an id of a province before there is a transaction to write it in.
func (d *DB) ID(province int) int64 { return d.ids.next(province, d.clock.Now()) }

// Path is the SQLite file, "" on PostgreSQL.
func (d *DB) Path() string { return d.path }

// Close waits for the commits under way and closes the store.
func (d *DB) Close() error {
	d.closing.Do(func() {
		if d.queue != nil {
			close(d.queue)
			<-d.done
			for range cap(d.readers) {
				(<-d.readers).close()
			}
		}
		if d.pool != nil {
			_ = d.pool.Close()
		}
		if d.writer != nil {
			_ = d.writer.Close()
		}
	})
	return nil
}
