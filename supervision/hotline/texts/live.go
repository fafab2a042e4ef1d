package texts

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
)

// lookEvery is how often a page that follows live looks although nothing changed
// in this process: the gateway may have reached another.
const lookEvery = 5 * time.Second

// Hush ends the pages that follow live, so that the server can stop.
func (s *Texts) Hush() { s.streams.Hush() }

// stampOf is all that pages show of conversations, in one word; it says nothing
// of what was written.
func stampOf(cs []Chat) string {
	h := fnv.New64a()
	for i := range cs {
		c := &cs[i]
		_, _ = fmt.Fprintln(h, c.ID, c.State, c.Person, c.Unread, c.Last.UnixMilli(), c.Number)
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// listEvents tells a list of conversations to ask for itself again.
func (s *Texts) listEvents(w http.ResponseWriter, r *http.Request) error {
	a := account.From(r.Context())
	if len(ranges(a)) == 0 {
		return fault.Say(fault.Forbidden, "fault.forbidden")
	}
	s.follow(w, r, func(tx *db.Tx) ([]Chat, error) { return chats(tx, ranges(a), stateOf(r)) })
	return nil
}

// oneEvents tells the page of a conversation the same.
func (s *Texts) oneEvents(w http.ResponseWriter, r *http.Request) error {
	ref, err := refOf(r)
	if err != nil {
		return err
	}
	find := func(tx *db.Tx) ([]Chat, error) {
		c, err := chatByID(tx, ref)
		if err == nil {
			err = may(account.From(r.Context()), c)
		}
		if err != nil {
			return nil, err
		}
		return []Chat{*c}, nil
	}
	if err := s.Hotline.DB.Read(r.Context(), func(tx *db.Tx) error { _, err := find(tx); return err }); err != nil {
		return err
	}
	s.follow(w, r, find)
	return nil
}

func (s *Texts) follow(w http.ResponseWriter, r *http.Request, find func(tx *db.Tx) ([]Chat, error)) {
	bell, silence := s.bell.Listen()
	defer silence()
	s.streams.Follow(w, r, bell, lookEvery, r.URL.Query().Get("seen"), func(ctx context.Context) (stamp string, err error) {
		err = s.Hotline.DB.Read(ctx, func(tx *db.Tx) error {
			cs, err := find(tx)
			stamp = stampOf(cs)
			return err
		})
		return stamp, err
	})
}

// liveList is where a list that shows these conversations is told of changes.
func liveList(ctx context.Context, state string, shown []Chat) string {
	return web.URL(ctx, root+"/events") + "?state=" + state + "&seen=" + stampOf(shown)
}

func liveOne(ctx context.Context, ref hotline.Ref, shown *Chat) string {
	return web.URL(ctx, pathOf(ref, "/events")) + "?seen=" + stampOf([]Chat{*shown})
}
