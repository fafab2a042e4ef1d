package rtp

import (
	"bytes"
	"errors"
	"io"
	"math"
)

// errWriter means that the writer failed in a way that is a mistake of ours.
var errWriter = errors.New("rtp: the writer of a recording failed")

// write writes blocks until the recording is closed. After a failure it goes on
// taking them, so that nobody waits for it.
func (r *Recorder) write(w io.WriteCloser) {
	defer close(r.ended)
	put := func(f func() error) {
		if r.writeErr == nil {
			r.writeErr = safely(f)
		}
	}
	put(func() error { return all(w, WAVHeader(UnknownLength)) })
	for b := range r.queue {
		put(func() error { return b.write(w) })
	}
	err := safely(w.Close)
	put(func() error { return err })
}

func safely(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errWriter
		}
	}()
	return f()
}

func all(w io.Writer, b []byte) error {
	_, err := io.Copy(w, bytes.NewReader(b))
	return err
}

// write writes a block; long ones a second at a time.
func (b block) write(w io.Writer) error {
	if b.octets != nil {
		return all(w, b.octets)
	}
	fill := bytes.Repeat([]byte{PCMA.Silence()}, 2*second)
	if b.gap {
		fill = gapMark
	}
	for n := b.samples; n > 0; n -= second {
		if err := all(w, fill[:2*min(n, second)]); err != nil {
			return err
		}
	}
	return nil
}

// gapMark is the second that stands for one that was lost: 200 ms of 1000 Hz on
// both channels, then silence. Nobody can take it for a pause in the talk.
var gapMark = func() []byte {
	var b []byte
	for i := range second {
		s := PCMA.Silence()
		if i < second/5 {
			s = PCMA.encode(int16(6000 * math.Sin(2*math.Pi*float64(i)/8)))
		}
		b = append(b, s, s)
	}
	return b
}()
