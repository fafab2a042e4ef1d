package channel

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"yangguang/internal/ledger"
)

// codes reads every QR code on the last page of a sheet, as it is printed at
// 300 dots per inch. (zbar's XML damages what is not ASCII; its raw output is
// one code after the other, each with a line end.)
func codes(t *testing.T, file string) (address, proof string) {
	t.Helper()
	stem := strings.TrimSuffix(file, ".pdf")
	last := strconv.Itoa(len(textOfPages(t, file)))
	run(t, "pdftoppm", "-r", "300", "-f", last, "-l", last, "-singlefile", "-gray", "-png", file, stem)
	all := run(t, "zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", "-Sqrcode.binary", stem+".png")
	if i := strings.Index(all, "https://"); i >= 0 {
		address, _, _ = strings.Cut(all[i:], "\n")
		all = all[:i] + strings.TrimPrefix(all[i+len(address):], "\n")
	}
	return address, strings.TrimSuffix(all, "\n")
}

func TestThePaperHoldsTheProof(t *testing.T) {
	h := newHall(t)
	key, err := ledger.NewKey("log.example.gov.cn")
	if err != nil {
		t.Fatal(err)
	}
	book := &ledger.Ledger{DB: h.DB, Key: key}
	row := h.village(t, "公示", noticeText)
	path := itemPath(h.Village, &row.Item, "a4")
	if address, proof := codes(t, h.pdf(t, path)); address == "" || proof != "" {
		t.Fatalf("before its entry is signed the sheet leads to %q and holds the proof %q", address, proof)
	}
	if _, err := book.Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, err := ledger.Verifier(key.VKey(int64(h.Village.Province())))
	if err != nil {
		t.Fatal(err)
	}
	for size, says := range map[string]string{"a4": "右边的码就是公开证明", "a3": "Thecodeontherightistheproofitself"} {
		lang := ""
		if size == "a3" {
			lang = "/en"
		}
		file := h.pdf(t, lang+itemPath(h.Village, &row.Item, size))
		address, text := codes(t, file)
		held, err := ledger.ParseProof([]byte(text))
		if err != nil || address == "" {
			t.Fatalf("%s: the sheet leads to %q and holds %q: %v", size, address, text, err)
		}
		shown, err := held.Check([]note.Verifier{v}, nil)
		if err != nil || !shown.Opened || shown.Kind != "published" || !strings.Contains(shown.Subject, fmt.Sprint(row.Serial)) {
			t.Errorf("%s: the proof on paper shows %+v, %v", size, shown, err)
		}
		if all := solid(strings.Join(textOfPages(t, file), "")); !strings.Contains(all, says) {
			t.Errorf("%s: the sheet does not say what the code is:\n%s", size, all)
		}
	}
	// Another entry makes another head: the sheet kept in memory would prove with an old one.
	before := h.get(t, path).Body.String()
	h.Clock.Advance(time.Minute)
	h.village(t, "又一件公示", noticeText)
	if _, err := book.Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h.get(t, path).Body.String() == before {
		t.Error("the sheet still bears the proof under the old head")
	}
}

// TestTheProofOfALargeLogStillFits draws the longest proof a province needs:
// eight million entries and a witness.
func TestTheProofOfALargeLogStillFits(t *testing.T) {
	hash := base64.StdEncoding.EncodeToString(make([]byte, 32))
	text := "c2sp.org/tlog-proof@v1\nextra " + strings.Repeat("QUJD", 130) + "\nindex 8000000\n" + strings.Repeat(hash+"\n", 23) +
		"\nlog.example.gov.cn/35\n8000001\n" + hash + "\n\n— log.example.gov.cn/35 " + strings.Repeat("A", 92) + "\n— witness.example.org " + strings.Repeat("B", 104) + "\n"
	b, err := render(t.Context(), spec{size: "a4", title: "x"}, func(s *sheet) {
		s.page()
		s.proof(s.x0, s.y, []byte(text))
	})
	if err != nil {
		t.Fatal(err)
	}
	file := save(t, b, "large.pdf")
	_, got := codes(t, file)
	if diff := cmp.Diff(text, got); diff != "" {
		t.Errorf("a proof of %d bytes does not come back from paper (-printed +read):\n%s", len(text), diff)
	}
	if st, err := os.Stat(file); err != nil || st.Size() > 200<<10 {
		t.Errorf("the code makes a file of %v bytes: %v", st, err)
	}
}
