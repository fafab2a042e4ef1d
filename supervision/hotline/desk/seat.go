package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/fault"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
)

// act is a button.
type act struct{ Do, Kind, Key string }

// seatActs are what can be done in each state of a seat; a call in hand is done
// with at the telephone.
var seatActs = map[string][]string{
	hotline.Off: {"on_browser", "on_phone"}, hotline.Away: {"ready", "sign_off"}, hotline.Ready: {"away_break", "away_meal", "away_training", "away_other", "sign_off"},
	hotline.WrapUp: {"ready", "longer", "away_break"},
}

// actsOf are those of a seat as it stands.
func (d *Desk) actsOf(s *hotline.Seat, joined bool) (out []act) {
	for i, do := range seatActs[s.State] {
		switch {
		case do == "on_browser" && d.Exchange == nil, do == "on_phone" && s.Phone == 0, do == "ready" && s.Reach == "browser" && !joined:
			continue
		}
		kind := "secondary"
		if i == 0 && s.State != hotline.Ready || len(out) == 0 && s.State == hotline.Off {
			kind = ""
		}
		out = append(out, act{Do: do, Kind: kind})
	}
	return out
}

// longer is how much a write-up is put off at once.
const longer = 5 * time.Minute

func (d *Desk) seatDo(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := d.mine(ctx)
	if err == nil {
		err = d.changeSeat(ctx, s, r.PostFormValue("do"))
	}
	if said, status, ok := refusal(ctx, err); ok {
		return d.render(w, r, status, shown{refused: said})
	}
	if err != nil {
		return err
	}
	return web.See(w, r, root)
}

func (d *Desk) changeSeat(ctx context.Context, s *hotline.Seat, do string) (err error) {
	if !slices.Contains(seatActs[s.State], do) {
		return fault.Say(fault.Conflict, "hotline.seat_state")
	}
	switch do {
	case "on_browser":
		if d.Exchange == nil {
			return fault.Say(fault.Conflict, "hotdesk.not_connected")
		}
		_, err = d.Hotline.SignOn(ctx, account.From(ctx).Person, "browser")
	case "on_phone":
		if s.Phone == 0 {
			return fault.Say(fault.Conflict, "hotdesk.no_phone")
		}
		_, err = d.Hotline.SignOn(ctx, account.From(ctx).Person, "phone")
	case "sign_off":
		err = d.Hotline.SignOff(ctx, s.Ref())
	case "ready":
		if s.Reach == "browser" {
			if st, _ := d.stateOf(ctx, s.Ref()); !st.Joined { // it would ring, and nobody would hear it
				return fault.Say(fault.Conflict, "hotdesk.need_voice")
			}
		}
		err = d.Hotline.Ready(ctx, s.Ref())
	case "longer":
		err = d.Hotline.WrapUp(ctx, s.Ref(), d.now().Add(longer))
	default:
		err = d.Hotline.Away(ctx, s.Ref(), strings.TrimPrefix(do, "away_"))
	}
	return err
}
