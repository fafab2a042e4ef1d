package seatwire

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"strconv"
	"time"

	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
)

// silent is for servers that log elsewhere what concerns anybody.
var silent = log.New(io.Discard, "", 0)

// Exchange is what the process of the calls does for seats.
type Exchange interface {
	Join(ctx context.Context, seat hotline.Ref, person int64, sdp string) (answer string, err error)
	Order(ctx context.Context, seat hotline.Ref, c Command) error
	// Look is the state now, and a channel that is closed when it has changed.
	Look(seat hotline.Ref) (State, <-chan struct{})
}

// Serve adds what a Client asks for to the mux of the socket.
func Serve(mux *http.ServeMux, x Exchange) {
	mux.HandleFunc("POST /seats/{province}/{seat}/offer", func(w http.ResponseWriter, r *http.Request) {
		var in join
		seat, ok := read(w, r, &in)
		if !ok {
			return
		}
		answer, err := x.Join(r.Context(), seat, in.Person, in.SDP)
		reply(w, join{SDP: answer}, err)
	})
	mux.HandleFunc("POST /seats/{province}/{seat}/do", func(w http.ResponseWriter, r *http.Request) {
		var c Command
		if seat, ok := read(w, r, &c); ok {
			reply(w, struct{}{}, x.Order(r.Context(), seat, c))
		}
	})
	mux.HandleFunc("GET /seats/{province}/{seat}", func(w http.ResponseWriter, r *http.Request) {
		if seat, ok := read(w, r, nil); ok {
			s, _ := x.Look(seat)
			reply(w, s, nil)
		}
	})
	mux.HandleFunc("GET /seats/{province}/{seat}/events", func(w http.ResponseWriter, r *http.Request) {
		if seat, ok := read(w, r, nil); ok {
			tell(w, r, x, seat)
		}
	})
}

// tell writes each state as a server-sent event until the other side leaves.
func tell(w http.ResponseWriter, r *http.Request, x Exchange, seat hotline.Ref) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	again := time.NewTicker(Renew)
	defer again.Stop()
	for {
		s, changed := x.Look(seat)
		b, err := json.Marshal(s)
		if err != nil {
			return
		}
		if _, err := w.Write(append(append([]byte("data: "), b...), '\n', '\n')); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-again.C:
		case <-r.Context().Done():
			return
		}
	}
}

// read takes the seat from the path and the body, unless into is nil.
func read(w http.ResponseWriter, r *http.Request, into any) (seat hotline.Ref, ok bool) {
	p, err1 := strconv.Atoi(r.PathValue("province"))
	id, err2 := strconv.ParseInt(r.PathValue("seat"), 10, 64)
	if err1 != nil || err2 != nil {
		w.WriteHeader(http.StatusNotFound)
		return seat, false
	}
	if into != nil {
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 2*MaxSDP)).Decode(into); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return seat, false
		}
	}
	return hotline.Ref{Province: p, ID: id}, true
}

func reply(w http.ResponseWriter, v any, err error) {
	switch {
	case err == nil:
		_ = json.NewEncoder(w).Encode(v)
	case fault.Is(err, fault.Conflict), fault.Is(err, fault.Forbidden):
		w.WriteHeader(http.StatusConflict)
	case fault.Is(err, fault.Invalid):
		w.WriteHeader(http.StatusUnprocessableEntity)
	case fault.Is(err, fault.NotFound):
		w.WriteHeader(http.StatusNotFound)
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}
