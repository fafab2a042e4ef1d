package desk

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework/casedesk"
	"yangguang/supervision/casework/knowledge"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// Exchange is what the pages ask of the processes that carry calls.
type Exchange interface {
	// Offer joins the seat's browser to one of them; the empty name is this machine's.
	Offer(ctx context.Context, node string, seat hotline.Ref, person int64, sdp string) (answer string, err error)
	Do(ctx context.Context, seat hotline.Ref, c seatwire.Command) error
	State(ctx context.Context, seat hotline.Ref) (seatwire.State, error)
	Watch(ctx context.Context, seat hotline.Ref, f func(seatwire.State)) error
}

// Desk serves the pages.
type Desk struct {
	Hotline  *hotline.Hotline
	Intake   *casedesk.Desk
	Exchange Exchange // nil: this machine runs no telephone
	// Look searches the knowledge base where a call came in; nil where there is none.
	Look func(ctx context.Context, division agency.Code, words, topic string, staff bool, limit int) ([]knowledge.Found, error)
	// Leader answers whether a leader is on duty at a line now; nil: never.
	Leader func(ctx context.Context, line hotline.Ref) (bool, error)
	// Frame is the frame of the hotline's pages.
	Frame func(r *http.Request, title string, crumbs ...ui.Link) ui.Frame

	streams web.Streams
}

const (
	root  = "/desk/hotline"
	shift = root + "/shift"
)

// Routes are the pages, the permission beside each. Whose seat and whose call it
// is, is asked again by each.
func (d *Desk) Routes() []web.Route {
	answer, lead := web.May(hotline.Answering), web.May(hotline.Leading)
	often, seldom := web.Rate{N: 240, Per: time.Minute}, web.Rate{N: 60, Per: time.Minute}
	return []web.Route{
		{Pattern: "GET " + root, Access: answer, Handler: d.show, Voice: true},
		{Pattern: "POST " + root, Access: answer, Handler: d.seatDo, Limit: seldom, Voice: true},
		{Pattern: "POST " + root + "/call", Access: answer, Handler: d.order, Limit: often, Voice: true},
		{Pattern: "POST " + root + "/voice", Access: answer, Handler: d.voice, Limit: seldom},
		{Pattern: "GET " + root + "/events", Access: answer, Handler: d.events},
		{Pattern: "POST " + root + "/draft", Access: answer, Handler: d.keepDraft, Limit: often},
		{Pattern: "POST " + root + "/matter", Access: answer, Handler: d.file, Limit: seldom, Upload: maxForm, Voice: true},
		{Pattern: "POST " + root + "/earlier", Access: answer, Handler: d.earlier, Limit: web.Rate{N: 20, Per: time.Minute}, Voice: true},
		{Pattern: "GET " + shift, Access: lead, Handler: d.shift, Voice: true},
		{Pattern: "POST " + shift, Access: lead, Handler: d.watch, Limit: seldom, Voice: true},
		{Pattern: "GET " + shift + "/events", Access: lead, Handler: d.shiftEvents},
	}
}

// maxForm is what the form may hold as a browser sends it; files come later.
const maxForm = 1 << 20

// Hush ends the pages that follow live, so that the server can stop.
func (d *Desk) Hush() { d.streams.Hush() }

func t(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "hotdesk."+key, args...)
}

// words are those of the hotline itself.
func words(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "hotline."+key, args...)
}

func num(n int64) string { return strconv.FormatInt(n, 10) }

func (d *Desk) now() time.Time { return d.Hotline.DB.Clock().Now() }

// keyOf writes a row's key into an address or a form: 35-17.
func keyOf(r hotline.Ref) string { return strconv.Itoa(r.Province) + "-" + num(r.ID) }

// refOf reads it; the zero key when it is none.
func refOf(s string) hotline.Ref {
	p, id, _ := strings.Cut(s, "-")
	province, err1 := strconv.Atoi(p)
	n, err2 := strconv.ParseInt(id, 10, 64)
	if err1 != nil || err2 != nil || province < 0 || province > 99 || n <= 0 {
		return hotline.Ref{}
	}
	return hotline.Ref{Province: province, ID: n}
}

// span is a length of time as a clock shows it: 1:05, 2:03:20.
func span(x time.Duration) string {
	s := max(int64(x/time.Second), 0)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// mine is the seat of the person acting, where he may answer.
func (d *Desk) mine(ctx context.Context) (*hotline.Seat, error) {
	a := account.From(ctx)
	s, err := d.Hotline.SeatOf(ctx, a.Person)
	if err == nil && !a.May(hotline.Answering, account.Target{Agency: s.Agency, Division: int64(s.Region)}) && !a.May(hotline.Leading, account.Target{Agency: s.Agency, Division: int64(s.Region)}) {
		return nil, fault.Say(fault.Forbidden, "fault.forbidden")
	}
	return s, err
}

// stateOf is how a seat's voice stands. away: the process that knows does not
// answer; a page says so and goes on.
func (d *Desk) stateOf(ctx context.Context, seat hotline.Ref) (s seatwire.State, away bool) {
	if d.Exchange == nil {
		return s, false
	}
	s, err := d.Exchange.State(ctx, seat)
	return s, err != nil
}

// refusal is what a page says of a refused act, and whether it says it at all:
// other failures are the edge's.
func refusal(ctx context.Context, err error) (words string, status int, ok bool) {
	switch k := fault.KindOf(err); k {
	case fault.Conflict, fault.Invalid, fault.Forbidden:
		if key, args, said := fault.Sentence(err); said {
			return i18n.T(ctx, key, args...), k.Status(), true
		}
	case fault.Unavailable:
		return t(ctx, "phone_away"), k.Status(), true
	}
	return "", 0, false
}

// personNames are of persons, by id.
func (d *Desk) personNames(ctx context.Context, ids []int64) (out map[int64]string, err error) {
	err = d.Hotline.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = account.Names(tx, ids)
		return err
	})
	return out, err
}
