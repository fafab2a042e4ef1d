package sip

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"

	"yangguang/internal/sip/sdp"
)

// description is the session description a message carries: nil where it
// carries none, and a code where it carries something else. Trunks of the
// signalling network wrap it with parts that are theirs.
func description(m message) (body []byte, code int) {
	body = m.Body()
	if len(body) == 0 {
		return nil, 0
	}
	h := m.GetHeader("Content-Type")
	if h == nil || m.GetHeader("Content-Encoding") != nil {
		return nil, 415
	}
	kind, params, err := mime.ParseMediaType(h.Value())
	switch {
	case err != nil:
		return nil, 400
	case kind == "application/sdp":
		return body, 0
	case kind == "multipart/mixed" && params["boundary"] != "":
		return part(body, params["boundary"])
	}
	return nil, 415
}

func part(body []byte, boundary string) ([]byte, int) {
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for range 8 {
		p, err := parts.NextRawPart()
		if err != nil {
			break
		}
		if kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind == "application/sdp" {
			b, err := io.ReadAll(p)
			if err != nil {
				return nil, 400
			}
			return b, 0
		}
	}
	return nil, 415
}

// notAcceptable is the code for a description that cannot be used.
func notAcceptable(err error) int {
	if errors.Is(err, sdp.ErrMalformed) {
		return 400
	}
	return 488
}
