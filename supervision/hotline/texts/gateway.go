package texts

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"yangguang/internal/fault"
	"yangguang/internal/notify"
	"yangguang/internal/secret"
	"yangguang/internal/web"
)

const (
	// skew is how far the gateway's clock may be from ours: an old request taken
	// down on the way is good for no longer.
	skew    = 5 * time.Minute
	maxBody = 16 << 10
)

// receipt is what the gateway is told: it need not send the text again.
type receipt struct {
	ID   string `json:"id"`
	Seen bool   `json:"seen"` // it was in already
}

// take is where the operator's gateway brings texts. Each request is signed as
// ours to it are: hex HMAC-SHA256 under the shared secret of time stamp, path and
// body (notify.Sign). Without a secret there is no such address.
func (s *Texts) take(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	if s.Secret == "" {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return fault.Say(fault.Invalid, "fault.invalid")
	}
	if err := s.signed(r, body); err != nil {
		return err
	}
	var in In
	if err := json.Unmarshal(body, &in); err != nil {
		return fault.Say(fault.Invalid, "fault.invalid") // never the error: it may quote the text
	}
	seen, err := s.Receive(r.Context(), in)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, receipt{ID: in.ID, Seen: seen})
}

var errUnsigned = fault.As(fault.Forbidden, errors.New("the text is not signed by the gateway"))

func (s *Texts) signed(r *http.Request, body []byte) error {
	stamp := r.Header.Get(notify.TimestampHeader)
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errUnsigned
	}
	if off := s.Hotline.DB.Clock().Now().Sub(time.Unix(at, 0)); off > skew || off < -skew {
		return errUnsigned
	}
	want := notify.Sign(s.Secret, stamp, r.URL.RequestURI(), string(body))
	if !secret.Equal([]byte(want), []byte(r.Header.Get(notify.SignatureHeader))) {
		return errUnsigned
	}
	return nil
}
