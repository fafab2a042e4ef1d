package sip

import (
	"strconv"
	"time"

	sipgo "github.com/emiago/sipgo/sip"
)

var reasons = map[int]string{
	180: "Ringing", 183: "Session Progress", 200: "OK", 202: "Accepted",
	400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout",
	415: "Unsupported Media Type", 416: "Unsupported URI Scheme", 420: "Bad Extension", 422: "Session Interval Too Small",
	423: "Interval Too Brief", 480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist", 482: "Loop Detected",
	486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here", 489: "Bad Event", 491: "Request Pending",
	500: "Server Internal Error", 501: "Not Implemented", 503: "Service Unavailable", 505: "Version Not Supported", 603: "Decline",
}

const allowed = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY, REGISTER"

// header is a header this package writes itself.
func header(name, value string) sipgo.Header { return sipgo.NewHeader(name, value) }

func retryAfter(d time.Duration) sipgo.Header {
	return header("Retry-After", strconv.Itoa(max(1, int(d/time.Second))))
}

// busyFor is when a caller may come back after a limit; short, so that a
// dispatcher tries another node at once and this one soon again.
const busyFor = 10 * time.Second

// reply builds an answer whose To has the tag; "" keeps what is there, or a new one.
func reply(req *sipgo.Request, code int, tag string, headers ...sipgo.Header) *sipgo.Response {
	reason := reasons[code]
	if reason == "" {
		reason = "Refused"
	}
	res := sipgo.NewResponseFromRequest(req, code, reason, nil)
	res.SipVersion = "SIP/2.0"
	if to := res.To(); to != nil && tag != "" {
		to.Params.Remove("tag")
		to.Params.Add("tag", tag)
	}
	for _, h := range headers {
		res.AppendHeader(h)
	}
	return res
}

func withBody(res *sipgo.Response, kind string, body []byte) *sipgo.Response {
	res.AppendHeader(header("Content-Type", kind))
	res.SetBody(body)
	return res
}

// say answers a request that begins or continues no call.
func (s *Server) say(req *sipgo.Request, tx sipgo.ServerTransaction, code int, headers ...sipgo.Header) {
	if code >= 400 && code != 401 && code != 503 {
		s.count.refused.Add(1)
	}
	// An answer that cannot be sent is asked for again by who waits for it.
	_ = tx.Respond(reply(req, code, "", headers...))
}

// limited is the early answer to what is too much.
func (s *Server) limited(req *sipgo.Request, tx sipgo.ServerTransaction) {
	s.count.limited.Add(1)
	s.say(req, tx, 503, retryAfter(busyFor))
}

// message is a request or an answer, with the headers sipgo does not parse.
type message interface {
	sipgo.Message
	GetHeader(name string) sipgo.Header
	Contact() *sipgo.ContactHeader
}
