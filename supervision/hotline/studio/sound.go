package studio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// rate is what a telephone carries: samples in a second.
const rate = 8000

// longest is how long a prompt may be, and largest the file it comes in.
const (
	longest = 10 * time.Minute
	largest = 600*48000*4 + 1<<16
)

// The rates a prompt may come in: from a telephone's to a recorder's.
const (
	lowest  = 8000
	highest = 48000
)

// Why a file is no prompt.
var (
	ErrNoWAV   = errors.New("studio: not a WAV file: give a file that begins with RIFF and WAVE")
	ErrNoSound = errors.New("studio: the WAV file has no audio: record it anew")
	ErrSilent  = errors.New("studio: the WAV file is silent: look at the microphone and record it anew")
	ErrTooLong = errors.New("studio: the WAV file is longer than ten minutes: cut it")
	ErrForm    = errors.New("studio: the WAV file is not PCM of 16 or 24 bits with one or two channels: convert it")
	ErrRate    = errors.New("studio: the WAV file has another rate than 8 to 48 kHz: convert it")
	ErrShort   = errors.New("studio: the recording is shorter than a fifth of a second: record it anew")
	ErrLong    = errors.New("studio: the recording is longer than two minutes: cut it")
	ErrClipped = errors.New("studio: the recording is clipped: record it anew, less loud")
)

// openEnd and above is the size of a stream whose length nobody knew.
const openEnd = 0x7ff00000

type form struct{ channels, rate, octets int } // octets of a sample

// ReadSound reads a WAV file of 16 or 24 bits, mono or stereo, and gives the
// samples a telephone carries: 8 kHz, one channel. One that is silent is refused.
func ReadSound(r io.Reader) ([]int16, error) {
	samples, err := readSamples(r)
	if err == nil && silent(samples) {
		return nil, ErrSilent
	}
	return samples, err
}

// How long a recording of a prompt may be, in seconds.
const (
	shortest    = 0.2
	mostSeconds = 120
)

// ReadRecording is ReadSound for what somebody recorded as a prompt: it refuses
// what is too short or too long, and what was too loud for its microphone.
func ReadRecording(r io.Reader) ([]int16, error) {
	f, body, err := readWAV(r)
	if err != nil {
		return nil, err
	}
	mono, over := mix(f, body)
	switch seconds := float64(len(mono)) / float64(f.rate); {
	case seconds < shortest:
		return nil, ErrShort
	case seconds > mostSeconds:
		return nil, ErrLong
	case silent(mono):
		return nil, ErrSilent
	case over > len(mono)/1000:
		return nil, ErrClipped
	}
	return resample(mono, f.rate), nil
}

// quiet is what no voice stays below.
const quiet = 100

func silent(samples []int16) bool {
	return !slices.ContainsFunc(samples, func(s int16) bool { return s > quiet || s < -quiet })
}

func readSamples(r io.Reader) ([]int16, error) {
	f, body, err := readWAV(r)
	if err != nil {
		return nil, err
	}
	mono, _ := mix(f, body)
	return resample(mono, f.rate), nil
}

// readWAV finds the form and the audio of a file.
func readWAV(r io.Reader) (f form, body []byte, err error) {
	b, err := io.ReadAll(io.LimitReader(r, largest+1))
	switch {
	case err != nil:
		return f, nil, err
	case len(b) > largest:
		return f, nil, ErrTooLong
	case len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE":
		return f, nil, ErrNoWAV
	}
	for rest := b[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), binary.LittleEndian.Uint32(rest[4:8])
		body := rest[8:]
		if id == "data" {
			if f.rate == 0 || size < openEnd && int64(size) > int64(len(body)) {
				return f, nil, ErrNoWAV
			}
			return f.audio(body[:min(int64(size), int64(len(body)))])
		}
		if int64(size) > int64(len(body)) {
			return f, nil, ErrNoWAV
		}
		if id == "fmt " {
			if f, err = readForm(body[:size]); err != nil {
				return f, nil, err
			}
		}
		rest = body[min(int64(size)+int64(size%2), int64(len(body))):]
	}
	return f, nil, ErrNoSound
}

