package recording

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"yangguang/agency/agencytest"
	"yangguang/internal/blob"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/supervision/hotline"
)

const province = 35

var call = hotline.Ref{Province: province, ID: 77}

func TestMain(m *testing.M) {
	if dir := os.Getenv("RECORDING_CHILD"); dir != "" {
		speakAndHang(dir)
	}
	os.Exit(m.Run())
}

// voice is sound that is easy to find again: no two seconds are alike.
func voice(seconds int) []byte {
	out := make([]byte, 0, seconds*second)
	for i := range seconds * second / 8 {
		out = binary.BigEndian.AppendUint64(out, 0xfeedfacecafe0000+uint64(i)*0x9e3779b97f4a7c15)
	}
	return out
}

// speakAndHang is the process that is killed while it records.
func speakAndHang(dir string) {
	k, err := secret.Load(filepath.Join(dir, "master.key"))
	if err != nil {
		panic(err)
	}
	w, err := begin(filepath.Join(dir, "recordings"), k, note{Province: province, Call: call.ID, Line: 5, Agency: 9, Region: agencytest.County, Person: 3, At: 1_790_000_000_000})
	if err != nil {
		panic(err)
	}
	if _, err := w.Write(voice(7)[:6*second+second/2]); err != nil {
		panic(err)
	}
	for len(w.seconds) > 0 {
		time.Sleep(time.Millisecond)
	}
	_, _ = os.Stdout.WriteString("spoken\n")
	select {}
}

type room struct {
	*Recordings
	clock *clock.Fake
}

func each(t *testing.T, f func(t *testing.T, s room)) {
	c := clock.NewFake(time.Date(2026, 12, 1, 9, 0, 0, 0, clock.Shanghai))
	dbtest.EachAt(t, c, []fs.FS{Migrations}, func(t *testing.T, d *db.DB) {
		dir := t.TempDir()
		blobs, err := blob.OpenDir(filepath.Join(dir, "files"))
		if err != nil {
			t.Fatal(err)
		}
		f(t, room{&Recordings{DB: d, Keys: secret.NewKeys(), Blobs: blobs, Dir: filepath.Join(dir, "recordings"), Node: "one"}, c})
	})
}

var meta = Meta{Line: 5, Agency: 9, Region: agencytest.County, Seat: 2, Person: 3}

func (s room) say(t *testing.T, b []byte) *Writer {
	t.Helper()
	w, err := s.Begin(t.Context(), call, meta, false)
	if err != nil {
		t.Fatal(err)
	}
	for len(b) > 0 {
		n := min(320, len(b)) // 20 ms
		if _, err := w.Write(b[:n]); err != nil {
			t.Fatal(err)
		}
		b = b[n:]
	}
	return w
}

func (s room) adopt(t *testing.T, want int) {
	t.Helper()
	n, err := s.Adopt(t.Context())
	if err != nil || n != want {
		t.Fatalf("Adopt = %d, %v; want %d", n, err, want)
	}
}

func (s room) only(t *testing.T) *Recording {
	t.Helper()
	var out []Recording
	err := s.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
		out, err = list(tx, query{person: meta.Person, limit: 5})
		return err
	})
	if err != nil || len(out) != 1 {
		t.Fatalf("%d rows, %v; want one", len(out), err)
	}
	return &out[0]
}

