package recording

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Sound is the plain sound of a recording: a stereo A-law WAV one may seek in.
// It opens the seconds that are read and no others.
type Sound struct {
	f          io.ReadSeeker
	box        box
	start      int64 // of the first chunk
	whole      int64 // seconds before the last chunk
	tail       []byte
	incomplete bool
	wav        []byte
	at         int64
	kept       int64 // the second in hand; -1 none
	plain      []byte
}

// openSound finds out how long the sound is and whether its end is there.
func openSound(f io.ReadSeeker, start int64, b box) (*Sound, error) {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	s := &Sound{f: f, box: b, start: start, kept: -1}
	s.whole = max(end-start, 0) / sealedLen
	s.incomplete = true
	if rest := max(end-start, 0) % sealedLen; rest > 0 {
		sealed := make([]byte, rest)
		if err := s.readAt(sealed, s.whole); err != nil {
			return nil, err
		}
		if tail, err := b.open(uint64(s.whole), true, sealed); err == nil { //nolint:gosec // a count of seconds
			s.tail, s.incomplete = tail, false
		}
	}
	for s.incomplete && s.whole > 0 {
		if _, err := s.second(s.whole - 1); err == nil {
			break
		}
		s.whole-- // what the disk had not kept when the machine stopped
	}
	s.wav = wavHead(s.audio())
	return s, nil
}

func (s *Sound) readAt(p []byte, n int64) error {
	if _, err := s.f.Seek(s.start+n*sealedLen, io.SeekStart); err != nil {
		return err
	}
	_, err := io.ReadFull(s.f, p)
	return err
}

func (s *Sound) audio() int64 { return s.whole*second + int64(len(s.tail)) }

// Size is the length of the WAV in bytes.
func (s *Sound) Size() int64 { return int64(len(s.wav)) + s.audio() }

// Seconds is how long it sounds, begun seconds counted.
func (s *Sound) Seconds() int { return int((s.audio() + second - 1) / second) }

// Incomplete answers whether the recording was cut off before its end.
func (s *Sound) Incomplete() bool { return s.incomplete }

func (s *Sound) second(n int64) ([]byte, error) {
	if n == s.kept {
		return s.plain, nil
	}
	if n == s.whole && !s.incomplete {
		return s.tail, nil
	}
	sealed := make([]byte, sealedLen)
	if err := s.readAt(sealed, n); err != nil {
		return nil, err
	}
	plain, err := s.box.open(uint64(n), false, sealed) //nolint:gosec // a count of seconds
	if err != nil {
		return nil, err
	}
	s.kept, s.plain = n, plain
	return plain, nil
}

// Read implements io.Reader.
func (s *Sound) Read(p []byte) (int, error) {
	if s.at >= s.Size() {
		return 0, io.EOF
	}
	if s.at < int64(len(s.wav)) {
		n := copy(p, s.wav[s.at:])
		s.at += int64(n)
		return n, nil
	}
	pos := s.at - int64(len(s.wav))
	b, err := s.second(pos / second)
	if err != nil {
		return 0, err
	}
	n := copy(p, b[pos%second:])
	s.at += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (s *Sound) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.Size()
	}
	if offset < 0 {
		return 0, errors.New("before the beginning of the recording")
	}
	s.at = offset
	return offset, nil
}

// wavHead is the head of a stereo A-law WAV with n bytes of sound.
func wavHead(n int64) []byte {
	size := uint32(min(n, 1<<32-1-58)) //nolint:gosec // limited
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, size+50)...)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 18)
	b = binary.LittleEndian.AppendUint16(b, 6) // A-law
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint32(b, 8000)
	b = binary.LittleEndian.AppendUint32(b, second)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 8)
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = append(b, "fact"...)
	b = binary.LittleEndian.AppendUint32(b, 4)
	b = binary.LittleEndian.AppendUint32(b, size/2)
	b = append(b, "data"...)
	return binary.LittleEndian.AppendUint32(b, size)
}

// length shows seconds as 3:07.
func length(seconds int) string { return fmt.Sprintf("%d:%02d", seconds/60, seconds%60) }