func readForm(b []byte) (form, error) {
	if len(b) < 16 {
		return form{}, ErrNoWAV
	}
	le := binary.LittleEndian
	kind, channels, hz, bits := le.Uint16(b), int(le.Uint16(b[2:])), int(le.Uint32(b[4:])), le.Uint16(b[14:])
	if kind == 0xFFFE && len(b) >= 26 {
		kind = le.Uint16(b[24:])
	}
	if kind != 1 || bits != 16 && bits != 24 || channels < 1 || channels > 2 {
		return form{}, ErrForm
	}
	if hz < lowest || hz > highest {
		return form{}, ErrRate
	}
	return form{channels, hz, int(bits) / 8}, nil
}

// audio is whole samples of a file, when there are any and not too many.
func (f form) audio(b []byte) (form, []byte, error) {
	n := len(b) / (f.octets * f.channels)
	switch {
	case n == 0:
		return f, nil, ErrNoSound
	case n > int(longest/time.Second)*f.rate:
		return f, nil, ErrTooLong
	}
	return f, b[:n*f.octets*f.channels], nil
}

// The top of a sample: a voice touches it, a clipped one stays there.
const (
	top  = 32700
	stay = 3 // samples in a row
)

// mix makes one channel of a file's audio; over is how many samples stayed at
// the top in the louder channel.
func mix(f form, b []byte) (mono []int16, over int) {
	mono = make([]int16, len(b)/(f.octets*f.channels))
	for c := range f.channels {
		run, all := 0, 0
		for i := range mono {
			at := f.octets * (i*f.channels + c)
			x := int(int16(binary.LittleEndian.Uint16(b[at+f.octets-2:]))) // of 24 bits the upper 16
			mono[i] += int16(x / f.channels)
			if x < top && x > -top {
				run = 0
				continue
			}
			if run++; run == stay {
				all += stay
			} else if run > stay {
				all++
			}
		}
		over = max(over, all)
	}
	return mono, over
}

// lobes is how many zero crossings of the filter are kept on each side.
const lobes = 16

// resample makes 8 kHz of hz by a windowed sinc that lets pass what is below
// 3.6 kHz, so that nothing above folds back into the voice. Where a sample of
// the output lies between two of the input comes round again: the weights for
// each such place are reckoned once.
func resample(in []int16, hz int) []int16 {
	if hz == rate {
		return in
	}
	cut := 2 * 3600 / float64(hz) // of half the input's rate
	half := int(math.Ceil(lobes / cut))
	weights := make([][]float64, rate/gcd(hz, rate))
	out := make([]int16, len(in)*rate/hz)
	for i := range out {
		at := i * hz / rate
		w := &weights[i%len(weights)]
		if *w == nil {
			*w = make([]float64, 2*half+1)
			for j := range *w {
				(*w)[j] = kernel(float64(i*hz%rate)/rate+float64(half-j), cut, float64(half+1))
			}
		}
		sum := 0.0
		for j := max(0, at-half); j <= min(len(in)-1, at+half); j++ {
			sum += (*w)[j-at+half] * float64(in[j])
		}
		out[i] = clip(sum)
	}
	return out
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func kernel(x, cut, half float64) float64 {
	window := 0.5 + 0.5*math.Cos(math.Pi*x/half)
	if x == 0 {
		return cut
	}
	return math.Sin(math.Pi*x*cut) / (math.Pi * x) * window
}

func clip(x float64) int16 {
	return int16(math.Round(max(math.MinInt16, min(math.MaxInt16, x))))
}

// WriteSound writes samples of 8 kHz as a WAV file.
func WriteSound(w io.Writer, samples []int16) error {
	le, size := binary.LittleEndian, uint32(2*len(samples))
	b := append([]byte("RIFF"), 0, 0, 0, 0)
	le.PutUint32(b[4:], 36+size)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(le.AppendUint16(b, 1), 1)
	b = le.AppendUint32(le.AppendUint32(b, rate), 2*rate)
	b = le.AppendUint16(le.AppendUint16(b, 2), 16)
	b = le.AppendUint32(append(b, "data"...), size)
	for _, s := range samples {
		b = le.AppendUint16(b, uint16(s))
	}
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("studio: %w", err)
	}
	return nil
}