func (s room) hear(t *testing.T, x *Recording) []byte {
	t.Helper()
	sound, c, err := s.open(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	b, err := io.ReadAll(sound)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatWasSaidIsHeardAgain(t *testing.T) {
	each(t, func(t *testing.T, s room) {
		said := voice(3)[:2*second+4000]
		w := s.say(t, append(wavHead(0), said...))
		s.adopt(t, 0) // still being written
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		s.adopt(t, 1)
		s.adopt(t, 0)
		x := s.only(t)
		if !x.Complete || x.Gaps != 0 || x.Seconds != 3 || x.Place != Kept || x.Call != call.ID || x.Day != "2026-12-01" {
			t.Errorf("row: %+v", x)
		}
		if err := blob.Check(t.Context(), s.Blobs, x.Hash); err != nil {
			t.Error(err)
		}
		got := s.hear(t, x)
		if !bytes.Equal(got[58:], said) || !bytes.Equal(got[:58], wavHead(int64(len(said)))) {
			t.Error("other sound than was said")
		}
		if left, _ := os.ReadDir(s.Dir); len(left) != 0 {
			t.Errorf("left in the spool: %v", left)
		}
	})
}

func TestAPartIsHeardByItself(t *testing.T) {
	each(t, func(t *testing.T, s room) {
		said := voice(5)
		if err := s.say(t, said).Close(); err != nil {
			t.Fatal(err)
		}
		s.adopt(t, 1)
		sound, c, err := s.open(t.Context(), s.only(t))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		for _, at := range []int64{0, 15990, 16000, 4*second + 7, 5*second - 1} {
			if _, err := sound.Seek(at+58, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			b := make([]byte, min(40, int64(len(said))-at))
			if _, err := io.ReadFull(sound, b); err != nil || !bytes.Equal(b, said[at:at+int64(len(b))]) {
				t.Errorf("at %d: %v", at, err)
			}
		}
	})
}

// A process is killed with -9 while it records: nothing on the disk is plain,
// and what was whole is heard.
func TestAKilledProcessLeavesNothingPlainAndLosesNoWholeSecond(t *testing.T) {
	each(t, func(t *testing.T, s room) {
		dir := t.TempDir()
		s.Dir = filepath.Join(dir, "recordings")
		if err := os.Mkdir(s.Dir, 0o700); err != nil {
			t.Fatal(err)
		}
		keys, err := secret.Create(filepath.Join(dir, "master.key"))
		if err != nil {
			t.Fatal(err)
		}
		s.Keys = keys
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "RECORDING_CHILD="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(out, make([]byte, 7)); err != nil {
			t.Fatal(err)
		}
		s.adopt(t, 0) // the process lives and holds the file
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		said := voice(7)
		nothingPlain(t, dir, said)
		s.adopt(t, 1)
		x := s.only(t)
		if x.Complete || x.Seconds < 5 {
			t.Errorf("row of a recording cut off: %+v", x)
		}
		if got := s.hear(t, x)[58:]; !bytes.Equal(got, said[:len(got)]) || len(got) != x.Seconds*second {
			t.Errorf("%d bytes are heard of %d seconds", len(got), x.Seconds)
		}
	})
}

// nothingPlain looks for any 16 bytes of the sound in every file of a folder.
func nothingPlain(t *testing.T, dir string, said []byte) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		for i := 0; i+16 <= len(said); i += 16 {
			if bytes.Contains(b, said[i:i+16]) {
				t.Fatalf("%s holds plain sound", filepath.Base(path))
			}
		}
		return err
	})
	if err != nil || files < 2 {
		t.Fatalf("%d files were read, %v", files, err)
	}
}

func TestAFileCutAnywhereOpensUpToItsLastWholeSecond(t *testing.T) {
	each(t, func(t *testing.T, s room) {
		said := voice(3)[:2*second+100]
		if err := s.say(t, said).Close(); err != nil {
			t.Fatal(err)
		}
		names, err := filepath.Glob(filepath.Join(s.Dir, "*"+soundEnd))
		if err != nil || len(names) != 1 {
			t.Fatal(names, err)
		}
		b, err := os.ReadFile(names[0])
		if err != nil {
			t.Fatal(err)
		}
		h, start, err := readHead(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		box, err := openBox(s.Keys, h.key, h.id)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			cut, want  int64
			incomplete bool
		}{{int64(len(b)), int64(len(said)), false}, {int64(len(b)) - 1, 2 * second, true}, {start + 2*sealedLen, 2 * second, true}, {start + 2*sealedLen - 1, second, true}, {start, 0, true}} {
			sound, err := openSound(bytes.NewReader(b[:c.cut]), start, box)
			if err != nil {
				t.Fatal(err)
			}
			if sound.audio() != c.want || sound.Incomplete() != c.incomplete {
				t.Errorf("cut at %d: %d bytes, incomplete %v", c.cut, sound.audio(), sound.Incomplete())
			}
		}
		swapped := bytes.Clone(b)
		copy(swapped[start:], b[start+sealedLen:start+2*sealedLen])
		sound, err := openSound(bytes.NewReader(swapped), start, box)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(sound); err == nil {
			t.Error("seconds that changed places are heard")
		}
	})
}

