package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/ledger"
)

// witnessCommand is the whole of a witness: a key, a state, one address. It
// needs no database, so that a university or a newspaper can run it.
func witnessCommand(ctx context.Context, args []string, out io.Writer) error {
	fs := flag.NewFlagSet("yangguang witness", flag.ContinueOnError)
	dir := fs.String("dir", "witness", "folder of the key and of what was cosigned last")
	name := fs.String("name", "", "name of the witness, such as witness.example.edu.cn; fixed by the first start")
	listen := fs.String("listen", "127.0.0.1:8090", "address to serve on")
	var logs []string
	fs.Func("log", "public key of a log to witness; may be given again, or several with commas", func(s string) error {
		for _, k := range splitList(s) {
			if _, err := ledger.Verifier(k); err != nil {
				return err
			}
			logs = append(logs, k)
		}
		return nil
	})
	fs.String("config", "", "file of settings, one \"name = value\" a line")
	if err := parse(fs, args, out); err != nil {
		return helpIsNoError(err)
	}
	if len(logs) == 0 {
		return usageError{errors.New("name at least one log with --log KEY")}
	}
	if *name == "" {
		*name = "witness.localhost"
	}
	key, err := ledger.KeyIn(filepath.Join(*dir, "witness.key"), *name)
	if err != nil {
		return err
	}
	w, err := ledger.NewWitnessing(key, filepath.Join(*dir, "state.json"), clock.System().Now, logs...)
	if err != nil {
		return err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", *listen)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("POST /add-checkpoint", w)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: 20 * time.Second, MaxHeaderBytes: 16 << 10}
	if _, err := fmt.Fprintf(out, "witness %s of %d logs\nkey %s\nready http://%s\n", key.Name, len(logs), w.VKey(), ln.Addr()); err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		_ = srv.Close()
	}()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
