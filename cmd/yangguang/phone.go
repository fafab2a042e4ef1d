package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"yangguang/internal/clock"
	"yangguang/supervision/hotline/seatwire"
	"yangguang/supervision/hotline/switchboard"
)

// phoneCommand is the telephone process: SIP, the voice of calls and the queue.
// serve --phone starts it; it may be started by hand as well.
func phoneCommand(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 && args[0] == "call" {
		return phoneCall(ctx, args[1:], out)
	}
	c := &config{}
	fs := newFlags("phone", c)
	serveFlags(fs, c)
	if err := parse(fs, args, out); err != nil {
		return helpIsNoError(err)
	}
	if err := c.phone.settle(); err != nil {
		return err
	}
	lock, err := phoneLock(c.Data)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	c.Node = phoneNode(c.Node)
	h, err := open(ctx, c, clock.System(), false, os.Stderr)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	return h.phoneServe(ctx, out)
}

// phoneNode is the number ids of the telephone process carry, beside those of
// the serve it belongs to: 0-15 are serve's, 16-31 their telephones'.
func phoneNode(serve int) int { return serve | 16 }

// phoneLock holds the data folder's telephone; a second process ends at once.
func phoneLock(data string) (*os.File, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(data, "phone.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the telephone: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, errors.New("a telephone process runs with this data folder already")
	}
	return f, nil
}

// phoneSocket is where a data folder's telephone process is spoken to.
func phoneSocket(data string) string { return filepath.Join(data, "phone.sock") }

// phoneServe takes calls until ctx ends, then lets those under way end.
func (h *house) phoneServe(ctx context.Context, out io.Writer) error {
	life, end := context.WithCancel(context.WithoutCancel(ctx)) // calls outlast the order to stop
	defer end()
	s, err := h.openSwitchboard(life)
	if err != nil {
		return err
	}
	defer s.Close()
	socket := phoneSocket(h.c.Data)
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "unix", socket)
	if err != nil {
		return fmt.Errorf("listen for serve: %w", err)
	}
	if err := os.Chmod(socket, 0o600); err != nil {
		return err
	}
	srv := &http.Server{Handler: h.phoneMux(s), ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(ln) }()
	defer func() { _ = srv.Close() }()
	if stop, err := h.servePeers(ctx, s); err != nil {
		return err
	} else if stop != nil {
		defer stop()
	}
	for _, a := range s.Addresses() {
		if _, err := fmt.Fprintln(out, "telephone at", a); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintln(out, "ready for calls"); err != nil {
		return err
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(work) }()
	select {
	case <-ctx.Done():
		s.Drain()
		idle, cancel := context.WithTimeout(work, h.c.phone.Drain)
		defer cancel()
		s.Idle(idle)
	case <-s.Drained(): // another version of serve asked for it
	case err := <-ended:
		return err
	}
	stop()
	return <-ended
}

// phoneMux is what the process answers on its socket.
func (h *house) phoneMux(s *switchboard.Switchboard) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(phoneHealth{PID: os.Getpid(), Version: version, Calls: s.Calls(), Draining: s.Draining()})
	})
	mux.HandleFunc("POST /drain", func(w http.ResponseWriter, _ *http.Request) {
		s.Drain()
		w.WriteHeader(http.StatusAccepted)
	})
	seatwire.Serve(mux, s)
	return mux
}

// watchPhone keeps the telephone process beside serve where it is asked for.
func (h *house) watchPhone(ctx context.Context) error {
	if !h.c.phone.On {
		return nil
	}
	w := &phoneWatch{Socket: phoneSocket(h.c.Data), Version: version, Drain: h.c.phone.Drain, Log: h.log, Command: h.phoneProcess}
	return w.Run(ctx)
}

// phoneProcess is the process as serve starts it. What it says goes to a file:
// it outlives serve, and with it a pipe.
func (h *house) phoneProcess() *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	cmd := exec.Command(self, append([]string{"phone"}, h.c.phone.given...)...) //nolint:gosec,noctx // our own program and flags; it outlives us
	if f, err := os.OpenFile(filepath.Join(h.c.Data, "phone.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
		cmd.Stdout, cmd.Stderr = f, f
	}
	return cmd
}
