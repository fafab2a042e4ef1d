package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/supervision/hotline/studio"
)

// promptsCommand makes the hotline's prompts that nobody recorded with the
// placeholder voice, lists how each stands, or has the voice read the guides,
// answers and items that are published or in force in a division.
func promptsCommand(ctx context.Context, args []string, out io.Writer) error {
	c := &config{}
	f := newFlags("prompts make|list|read", c)
	division := f.String("division", "", "read: the division whose guides, answers and items are read aloud, such as 350525")
	what := ""
	if len(args) > 0 && slices.Contains([]string{"make", "list", "read"}, args[0]) {
		what, args = args[0], args[1:]
	}
	if err := parse(f, args, out); err != nil {
		return helpIsNoError(err)
	}
	dir := c.prompts()
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
	if what == "read" {
		return readAloud(ctx, c, *division, dir, out)
	}
	return usageError{fmt.Errorf("say 'prompts make', 'prompts list' or 'prompts read'")}
}

func readAloud(ctx context.Context, c *config, division, dir string, out io.Writer) error {
	code, err := agency.ParseCode(division)
	if err != nil {
		return usageError{fmt.Errorf("--division: %w", err)}
	}
	h, err := open(ctx, c, clock.System(), false, out)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	texts, err := h.allAloud(ctx, []agency.Code{code})
	if err != nil {
		return err
	}
	n, err := (&studio.Reading{Dir: dir}).Prepare(ctx, texts)
	if err != nil {
		return fmt.Errorf("%d sentences made, then: %w", n, err)
	}
	_, err = fmt.Fprintf(out, "%d texts are published or in force; %d sentences made\n", len(texts), n)
	return err
}
