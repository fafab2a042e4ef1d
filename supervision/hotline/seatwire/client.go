package seatwire

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
)

// Client speaks to one telephone process: this machine's by its socket, another's
// by its address.
type Client struct {
	Socket   string // a path
	Address  string // host:port, when there is no socket
	Identity *Identity
}

// answerTime is how long the other process may take to answer.
const answerTime = 10 * time.Second

// Offer joins a seat's browser: sdp is its offer, the result our answer. A
// second one takes the place of the first, and the call goes on.
func (c *Client) Offer(ctx context.Context, seat hotline.Ref, person int64, sdp string) (answer string, err error) {
	defer fault.Wrap(&err, "seatwire.Offer")
	if len(sdp) > MaxSDP {
		return "", fault.Say(fault.Invalid, "fault.invalid")
	}
	var out join
	err = c.ask(ctx, http.MethodPost, seatPath(seat)+"/offer", join{Person: person, SDP: sdp}, &out)
	return out.SDP, err
}

// Do gives an order. Conflict says that it does not fit how the seat stands,
// Unavailable that the process is away.
func (c *Client) Do(ctx context.Context, seat hotline.Ref, cmd Command) (err error) {
	defer fault.Wrap(&err, "seatwire.Do(%s)", cmd.Act)
	return c.ask(ctx, http.MethodPost, seatPath(seat)+"/do", cmd, nil)
}

// State is how the seat stands now.
func (c *Client) State(ctx context.Context, seat hotline.Ref) (s State, err error) {
	defer fault.Wrap(&err, "seatwire.State")
	err = c.ask(ctx, http.MethodGet, seatPath(seat), nil, &s)
	return s, err
}

// Watch has f told of the state now and of each change until ctx ends, and again
// at the latest after Renew. It returns Unavailable when the process goes away.
func (c *Client) Watch(ctx context.Context, seat hotline.Ref, f func(State)) (err error) {
	defer fault.Wrap(&err, "seatwire.Watch")
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// The other process says something each Renew; longer silence means it is stuck.
	silence := time.AfterFunc(3*Renew, stop)
	defer silence.Stop()
	res, err := c.send(ctx, http.MethodGet, seatPath(seat)+"/events", nil, 0)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 256<<10)
	for lines.Scan() {
		silence.Reset(3 * Renew)
		b, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !ok {
			continue
		}
		var s State
		if err := json.Unmarshal(b, &s); err != nil {
			return away(err)
		}
		f(s)
	}
	if ctx.Err() != nil && lines.Err() != nil {
		return ctx.Err()
	}
	return away(errors.Join(lines.Err(), errors.New("the telephone process ended the stream")))
}

func away(err error) error { return fault.As(fault.Unavailable, err) }

func seatPath(seat hotline.Ref) string {
	return "/seats/" + strconv.Itoa(seat.Province) + "/" + strconv.FormatInt(seat.ID, 10)
}

// ask sends a body and reads the answer into out, unless nil.
func (c *Client) ask(ctx context.Context, method, path string, in, out any) error {
	ctx, stop := context.WithTimeout(ctx, answerTime)
	defer stop()
	res, err := c.send(ctx, method, path, in, answerTime)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, res.Body, 2*MaxSDP)).Decode(out); err != nil {
		return away(err)
	}
	return nil
}

func (c *Client) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if c.Socket != "" {
		return new(net.Dialer).DialContext(ctx, "unix", c.Socket)
	}
	return (&tls.Dialer{Config: c.Identity.config()}).DialContext(ctx, "tcp", c.Address)
}

func (c *Client) send(ctx context.Context, method, path string, in any, most time.Duration) (*http.Response, error) {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://phone"+path, &body)
	if err != nil {
		return nil, err
	}
	// A connection for each order: the process may have been another a moment ago.
	t := &http.Transport{DisableKeepAlives: true, ResponseHeaderTimeout: most, DialContext: c.dial}
	res, err := (&http.Client{Transport: t}).Do(req)
	if err != nil {
		return nil, away(err)
	}
	if res.StatusCode < 300 {
		return res, nil
	}
	defer func() { _ = res.Body.Close() }()
	switch res.StatusCode {
	case http.StatusConflict:
		return nil, fault.Say(fault.Conflict, "hotline.seat_state")
	case http.StatusUnprocessableEntity, http.StatusBadRequest:
		return nil, fault.Say(fault.Invalid, "fault.invalid")
	case http.StatusNotFound:
		return nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	return nil, away(errors.New(res.Status))
}
