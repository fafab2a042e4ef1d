package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/coverage"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fresh"
	"yangguang/internal/jobs"
	"yangguang/internal/search"
	"yangguang/internal/web"
)

func serve(ctx context.Context, args []string, out io.Writer) error {
	c := &config{}
	fs := newFlags("serve", c)
	serveFlags(fs, c)
	if err := parse(fs, args, out); err != nil {
		return helpIsNoError(err)
	}
	c.phone.passOn(fs)
	if err := c.phone.readScript(); err != nil {
		return err
	}
	h, err := open(ctx, c, clock.System(), false, os.Stderr)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	return h.serve(ctx, out)
}

// lookEvery is how often a process looks for what others on its store published.
const lookEvery = time.Second

func helpIsNoError(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}

// serve runs the web and the jobs until ctx ends, then stops both cleanly.
func (h *house) serve(ctx context.Context, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go h.warmGate(ctx)
	if err := h.disclosure.Renew(ctx); err != nil {
		return err
	}
	ended := make(chan error, 7)
	ear := fresh.Listen(h.db)
	go func() { ended <- ear.Run(ctx, lookEvery, h.log) }()
	go func() { ended <- h.keepLedger(ctx) }()
	go func() { ended <- h.jobs.Run(ctx) }()
	go func() { ended <- h.keepTime(ctx) }()
	go func() { ended <- h.serveMetrics(ctx) }()
	go func() { ended <- h.watchPhone(ctx) }()
	go func() { h.keepReading(ctx); ended <- nil }()
	err := web.Serve(ctx, web.Listener{Addr: h.c.Listen, Cert: h.c.Cert, Key: h.c.Key, BehindProxy: len(h.c.Proxies) > 0, Ready: out}, h.app)
	stop()
	for range 7 {
		if e := <-ended; e != nil && !errors.Is(e, context.Canceled) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// serveMetrics answers Prometheus on an address of its own, so that the public
// never sees it.
func (h *house) serveMetrics(ctx context.Context) error {
	if h.c.Metrics == "" {
		return nil
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", h.c.Metrics)
	if err != nil {
		return fmt.Errorf("listen for metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", h.app.Metrics().Handler())
	srv := &http.Server{Handler: mux, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		_ = srv.Close()
	}()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// readyRate bounds how often one caller may have the store written: each time
// waits for the disk.
var readyRate = web.Rate{N: 60, Per: time.Minute}

// health are the routes an operator's watch asks.
func (h *house) health() []web.Route {
	return []web.Route{
		{Pattern: "GET /healthz", Access: web.Public, Handler: func(w http.ResponseWriter, _ *http.Request) error {
			return web.Write(w, http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
		}},
		{Pattern: "GET /readyz", Access: web.Public, Handler: h.ready, Limit: readyRate},
	}
}

// ready answers whether the store can be read and written.
func (h *house) ready(w http.ResponseWriter, r *http.Request) error {
	// Forgetting old sessions is a write that may happen at any time.
	if err := h.db.Write(r.Context(), account.ForgetSessions); err != nil {
		return web.Write(w, http.StatusServiceUnavailable, "text/plain; charset=utf-8", []byte("the store does not take writes\n"))
	}
	return web.Write(w, http.StatusOK, "text/plain; charset=utf-8", []byte("ready\n"))
}

// countDeadlines is the job that follows the publication of a calendar.
const countDeadlines = "catalogue.deadlines"

// countDeadlines brings every agency's obligations up to the catalogue and the
// calendars as they stand.
func (h *house) countDeadlines(ctx context.Context) error {
	if _, err := h.catalogue.SyncAll(ctx, h.db); err != nil {
		return err
	}
	return h.db.Write(ctx, func(tx *db.Tx) error { return fresh.Change(tx, 0, fresh.Everything) })
}

// runner is the rooms' background work.
func (h *house) runner() *jobs.Runner {
	r := &jobs.Runner{DB: h.db, Log: h.log}
	h.outbox.Register(r)
	h.registerKeeping(r)
	h.disclosure.RegisterJobs(r)
	h.casework.Register(r)
	h.exchange.Register(r)
	h.analysis.Register(r)
	h.registerHotlineRecords(r)
	h.registerLedger(r)
	r.Every("disclosure.publish_due", jobs.Each(time.Minute), func(ctx context.Context, _ jobs.Job) error {
		_, err := h.disclosure.PublishDue(ctx)
		return err
	})
	r.Every("catalogue.roll", jobs.Daily(0, 5), func(ctx context.Context, _ jobs.Job) error {
		if err := coverage.CloseMonth(ctx, h.db); err != nil { // before the new periods begin
			return err
		}
		if _, err := h.catalogue.Roll(ctx, h.db); err != nil {
			return err
		}
		return h.countDeadlines(ctx)
	})
	r.Every("fresh.drop_old", jobs.Each(time.Hour), func(ctx context.Context, _ jobs.Job) error {
		_, err := fresh.DropOld(ctx, h.db)
		return err
	})
	r.Handle(countDeadlines, func(ctx context.Context, _ jobs.Job) error { return h.countDeadlines(ctx) })
	if h.db.Postgres() {
		r.Every("catalogue.fold", jobs.Each(time.Minute), func(ctx context.Context, _ jobs.Job) error { return catalogue.Fold(ctx, h.db) })
	}
	r.Every("search.settle", jobs.Daily(4, 10), func(ctx context.Context, _ jobs.Job) error { return search.Settle(ctx, h.db) })
	r.Every("catalogue.recount", jobs.Daily(3, 40), func(ctx context.Context, _ jobs.Job) error {
		mended, err := catalogue.Recount(ctx, h.db)
		for _, m := range mended {
			h.log.WarnContext(ctx, "counters mended", "place", m.Place.String(), "cells", m.Cells)
		}
		return err
	})
	return r
}
