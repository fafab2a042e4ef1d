package calendar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// value is a JSON value that remembers its line, so that a refusal can say where.
type value struct {
	line   int
	what   byte // '{', '[', 's' string, 'n' number, '?' anything else
	text   string
	keys   []string // of an object, in order
	values []value  // of an object or list
}

// maxDepth is more than any calendar file nests.
const maxDepth = 8

type lineReader struct {
	dec  *json.Decoder
	src  []byte
	at   int64 // how far lines were counted
	line int
}

// readJSON reads one JSON document with its lines; errLine is where it broke.
func readJSON(b []byte) (v value, errLine int, err error) {
	r := &lineReader{dec: json.NewDecoder(bytes.NewReader(b)), src: b, line: 1}
	r.dec.UseNumber()
	if v, err = r.next(0); err == nil {
		if _, end := r.dec.Token(); end != io.EOF {
			err = errors.New("more after the end")
		}
	}
	r.count()
	return v, r.line, err
}

// count brings the line up to what the decoder has read.
func (r *lineReader) count() {
	to := min(r.dec.InputOffset(), int64(len(r.src)))
	r.line += bytes.Count(r.src[r.at:to], []byte{'\n'})
	r.at = to
}

func (r *lineReader) next(depth int) (value, error) {
	tok, err := r.dec.Token()
	if err != nil {
		return value{}, err
	}
	r.count()
	v := value{line: r.line, what: '?'}
	switch t := tok.(type) {
	case string:
		v.what, v.text = 's', t
	case json.Number:
		v.what, v.text = 'n', t.String()
	case json.Delim:
		if depth == maxDepth {
			return v, errors.New("nested too deeply")
		}
		v.what = byte(t)
		return v, r.inside(&v, depth)
	}
	return v, nil
}

func (r *lineReader) inside(v *value, depth int) error {
	for r.dec.More() {
		if v.what == '{' {
			key, err := r.dec.Token()
			if err != nil {
				return err
			}
			v.keys = append(v.keys, fmt.Sprint(key))
		}
		child, err := r.next(depth + 1)
		if err != nil {
			return err
		}
		v.values = append(v.values, child)
	}
	_, err := r.dec.Token() // the closing bracket
	r.count()
	return err
}
