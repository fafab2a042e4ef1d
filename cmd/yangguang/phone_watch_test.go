package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// fakePhone is what the test's own program becomes: a telephone process that has
// one call and answers on the socket until it is told to stop.
func fakePhone(socket string) {
	ln, err := net.Listen("unix", socket)
	if err != nil {
		os.Exit(3)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		_ = http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_ = json.NewEncoder(w).Encode(phoneHealth{PID: os.Getpid(), Version: "this", Calls: 1})
		}))
	}()
	<-stop
	os.Exit(0)
}

const fakePhoneSocket = "YANGGUANG_TEST_PHONE_SOCKET"

func init() {
	if socket := os.Getenv(fakePhoneSocket); socket != "" {
		fakePhone(socket)
	}
}

// watched is a watch as serve has it.
type watched struct {
	*phoneWatch
	starts int           // of Run, until it has ended
	said   chan struct{} // it adopted a process
}

func (w *watched) Write(b []byte) (int, error) {
	select {
	case w.said <- struct{}{}:
	default:
	}
	return len(b), nil
}

func watch(t *testing.T, socket string) *watched {
	t.Helper()
	w := &watched{said: make(chan struct{}, 1)}
	w.phoneWatch = &phoneWatch{Socket: socket, Version: "this", Drain: time.Second, Log: slog.New(slog.NewTextHandler(w, nil)), Command: func() *exec.Cmd {
		w.starts++
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), fakePhoneSocket+"="+socket)
		return cmd
	}}
	return w
}

func (w *watched) pid(t *testing.T) int {
	t.Helper()
	for t.Context().Err() == nil {
		if h, err := w.health(t.Context()); err == nil {
			return h.PID
		}
		time.Sleep(5 * time.Millisecond)
	}
	return 0
}

// A serve that comes up beside a telephone process of its data folder takes it over
// and starts none; told to stop, it stops the process it never started.
func TestServeAdoptsTheTelephoneItFinds(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	left := exec.Command(os.Args[0]) // of a serve that was killed
	left.Env = append(os.Environ(), fakePhoneSocket+"="+socket)
	if err := left.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- left.Wait() }()
	w := watch(t, socket)
	if pid := w.pid(t); pid != left.Process.Pid {
		t.Fatalf("process %d answers, want %d", pid, left.Process.Pid)
	}
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- w.Run(ctx) }()
	<-w.said
	stop()
	if err := <-over; err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the process it adopted: %v", err)
	}
	if w.starts != 0 {
		t.Errorf("%d processes were started beside the one there was", w.starts)
	}
}

// A process that ended by itself is started again; one that was begun and does not
// answer yet is not left behind.
func TestServeStartsTheTelephoneAgainAndLeavesNoneBehind(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	w := watch(t, socket)
	begun := make(chan *exec.Cmd, 10)
	command := w.Command
	w.Command = func() *exec.Cmd {
		cmd := command()
		if w.starts == 2 { // never answers
			cmd = exec.Command("sleep", "600")
		}
		begun <- cmd
		return cmd
	}
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- w.Run(ctx) }()
	<-begun
	if err := syscall.Kill(w.pid(t), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(socket); err != nil {
		t.Fatal(err)
	}
	silent := <-begun
	stop()
	if err := <-over; err != nil {
		t.Error(err)
	}
	if silent.ProcessState == nil && silent.Process != nil {
		t.Error("a process that was begun is left behind")
	}
}
