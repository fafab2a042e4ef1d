package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
)

// Ledger signs the logs of an installation and has them witnessed.
type Ledger struct {
	DB        *db.DB
	Key       *Key
	Witnesses []Witness
	Client    *http.Client // asks the witnesses; nil means one of its own
	Log       *slog.Logger
}

// Run signs new heads, at most one a second of each log, until ctx ends. What
// was appended while nobody signed is signed at once.
func (g *Ledger) Run(ctx context.Context) error {
	bell, stop := bells.Listen()
	defer stop()
	tick := time.NewTicker(20 * time.Second) // for leaves another process appended
	defer tick.Stop()
	for {
		if _, err := g.Sign(ctx); err != nil && ctx.Err() == nil && g.Log != nil {
			g.Log.ErrorContext(ctx, "a log could not be signed; run 'yangguang verify'", "error", err)
		}
		pause := time.NewTimer(time.Second)
		select {
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-bell:
		case <-tick.C:
		}
	}
}

// Sign makes a checkpoint of every log that grew since its last one, and tells
// of how many. A log that no longer holds what was signed before is not signed.
func (g *Ledger) Sign(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "ledger.Sign")
	var due []int64
	if err := g.DB.Read(ctx, func(tx *db.Tx) (err error) {
		due, err = unsigned(tx)
		return err
	}); err != nil {
		return 0, err
	}
	var failed error
	for _, province := range due {
		if err := g.DB.Write(ctx, func(tx *db.Tx) error { return g.sign(tx, province) }); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		n++
	}
	return n, failed
}

func (g *Ledger) sign(tx *db.Tx, province int64) error {
	size, err := Size(tx, province)
	if err != nil {
		return err
	}
	now, err := rootOf(tx, province, size)
	if err != nil {
		return err
	}
	old, err := latest(tx, province)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil {
		c, err := parseCheckpoint(old)
		if err != nil {
			return err
		}
		if c.N > size {
			return fmt.Errorf("log %d has %d leaves, but %d were signed: leaves were removed outside the program", province, size, c.N)
		}
		then, err := rootOf(tx, province, c.N)
		if err != nil {
			return err
		}
		if then != c.Hash {
			return fmt.Errorf("log %d no longer holds what was signed at size %d: it was changed outside the program", province, c.N)
		}
	}
	b, err := note.Sign(&note.Note{Text: checkpointText(g.Key.Origin(province), tlog.Tree{N: size, Hash: now})}, g.Key.Signer(province))
	if err != nil {
		return err
	}
	if err := noteKey(tx, province, g.Key.VKey(province), size); err != nil {
		return err
	}
	if err := putCheckpoint(tx, province, size, string(b)); err != nil {
		return err
	}
	return fresh.Change(tx, int(province), tagOpen(province))
}

// What pages say of a log's heads: tag changes with the day or the name of a
// witness, tagOpen with every head, for leaves that not everybody covers yet.
func tag(province int64) string { return "log/" + strconv.FormatInt(province, 10) }

func tagOpen(province int64) string { return tag(province) + "/open" }

func rootOf(tx *db.Tx, province, size int64) (tlog.Hash, error) {
	return tlog.TreeHash(size, tilesIn(tx, province))
}

// Latest is the newest checkpoint of a log, with the cosignatures over it.
// Several of the same log are the same, except in who cosigned.
func Latest(tx *db.Tx, province int64) (b []byte, err error) {
	defer fault.Wrap(&err, "ledger.Latest(%d)", province)
	text, err := latest(tx, province)
	if err != nil {
		return nil, err
	}
	return withCosignatures(tx, province, text)
}

// Covering is the checkpoint to prove a leaf with: the newest that a witness
// cosigned and that covers the leaf, else the newest.
func covering(tx *db.Tx, province, index int64) (b []byte, err error) {
	text, err := coveringNote(tx, province, index)
	if err != nil {
		return nil, err
	}
	return withCosignatures(tx, province, text)
}

func withCosignatures(tx *db.Tx, province int64, text string) ([]byte, error) {
	c, err := parseCheckpoint(text)
	if err != nil {
		return nil, err
	}
	lines, err := cosignaturesAt(tx, province, c.N)
	return []byte(text + strings.Join(lines, "")), err
}

// Keys are the public keys a log was ever signed with, the newest first.
func Keys(tx *db.Tx, province int64) (vkeys []string, err error) {
	defer fault.Wrap(&err, "ledger.Keys(%d)", province)
	return keysOf(tx, province)
}

// NoteKey writes a leaf into every log that was signed with another key before,
// so that a change of key is as public as what it signs.
func (g *Ledger) NoteKey(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "ledger.NoteKey")
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		logs, err := Provinces(tx)
		if err != nil {
			return err
		}
		for _, province := range logs {
			known, err := keysOf(tx, province)
			if err != nil {
				return err
			}
			vkey := g.Key.VKey(province)
			if len(known) == 0 || bytes.Contains([]byte(strings.Join(known, "\n")), []byte(vkey)) {
				continue
			}
			l, err := Append(tx, Entry{Province: province, Kind: "key", Subject: fmt.Sprintf("key/%d", g.Key.Signer(province).KeyHash()), Content: HashOf([]byte(vkey))})
			if err != nil {
				return err
			}
			if err := noteKey(tx, province, vkey, l.Index+1); err != nil {
				return err
			}
		}
		return nil
	})
}

// Seen says who cosigned a log last, and up to where.
type Seen struct {
	Name string
	Size int64
	At   time.Time
}

// WitnessedBy lists each witness's last cosignature of a log.
func WitnessedBy(tx *db.Tx, province int64) (out []Seen, err error) {
	defer fault.Wrap(&err, "ledger.WitnessedBy(%d)", province)
	return witnessedBy(tx, province)
}

// Covering answers whether a leaf lies under a signed head, and who cosigned
// one over it. A page made with it that shows no more of the cosignatures than
// names and days is forgotten when what it says changes.
func Covering(tx *db.Tx, province, index int64) (signed bool, by []Seen, err error) {
	defer fault.Wrap(&err, "ledger.Covering(%d, %d)", province, index)
	size, _, err := SignedAt(tx.Of(tag(province)), province)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return false, nil, err
	}
	signed = size > index
	seen, err := witnessedBy(tx.Of(tag(province)), province)
	for _, s := range seen {
		if s.Size > index {
			by = append(by, s)
		}
	}
	if !signed || len(by) < len(seen) {
		fresh.Note(tx.Ctx, tagOpen(province))
	}
	return signed, by, err
}
