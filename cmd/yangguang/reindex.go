package main

import (
	"context"
	"fmt"
	"io"

	"yangguang/disclosure"
	"yangguang/internal/clock"
)

// reindex puts every published item into the search index again, with the text
// of its attachments, every published answer and every article of the knowledge
// base; it may run beside the server.
func reindex(ctx context.Context, args []string, out io.Writer) error {
	c := &config{}
	f := newFlags("reindex", c)
	after := f.String("after", "0/0", "go on after this place, which an earlier run printed")
	if err := parse(f, args, out); err != nil {
		return helpIsNoError(err)
	}
	from, err := disclosure.ParsePlace(*after)
	if err != nil {
		return usageError{fmt.Errorf("--after: %w", err)}
	}
	h, err := open(ctx, c, clock.System(), false, out)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	done, err := h.disclosure.Reindex(ctx, from, func(done int, last disclosure.Place) {
		_, _ = fmt.Fprintf(out, "%d items, to %s\n", done, last)
	})
	if err != nil {
		return fmt.Errorf("%w; go on with --after and the last place printed", err)
	}
	answered, err := h.answers.Reindex(ctx)
	if err != nil {
		return err
	}
	articles, err := h.knowledge.Reindex(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d published items are indexed with their attachments, %d answers and %d articles\n", done, answered, articles)
	return err
}
