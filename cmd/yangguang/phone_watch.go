package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os/exec"
	"syscall"
	"time"
)

// phoneHealth is what a telephone process says of itself on its socket.
type phoneHealth struct {
	PID      int    `json:"pid"`
	Version  string `json:"version"`
	Calls    int    `json:"calls"`
	Draining bool   `json:"draining"`
}

// phoneWatch keeps a telephone process running beside this one. The process
// outlives it: calls go on while serve is restarted, and the next serve adopts
// the process it finds.
type phoneWatch struct {
	Socket  string
	Version string
	Command func() *exec.Cmd
	Drain   time.Duration // the process's own
	Log     *slog.Logger
	adopted bool
}

// phoneLook is how often the process is looked for, phoneRetry how long one
// that ends at once is left alone, at most.
const (
	phoneLook  = time.Second
	phoneRetry = 30 * time.Second
)

// client speaks HTTP over the process's socket.
func (w *phoneWatch) client() *http.Client { return socketClient(w.Socket) }

func socketClient(path string) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}}
}

// health asks the process how it is.
func (w *phoneWatch) health(ctx context.Context) (out phoneHealth, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://phone/health", nil)
	if err != nil {
		return out, err
	}
	res, err := w.client().Do(r)
	if err != nil {
		return out, err
	}
	defer func() { _ = res.Body.Close() }()
	return out, json.NewDecoder(res.Body).Decode(&out)
}

// Run starts the process where none answers, until ctx ends; then it stops the
// process, whoever started it.
func (w *phoneWatch) Run(ctx context.Context) error {
	wait := phoneLook
	for ctx.Err() == nil {
		if h, err := w.health(ctx); err == nil {
			w.adopt(ctx, h)
			wait = phoneLook
			pause(ctx, phoneLook)
			continue
		}
		began := time.Now()
		err := w.start(ctx)
		if err != nil && ctx.Err() == nil {
			w.Log.WarnContext(ctx, "the telephone process ended", "fault", err.Error(), "again_in_s", int(wait.Seconds()))
		}
		if time.Since(began) > phoneRetry {
			wait = phoneLook
		}
		pause(ctx, wait)
		wait = min(2*wait, phoneRetry)
	}
	return w.stop(context.WithoutCancel(ctx))
}

// adopt takes over a process that runs already. One of another version is asked
// to end when its calls have, so that the next is of this one.
func (w *phoneWatch) adopt(ctx context.Context, h phoneHealth) {
	if w.adopted {
		return
	}
	w.adopted = true
	w.Log.InfoContext(ctx, "a telephone process runs", "calls", h.Calls, "version", h.Version)
	if h.Version == w.Version || h.Draining {
		return
	}
	if r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://phone/drain", nil); err == nil {
		if res, err := w.client().Do(r); err == nil {
			_ = res.Body.Close()
		}
	}
}

// start runs the process in a group of its own and waits until it ends or ctx does.
func (w *phoneWatch) start(ctx context.Context) error {
	cmd := w.Command()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a signal to us is not one to it
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the telephone process: %w", err)
	}
	w.adopted = true
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		w.adopted = false
		if err == nil {
			err = errors.New("it ended by itself")
		}
		return err
	case <-ctx.Done():
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may not answer yet, and must not be left behind
		select {
		case <-ended: //nolint:errcheck // it was told to end
		case <-time.After(w.Drain + phoneGrace):
		}
		return nil
	}
}

// phoneGrace is what a process may take to stop beside its draining.
const phoneGrace = 5 * time.Second

// stop ends the process by its signal and waits until it answers no more.
func (w *phoneWatch) stop(ctx context.Context) error {
	h, err := w.health(ctx)
	if err != nil {
		return nil // none runs
	}
	if err := syscall.Kill(h.PID, syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop the telephone process: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, w.Drain+phoneGrace)
	defer cancel()
	for {
		if _, err := w.health(ctx); err != nil {
			return nil
		}
		pause(ctx, phoneLook/10)
		if ctx.Err() != nil {
			return errors.New("the telephone process does not stop")
		}
	}
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
