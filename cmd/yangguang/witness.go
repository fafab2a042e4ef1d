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
	"slices"
	"strings"
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
	fs.Func("log", "public key of a log to witness; may be given again, or several with commas", logKeys(&logs))
	fs.String("config", "", "file of settings, one \"name = value\" a line")
	if err := parse(fs, args, out); err != nil {
		return helpIsNoError(err)
	}
	switch {
	case fs.NArg() > 0:
		return usageError{fmt.Errorf("%q is no argument of this command; name a log with --log KEY", fs.Arg(0))}
	case len(logs) == 0:
		return usageError{errors.New("name at least one log with --log KEY")}
	case *name == "":
		*name = "witness.localhost"
	}
	if err := ledger.GoodName(*name); err != nil {
		return usageError{err}
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

// logKeys reads the public keys of logs to witness. Two keys of one log would
// mean that one of them is not watched.
func logKeys(to *[]string) func(string) error {
	return func(s string) error {
		for _, k := range splitList(s) {
			v, err := ledger.Verifier(k)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(*to, func(had string) bool { return k != had && strings.HasPrefix(had, v.Name()+"+") }) {
				return fmt.Errorf("two keys of the log %s; give the one it signs with now", v.Name())
			}
			*to = append(*to, k)
		}
		return nil
	}
}
