package fresh

import (
	"context"
	"slices"

	"yangguang/internal/db"
)

// Everything is the part of the record that stands on too many pages to tell
// them apart: names of agencies, calendars, the night's figures. Whatever reads
// it needs to say no more than that, since every page is forgotten with it.
const Everything = "*"

// MostTags is how many parts a page may be made of; one of more counts as made
// of anything.
const MostTags = 400

// Noted are the parts of the record that something was made of.
type Noted struct {
	tags    map[string]struct{}
	unknown bool
}

type notedKey struct{}

// Noting returns a context in which whatever is read of the record is noted.
// It is for one goroutine.
func Noting(ctx context.Context) (context.Context, *Noted) {
	n := &Noted{tags: map[string]struct{}{}}
	ctx = context.WithValue(ctx, notedKey{}, n)
	return db.Watch(ctx, func(of []string) {
		if of == nil {
			n.unknown = true
		}
		n.add(of)
	}), n
}

// Note adds parts that something under ctx is made of, where they are known
// only once they were read.
func Note(ctx context.Context, tags ...string) {
	if n, ok := ctx.Value(notedKey{}).(*Noted); ok {
		n.add(tags)
	}
}

func (n *Noted) add(tags []string) {
	for _, t := range tags {
		if t == Everything {
			continue
		}
		if len(n.tags) == MostTags {
			n.unknown = true
			return
		}
		n.tags[t] = struct{}{}
	}
}

// Tags are the parts; known is false when something was read of which nobody
// said what it is a part of.
func (n *Noted) Tags() (tags []string, known bool) {
	for t := range n.tags {
		tags = append(tags, t)
	}
	slices.Sort(tags)
	return tags, !n.unknown
}
