package inforequest_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"
	"time"

	"yangguang/disclosure/inforequest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	check(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))))
	return b.Bytes()
}

func TestFilesComeWithTheFormAndTheIdentityImageGoes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		f := h.Filing("with files")
		f.Files = []inforequest.FiledFile{{Purpose: inforequest.IdentityImage, Name: `C:\证件.png`, Bytes: picture(t)}, {Purpose: inforequest.AskedFile, Name: "线索.txt", Bytes: []byte("去年的公示照片在村口。")}}
		q, code, err := h.Requests.File(h.Anyone(), f)
		check(t, err)
		if _, _, err := h.Requests.File(h.Anyone(), f); err != nil { // the reply was lost
			t.Fatal(err)
		}
		c := state(t, h, q)
		if len(c.Files) != 2 || c.Files[0].Name != "证件.png" || c.Files[0].DestroyOn != clock.DateOf(h.Clock.Now()).AddDays(30) || !c.Files[1].DestroyOn.IsZero() {
			t.Fatalf("filed with %+v", c.Files)
		}
		_, b, err := h.Requests.FileOf(h.As(h.Handler), q.Province, q.ID, c.Files[0].ID)
		check(t, err)
		if !bytes.Equal(b, picture(t)) {
			t.Error("the picture is not what was sent")
		}
		own, err := h.Requests.Follow(h.Anyone(), q.Number, code)
		check(t, err)
		if len(own.Files) != 1 || own.Files[0].Purpose != inforequest.AskedFile {
			t.Errorf("by number and code one sees %+v", own.Files)
		}
		h.Clock.Advance(32 * 24 * time.Hour)
		if n, err := h.Requests.DestroyIdentityImages(h.Anyone(), h.Clock.Now()); err != nil || n != 1 {
			t.Fatalf("destroyed %d, %v", n, err)
		}
		if _, _, err := h.Requests.FileOf(h.As(h.Handler), q.Province, q.ID, c.Files[0].ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the picture is still there: %v", err)
		}
		if _, b, err = h.Requests.FileOf(h.As(h.Handler), q.Province, q.ID, c.Files[1].ID); err != nil || len(b) == 0 {
			t.Errorf("the enclosure went with it: %v", err)
		}
	})
}

func TestAFormWithARefusedFileFilesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for name, x := range map[string]struct {
			files []inforequest.FiledFile
			kind  fault.Kind
			want  string
		}{
			"no document":       {[]inforequest.FiledFile{{Purpose: inforequest.IdentityImage, Name: "a.exe", Bytes: []byte("MZ\x90\x00")}}, fault.Invalid, "identity_file:inforequest.file_refused"},
			"an empty one":      {[]inforequest.FiledFile{{Purpose: inforequest.AskedFile, Name: "a.txt"}}, fault.Invalid, "asked_file:inforequest.file_empty"},
			"too large":         {[]inforequest.FiledFile{{Purpose: inforequest.AskedFile, Name: "a.txt", Bytes: make([]byte, inforequest.MaxFiledFile+1)}}, fault.Invalid, "asked_file:inforequest.file_large"},
			"too many":          {bytesTimes(inforequest.MaxFiledFiles + 1), fault.Invalid, "asked_file:inforequest.files_many"},
			"the office's kind": {[]inforequest.FiledFile{{Purpose: inforequest.Release, Name: "a.txt", Bytes: []byte("文")}}, fault.NotFound, "fault.not_found"},
		} {
			f := h.Filing(name)
			f.Files = x.files
			_, _, err := h.Requests.File(h.Anyone(), f)
			refused(t, err, x.kind, x.want)
		}
		f := h.Filing("both wrong")
		f.Who.Name, f.Files = "", []inforequest.FiledFile{{Purpose: inforequest.AskedFile, Name: "a.txt"}}
		_, _, err := h.Requests.File(h.Anyone(), f)
		if got := len(fault.FieldsOf(err)); got != 2 {
			t.Errorf("%d fields are refused, want the name and the file: %v", got, err)
		}
		h.Read(t, func(tx *db.Tx) error {
			n := 0
			if err := tx.Row("select count(*) from inforequest").Scan(&n); err != nil || n != 0 {
				t.Errorf("%d requests were filed, %v", n, err)
			}
			return nil
		})
	})
}

func bytesTimes(n int) (out []inforequest.FiledFile) {
	for range n {
		out = append(out, inforequest.FiledFile{Purpose: inforequest.AskedFile, Name: "a.txt", Bytes: []byte("线索")})
	}
	return out
}

func TestAnswersAreCountedOnceTheyReachTheApplicant(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		count := func(want, wantAll int64) {
			t.Helper()
			h.Read(t, func(tx *db.Tx) error {
				inTime, all, err := inforequest.CountAnswered(tx, h.County.Division)
				if inTime != want || all != wantAll {
					t.Errorf("%d of %d in time, want %d of %d", inTime, all, want, wantAll)
				}
				return err
			})
		}
		answered := func(late time.Duration) {
			h.Clock.Advance(time.Minute) // the token of the house's form is its time
			q, _ := h.File(t, func(f *inforequest.Filing) { f.Channel = "counter" })
			check(t, h.Requests.Assign(h.As(h.Desk), q.Province, q.ID, h.Handler.ID, ""))
			h.Clock.Advance(late)
			check(t, h.Requests.Submit(h.As(h.Handler), q.Province, q.ID, answer()))
			check(t, h.Requests.Approve(h.As(h.Head), q.Province, q.ID))
			check(t, h.Requests.Deliver(h.As(h.Desk), q.Province, q.ID, "web", "", clock.DateOf(h.Clock.Now())))
		}
		count(0, 0)
		q, code := h.File(t, nil)
		check(t, h.Requests.Withdraw(h.Anyone(), q.Number, code))
		count(0, 0)
		answered(0)
		count(1, 1)
		answered(60 * 24 * time.Hour)
		count(1, 2)
	})
}
