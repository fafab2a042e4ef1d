package rtp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// WAVHeaderSize is the octets before the audio in a recording.
const WAVHeaderSize = 58

// UnknownLength is the length of a recording that is still being written.
const UnknownLength = -1

// WAVHeader is the beginning of a recording of so many samples a channel: stereo
// A-law (format 6) of 8 kHz. A recording is written as a stream, whose length
// nobody knows when it begins, and its sizes then say 0xFFFFFFFF, which players
// take for "until the end". Once the length is known, whoever stores or serves
// the recording puts this header in place of the first WAVHeaderSize octets; a
// sealed recording is not opened for that, the header is changed as it is read.
func WAVHeader(samples int64) []byte {
	riff, fact, data := uint32(0xFFFFFFFF), uint32(0xFFFFFFFF), uint32(0xFFFFFFFF)
	if n := samples * 2; samples >= 0 && n < 0xFFFFFFFF-WAVHeaderSize {
		riff, fact, data = uint32(n+WAVHeaderSize-8), uint32(samples), uint32(n)
	}
	le := binary.LittleEndian
	b := append([]byte("RIFF"), le.AppendUint32(nil, riff)...)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 18)
	for _, v := range []uint16{6, 2} { // A-law, two channels
		b = le.AppendUint16(b, v)
	}
	b = le.AppendUint32(b, 8000)
	b = le.AppendUint32(b, 16000)
	for _, v := range []uint16{2, 8, 0} { // octets a sample of both, bits, nothing more
		b = le.AppendUint16(b, v)
	}
	b = le.AppendUint32(append(b, "fact"...), 4)
	b = le.AppendUint32(b, fact)
	return le.AppendUint32(append(b, "data"...), data)
}

// maxWAV is the longest prompt that is read: ten minutes.
const maxWAV = 10 * 60 * 8000 * 2

// Why a file is no prompt. The message says what to do.
var (
	errNoWAV   = errors.New("rtp: not a WAV file: give a file that begins with RIFF and WAVE")
	errNoData  = errors.New("rtp: the WAV file has no audio: record it anew")
	errLongWAV = errors.New("rtp: the WAV file is longer than ten minutes: cut it")
)

// ReadWAV reads a prompt: PCM of 16 bits, 8 kHz, mono. It converts nothing, so
// that what was approved is what is heard; any other form is refused with its
// name.
func ReadWAV(r io.Reader) ([]int16, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxWAV+1<<16))
	if err != nil {
		return nil, err
	}
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return nil, errNoWAV
	}
	form := false
	for rest := b[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:8]))
		body := rest[8:]
		if id == "data" {
			if !form {
				return nil, errNoWAV
			}
			return pcm(body[:min(size, int64(len(body)))])
		}
		if size > int64(len(body)) {
			return nil, errNoWAV
		}
		if id == "fmt " {
			if err := checkForm(body[:size]); err != nil {
				return nil, err
			}
			form = true
		}
		rest = body[min(size+size%2, int64(len(body))):]
	}
	return nil, errNoData
}

func checkForm(b []byte) error {
	if len(b) < 16 {
		return errNoWAV
	}
	le := binary.LittleEndian
	format, channels, rate, bits := le.Uint16(b), le.Uint16(b[2:]), le.Uint32(b[4:]), le.Uint16(b[14:])
	if format == 0xFFFE && len(b) >= 26 && bytes.Equal(b[24:26], []byte{1, 0}) {
		format = 1 // the extensible form of the same
	}
	if format != 1 || channels != 1 || rate != 8000 || bits != 16 {
		return fmt.Errorf("rtp: the WAV file has format %d, %d channels, %d Hz, %d bits: convert it to PCM (1), mono, 8000 Hz, 16 bits", format, channels, rate, bits)
	}
	return nil
}

func pcm(b []byte) ([]int16, error) {
	if len(b) < 2 {
		return nil, errNoData
	}
	if len(b) > maxWAV {
		return nil, errLongWAV
	}
	s := make([]int16, len(b)/2)
	for i := range s {
		s[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return s, nil
}
