package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"yangguang/supervision/hotline/studio"
)

// promptsCommand makes the hotline's prompts that nobody recorded with the
// placeholder voice, or lists how each stands.
func promptsCommand(ctx context.Context, args []string, out io.Writer) error {
	c := &config{}
	f := newFlags("prompts make|list", c)
	what := ""
	if len(args) > 0 && (args[0] == "make" || args[0] == "list") {
		what, args = args[0], args[1:]
	}
	if err := parse(f, args, out); err != nil {
		return helpIsNoError(err)
	}
	dir := filepath.Join(c.Data, "prompts")
	switch what {
	case "make":
		n, err := studio.Make(ctx, dir)
		if err != nil {
			return fmt.Errorf("%d prompts made, then: %w", n, err)
		}
		_, err = fmt.Fprintf(out, "%d placeholder prompts made in %s; record them before citizens hear them\n", n, dir)
		return err
	case "list":
		for _, s := range studio.Standings(dir) {
			if _, err := fmt.Fprintf(out, "%s\t%s\t%s\n", s.Lang, s.Key, s.Made); err != nil {
				return err
			}
		}
		return nil
	}
	return usageError{fmt.Errorf("say 'prompts make' or 'prompts list'")}
}
