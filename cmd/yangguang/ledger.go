package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"yangguang/internal/jobs"
	"yangguang/internal/ledger"
)

// logging are the settings of the public log.
type logging struct {
	Origin      string           // name of our logs, "www.example.gov.cn/log"; fixed by the first start
	Witnesses   []ledger.Witness // who cosigns our logs
	WitnessName string           // our name as a witness
	WitnessLogs []string         // public keys of the logs we cosign
}

func logFlags(fs *flag.FlagSet, l *logging) {
	fs.StringVar(&l.Origin, "log-origin", "", "name of the public logs, without scheme; from --domain when empty; fixed by the first start")
	fs.Func("log-witness", "witness of our logs: \"URL KEY\"; may be given again, or several with commas", func(s string) error {
		for _, one := range splitList(s) {
			w, err := ledger.ParseWitness(one)
			if err != nil {
				return err
			}
			l.Witnesses = append(l.Witnesses, w)
		}
		return nil
	})
	fs.StringVar(&l.WitnessName, "witness-name", "", "our name as a witness of other logs; the log's origin and /witness when empty")
	fs.Func("witness-log", "public key of a log this installation witnesses at /witness; may be given again, or several with commas", logKeys(&l.WitnessLogs))
}

// logOrigin is the name of the logs of an installation that has none yet.
func (c *config) logOrigin() string {
	if c.Origin != "" {
		return strings.Trim(c.Origin, "/")
	}
	if u, err := url.Parse(c.Domain); err == nil && u.Host != "" {
		return u.Host + "/log"
	}
	return "localhost/log"
}

func logKeyPath(data string) string { return filepath.Join(data, "keys", "log.key") }

// openLedger loads the key of the logs, and of the witness where we are one.
func (h *house) openLedger() error {
	key, err := ledger.KeyIn(logKeyPath(h.c.Data), h.c.logOrigin())
	if err != nil {
		return err
	}
	h.ledger = &ledger.Ledger{DB: h.db, Key: key, Witnesses: h.c.Witnesses, Log: h.log}
	if len(h.c.WitnessLogs) == 0 {
		return nil
	}
	name := h.c.WitnessName
	if name == "" {
		name = key.Name + "/witness"
	}
	k, err := ledger.KeyIn(filepath.Join(h.c.Data, "keys", "witness.key"), name)
	if err != nil {
		return err
	}
	h.witnessing, err = ledger.NewWitnessing(k, filepath.Join(h.c.Data, "witness", "state.json"), h.db.Clock().Now, h.c.WitnessLogs...)
	return err
}

// keepLedger logs what was public before there was a log, notes a changed key,
// and then signs until ctx ends.
func (h *house) keepLedger(ctx context.Context) error {
	if err := h.ledger.NoteKey(ctx); err != nil {
		return err
	}
	began := time.Now()
	n, err := h.disclosure.LogExisting(ctx)
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("log what was public before: %w", err)
	}
	if n > 0 {
		h.log.InfoContext(ctx, "earlier items were written into the public log", "items", n, "took", time.Since(began))
	}
	return h.ledger.Run(ctx)
}

// registerLedger has new heads witnessed; who did not answer is asked again.
func (h *house) registerLedger(r *jobs.Runner) {
	if len(h.ledger.Witnesses) == 0 {
		return
	}
	r.Every("ledger.witness", jobs.Each(time.Minute), func(ctx context.Context, _ jobs.Job) error {
		_, err := h.ledger.Submit(ctx)
		return err
	})
}
