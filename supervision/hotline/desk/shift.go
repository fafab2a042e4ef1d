package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// shiftPage is the seats on duty, as whoever leads the shift follows them.
type shiftPage struct {
	Refused string
	At      string
	Events  string
	Join    string
	Places  string
	Now     time.Time
	Off     string // why nobody can be heard from here
	SignOn  string // where that is mended
	Own     string // the seat of the lead's own, where calls are heard
	Rows    []shiftRow
	Hearing string // whom
	Mode    string
	Action  string
}

type shiftRow struct {
	Key, Label, Who, State, Way string
	Tag                         ui.TagKind
	Since                       time.Time
	Talk                        time.Time // zero: no call
	Sealed                      bool
	Watch                       bool // the lead may hear it
	Here                        bool // and does
}

func (d *Desk) shift(w http.ResponseWriter, r *http.Request) error {
	return d.showShift(w, r, http.StatusOK, "")
}

func (d *Desk) showShift(w http.ResponseWriter, r *http.Request, status int, refused string) error {
	ctx := r.Context()
	f := d.Frame(r, words(ctx, "shift"))
	f.Lead, f.NoIndex, f.Styles, f.Scripts = t(ctx, "shift_lead"), true, []string{"hotline.css"}, []string{"hotline.js"}
	p := shiftPage{Refused: refused, At: web.URL(ctx, shift), Events: web.URL(ctx, shift+"/events"), Action: web.URL(ctx, shift), Now: d.now()}
	own, st, err := d.ownVoice(ctx)
	if err != nil {
		return err
	}
	switch {
	case d.Exchange == nil:
		p.Off = t(ctx, "not_connected")
	case own == nil:
		p.Off = t(ctx, "shift_no_seat")
	case own.State == hotline.Off:
		p.Off, p.SignOn = t(ctx, "shift_sign_on"), web.URL(ctx, root)
	default:
		p.Own = t(ctx, "shift_own", own.Label, t(ctx, "way_"+own.Reach))
		if own.Reach == "browser" {
			p.Join = web.URL(ctx, root+"/voice")
			st, _ := d.stateOf(ctx, own.Ref())
			p.Places = placesOf(st)
		}
	}
	seats, err := d.Hotline.Shift(ctx)
	if err != nil {
		return err
	}
	var ids []int64
	for i := range seats {
		ids = append(ids, seats[i].Person)
	}
	who, err := d.personNames(ctx, ids)
	if err != nil {
		return err
	}
	for i := range seats {
		s := &seats[i]
		row := shiftRow{Key: keyOf(s.Ref()), Label: s.Label, Who: who[s.Person], State: words(ctx, "seat_"+s.State), Tag: seatTags[s.State], Since: s.Since, Way: t(ctx, "way_"+s.Reach)}
		if s.State == hotline.Away && s.Reason != "" {
			row.State += " · " + t(ctx, "reason_"+reasonOf(s.Reason))
		}
		if s.Talk != nil {
			row.Talk, row.Sealed = s.Talk.AnsweredAt, s.Talk.Sealed
			row.Watch = p.Off == "" && !s.Talk.Sealed && s.ID != own.ID
		}
		if st.Watching != nil && *st.Watching == s.Ref() {
			row.Here, p.Mode = true, st.Mode
			if slices.Contains(modes, st.Mode) {
				p.Hearing = t(ctx, "hearing_"+st.Mode, s.Label, row.Who)
			}
		}
		p.Rows = append(p.Rows, row)
	}
	return web.Render(w, r, status, shiftView(f, p))
}

// ownVoice is the seat of the person acting, where he hears others; nil when he
// has none.
func (d *Desk) ownVoice(ctx context.Context) (*hotline.Seat, seatwire.State, error) {
	s, err := d.Hotline.SeatOf(ctx, account.From(ctx).Person)
	if fault.Is(err, fault.NotFound) {
		return nil, seatwire.State{}, nil
	}
	if err != nil {
		return nil, seatwire.State{}, err
	}
	st, _ := d.stateOf(ctx, s.Ref())
	return s, st, nil
}

// watch has the lead's seat hear another, speak in its call, or leave it. The
// act is recorded before a word is heard.
func (d *Desk) watch(w http.ResponseWriter, r *http.Request) error {
	err := d.follows(r)
	if said, status, ok := refusal(r.Context(), err); ok {
		return d.showShift(w, r, status, said)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, shift)
}

func (d *Desk) follows(r *http.Request) error {
	ctx, mode := r.Context(), r.PostFormValue("do")
	if d.Exchange == nil {
		return fault.Say(fault.Conflict, "hotdesk.not_connected")
	}
	own, err := d.Hotline.SeatOf(ctx, account.From(ctx).Person)
	if fault.Is(err, fault.NotFound) || err == nil && own.State == hotline.Off {
		return fault.Say(fault.Conflict, "hotdesk.shift_sign_on")
	}
	if err != nil {
		return err
	}
	target := refOf(r.PostFormValue("seat"))
	c := seatwire.Command{Act: mode, Target: &target, Person: account.From(ctx).Person}
	switch {
	case mode == seatwire.StopWatch:
		c.Target = nil
	case slices.Contains(modes, mode):
		if err := d.Hotline.Watch(ctx, target, mode); err != nil {
			return err
		}
	default:
		return fault.Say(fault.Invalid, "fault.invalid")
	}
	return d.Exchange.Do(ctx, own.Ref(), c)
}

// shiftEvents tells the page of the shift to look again.
func (d *Desk) shiftEvents(w http.ResponseWriter, r *http.Request) error {
	own, _, err := d.ownVoice(r.Context())
	if err != nil {
		return err
	}
	var seat hotline.Ref
	if own != nil && own.State != hotline.Off {
		seat = own.Ref()
	}
	return d.stream(w, r, seat, d.shiftStamp)
}

func (d *Desk) shiftStamp(ctx context.Context, h heard) (string, error) {
	seats, err := d.Hotline.Shift(ctx)
	if err != nil {
		return "", err
	}
	x := tick{At: placesOf(h.state)}
	for i := range seats {
		s := &seats[i]
		x.Stamp += fmt.Sprint(s.ID, s.State, s.Since.UnixMilli(), " ")
		if s.Talk != nil {
			x.Stamp += fmt.Sprint(s.Talk.ID, s.Talk.Sealed, " ")
		}
	}
	voice, err := json.Marshal(h.state)
	if err != nil {
		return "", err
	}
	x.Stamp += string(voice)
	b, err := json.Marshal(x)
	return string(b), err
}

// modes are how a lead follows a call.
var modes = []string{seatwire.Listen, seatwire.Whisper, seatwire.Barge}
