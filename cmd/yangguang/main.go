// Command yangguang is the whole product in one program: the public site, the
// staff desk, the jobs behind them and the tools of the operator.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"yangguang/internal/sandbox"
)

// version is set by the build: -ldflags "-X main.version=…".
var version = "development"

// command is one word of the command line.
type command struct {
	name, about string
	run         func(ctx context.Context, args []string, out io.Writer) error
}

func commands() []command {
	return []command{
		{"serve", "serve the site and the desk", serve},
		{"demo", "serve a year of fictional data of one real county", demonstrate},
		{"phone", "take the hotline's calls; phone call: a scripted caller", phoneCommand},
		{"migrate", "bring the database up to date", migrate},
		{"backup", "write an online backup of database, files and keys", backup},
		{"restore", "restore a backup into an empty folder and verify it", restore},
		{"export", "DIR: write a static copy of the public site, or of a column", exportCommand},
		{"norm", "check FILE: validate a norm profile", normCommand},
		{"agency", "import agencies and members from XLSX", agencyCommand},
		{"import", "hand in past publications from a folder or a file", importCommand},
		{"load", "fill an empty database with a fictional nation, for trials of scale", load},
		{"recount", "count coverage and the sums of matters anew and mend them", recount},
		{"reindex", "index every published item again, with its attachments", reindex},
		{"prompts", "make, list or read: the sounds of the hotline, with a placeholder voice where none is recorded", promptsCommand},
		{"user", "add, freeze or reset accounts", userCommand},
		{"verify", "[URL|FOLDER|FILE|NUMBER]: verify audit book and public log, or what another publishes", verifyCommand},
		{"check-report", "FILE [FILE]: check the identities of a published yearly report (HTML or XLSX)", checkReport},
		{"check-archive", "FILE…: verify packages of requests for information and of matters that were taken for the archive", checkArchive},
		{"witness", "cosign other people's public logs", witnessCommand},
		{"version", "print the version", func(_ context.Context, _ []string, out io.Writer) error {
			_, err := fmt.Fprintln(out, "yangguang", version)
			return err
		}},
	}
}

func main() {
	sandbox.Enter()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "yangguang:", err)
		os.Exit(exitStatus(err))
	}
}

// exitStatus is 2 after a mistake on the command line and 1 after any other
// failure, so that a script that verifies can tell them apart.
func exitStatus(err error) int {
	var u usageError
	if errors.As(err, &u) {
		return 2
	}
	return 1
}

// usageError is a mistake on the command line.
type usageError struct{ error }

func run(ctx context.Context, args []string, out io.Writer) error {
	cmds := commands()
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "--help"}, args[0]) {
		usage(out, cmds)
		return nil
	}
	i := slices.IndexFunc(cmds, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		return usageError{fmt.Errorf("there is no command %q; see 'yangguang help'", args[0])}
	}
	return cmds[i].run(ctx, args[1:], out)
}

func usage(out io.Writer, cmds []command) {
	var b strings.Builder
	b.WriteString("yangguang: open and answerable public agencies\n\n")
	for _, c := range cmds {
		fmt.Fprintf(&b, "  %-8s %s\n", c.name, c.about)
	}
	b.WriteString("\nEach command explains its flags with -h. Settings may also stand in a file\n(--config) or in the environment (YANGGUANG_DATA for --data); see docs/operate.md.\n")
	_, _ = io.WriteString(out, b.String())
}