func TestPausedIsSilenceAndCounted(t *testing.T) {
	each(t, func(t *testing.T, s room) {
		w := s.say(t, voice(1))
		w.Pause(true)
		if _, err := w.Write(voice(2)[second:]); err != nil {
			t.Fatal(err)
		}
		w.Pause(false)
		if err := errors.Join(w.Close(), w.Close()); err != nil {
			t.Fatal(err)
		}
		s.adopt(t, 1)
		x := s.only(t)
		if x.Gaps != 1 || x.Seconds != 2 {
			t.Errorf("row: %+v", x)
		}
		if got := s.hear(t, x)[58+second:]; !bytes.Equal(got, bytes.Repeat([]byte{silence}, second)) {
			t.Error("what was said in the pause is heard")
		}
	})
}

func TestNothingIsRecordedOfASealedLineOrAgainstTheCallersWill(t *testing.T) {
	each(t, func(t *testing.T, s room) {
		if _, err := s.Begin(t.Context(), call, meta, true); !errors.Is(err, ErrSealedLine) {
			t.Errorf("sealed line: %v", err)
		}
		if left, _ := os.ReadDir(s.Dir); len(left) != 0 {
			t.Error("a sealed line left a file")
		}
		if err := s.Absent(t.Context(), call, meta, ByCaller); err != nil {
			t.Fatal(err)
		}
		s.adopt(t, 1)
		if x := s.only(t); x.Absent != ByCaller || x.Place != None || x.Seconds != 0 {
			t.Errorf("row: %+v", x)
		}
	})
}

// The store of rows is away: recordings begin and end, and are there later.
func TestNothingIsLostWhileTheStoreIsAway(t *testing.T) {
	each(t, func(t *testing.T, s room) {
		away, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.say(t, voice(1)).Close(); err != nil {
			t.Fatal(err)
		}
		if n, err := s.Adopt(away); n != 0 || err == nil {
			t.Fatalf("Adopt without a store = %d, %v", n, err)
		}
		s.adopt(t, 1)
		if x := s.only(t); !x.Complete {
			t.Errorf("row: %+v", x)
		}
	})
}

func TestRetentionDestroysTheSoundAndKeepsTheRow(t *testing.T) {
	each(t, func(t *testing.T, s room) {
		if err := s.say(t, voice(1)).Close(); err != nil {
			t.Fatal(err)
		}
		s.adopt(t, 1)
		began := s.clock.Now()
		if n, err := s.Destroy(t.Context(), began.Add(-time.Second)); n != 0 || err != nil {
			t.Fatalf("too early: %d, %v", n, err)
		}
		hash := s.only(t).Hash
		if n, err := s.Destroy(t.Context(), began.Add(time.Second)); n != 1 || err != nil {
			t.Fatalf("Destroy = %d, %v", n, err)
		}
		x := s.only(t)
		if x.Destroyed.IsZero() || x.key != nil || x.Place != None {
			t.Errorf("row: %+v", x)
		}
		if has, _ := s.Blobs.Has(t.Context(), hash); has {
			t.Error("the sound is still there")
		}
		if _, _, err := s.open(t.Context(), x); !fault.Is(err, fault.Unavailable) {
			t.Errorf("open: %v", err)
		}
	})
}

func TestLocale(t *testing.T) {
	for _, p := range i18n.Check(Locale) {
		t.Error(p)
	}
}

func FuzzReader(f *testing.F) {
	k := secret.NewKeys()
	id, key := fileID{1}, bytes.Repeat([]byte{2}, keyLen)
	b, _ := newBox(key, id)
	h := head{id, k.Seal(keyPurpose, id[:], key), k.Seal(notePurpose, id[:], []byte("{}"))}
	whole := append(h.bytes(), b.seal(nil, 0, false, voice(1))...)
	f.Add(append(whole, b.seal(nil, 1, true, []byte("end"))...))
	f.Add(whole[:300])
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, file []byte) {
		h, start, err := readHead(bytes.NewReader(file))
		if err != nil {
			return
		}
		if !bytes.HasPrefix(file, h.bytes()) || int64(len(h.bytes())) != start {
			t.Fatal("another head was read than stands there")
		}
		box, err := openBox(k, h.key, h.id)
		if err != nil {
			return
		}
		s, err := openSound(bytes.NewReader(file), start, box)
		if err != nil {
			return
		}
		n, err := io.Copy(io.Discard, s)
		if err == nil && n != s.Size() {
			t.Fatalf("%d bytes of %d", n, s.Size())
		}
	})
}
