package handling

import (
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"yangguang/disclosure/inforequest"
)

// words is what a reader copies from a PDF.
func words(t *testing.T, b string) string {
	t.Helper()
	if !strings.HasPrefix(b, "%PDF-") {
		t.Fatalf("no PDF: %.60q", b)
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is missing; scripts/with-test-env installs it")
	}
	c := exec.CommandContext(t.Context(), "pdftotext", "-raw", "-enc", "UTF-8", "-", "-")
	c.Stdin = strings.NewReader(b)
	out, err := c.Output()
	check(t, err)
	return strings.ReplaceAll(strings.Join(strings.Fields(string(out)), ""), "⽂", "文")
}

func (o *office) letters(q *inforequest.Request) []inforequest.Letter {
	o.t.Helper()
	c, err := o.Requests.Open(o.As(o.Desk), q.Province, q.ID)
	check(o.t, err)
	return c.Letters
}

func at(q *inforequest.Request, rest string) string { return pathOf(q.Province, q.ID, rest) }

// 1.1.b: the envelope and the 送达回证 of an answer; reading the address is on
// record, and the applicant sees it in his language.
func TestAnEnvelopeIsAnOpeningTheApplicantSees(t *testing.T) {
	t.Parallel()
	o := open(t)
	q, code := o.Decided(t, func(f *inforequest.Filing) { f.Delivery, f.Who.Address = "post", "362600 桃城镇演示路1号" })
	l := o.letters(q)[0]
	base := at(q, "/letters/"+strconv.FormatInt(l.ID, 10))
	o.ask(o.As(o.Handler), http.MethodPost, base+"/envelope.pdf", nil, http.StatusForbidden)
	o.ask(o.As(o.Stranger), http.MethodPost, base+"/envelope.pdf", nil, http.StatusNotFound)
	if n := o.audited("open_identity"); n != 0 {
		t.Fatalf("%d openings before anybody printed", n)
	}
	w := o.ask(o.As(o.Desk), http.MethodPost, base+"/envelope.pdf", nil, http.StatusOK)
	if s := words(t, w.Body.String()); !strings.Contains(s, "桃城镇演示路1号") || !strings.Contains(s, "王小明") || strings.Contains(s, "补助资金") {
		t.Errorf("the envelope says %s", s)
	}
	s := words(t, o.ask(o.As(o.Desk), http.MethodPost, base+"/delivery.pdf", nil, http.StatusOK).Body.String())
	for _, want := range []string{"送达回证", "王小明", "桃城镇演示路1号", "〔2026〕1号", "邮寄"} {
		if !strings.Contains(s, want) {
			t.Errorf("the proof of delivery lacks %s: %s", want, s)
		}
	}
	if n := o.audited("open_identity"); n != 2 {
		t.Errorf("%d openings on record, want 2", n)
	}
	c, err := o.Requests.Follow(o.Anyone(), q.Number, code)
	check(t, err)
	var told []string
	for _, s := range c.Steps {
		if s.Kind == "opened" {
			told = append(told, s.Note)
		}
	}
	if !slices.Equal(told, []string{"打印信封", "填写送达回证"}) {
		t.Errorf("the applicant is told %q", told)
	}
	o.has(o.ask(o.As(o.Desk), http.MethodGet, "/en"+at(q, ""), nil, http.StatusOK).Body.String(), "An envelope was printed", "Proof of delivery")
}

func TestAProofOfDeliveryAtTheCounterOpensNothing(t *testing.T) {
	t.Parallel()
	o := open(t)
	q, _ := o.Decided(t, func(f *inforequest.Filing) { f.Delivery, f.Who.Address = "counter", "" })
	base := at(q, "/letters/"+strconv.FormatInt(o.letters(q)[0].ID, 10))
	if s := words(t, o.ask(o.As(o.Desk), http.MethodPost, base+"/delivery.pdf", nil, http.StatusOK).Body.String()); !strings.Contains(s, "王小明") {
		t.Errorf("the proof of delivery says %s", s)
	}
	if n := o.audited("open_identity"); n != 0 {
		t.Errorf("%d openings, and no address was needed", n)
	}
	o.ask(o.As(o.Desk), http.MethodPost, base+"/envelope.pdf", nil, http.StatusConflict)
	if n := o.audited("open_identity"); n != 0 {
		t.Error("an envelope that was refused counts as an opening")
	}
}

func TestAnswersPrintAsOneByTheirNumbers(t *testing.T) {
	t.Parallel()
	o := open(t)
	var keys []string
	var numbers []string
	for range 11 {
		o.Clock.Advance(time.Minute)
		q := decided(t, o.House, nil)
		keys = append([]string{strconv.Itoa(q.Province) + "-" + strconv.FormatInt(q.ID, 10)}, keys...)
		numbers = append(numbers, o.letters(q)[0].Number)
	}
	o.has(o.ask(o.As(o.Desk), http.MethodGet, root+"?state=deliver", nil, http.StatusOK).Body.String(), "打印所选答复", keys[0])
	o.ask(o.As(o.Handler), http.MethodPost, root+"/letters", url.Values{"request": keys}, http.StatusForbidden)
	o.ask(o.As(o.Desk), http.MethodPost, root+"/letters", nil, http.StatusUnprocessableEntity)
	s := words(t, o.ask(o.As(o.Desk), http.MethodPost, root+"/letters", url.Values{"request": append(keys, keys[0])}, http.StatusOK).Body.String())
	last := -1
	for _, n := range numbers {
		i := strings.Index(s, n)
		if i <= last || strings.Count(s, n) != 1 {
			t.Errorf("%s stands at %d after %d, %d times", n, i, last, strings.Count(s, n))
		}
		last = i
	}
	if n := o.audited("print"); n != 11 {
		t.Errorf("%d printings on record, want 11", n)
	}
	q, _ := o.Open(t)
	o.has(o.ask(o.As(o.Desk), http.MethodPost, root+"/letters", url.Values{"request": {strconv.Itoa(q.Province) + "-" + strconv.FormatInt(q.ID, 10)}}, http.StatusUnprocessableEntity).Body.String(), q.Number+" 没有待送达的答复")
}

func TestALetterTheTypefaceLacksIsOfferedForWord(t *testing.T) {
	t.Parallel()
	o := open(t)
	rare, plain := decided(t, o.House, func(f *inforequest.Filing) { f.Who.Name = "王\U00030EDE明" }), decided(t, o.House, nil)
	keys := url.Values{"request": {strconv.Itoa(rare.Province) + "-" + strconv.FormatInt(rare.ID, 10), strconv.Itoa(plain.Province) + "-" + strconv.FormatInt(plain.ID, 10)}}
	page := o.ask(o.As(o.Desk), http.MethodPost, root+"/letters", keys, http.StatusOK).Body.String()
	o.has(page, "\U00030EDE", "/docx", "打印其余 1 件", keys["request"][1])
	if n := o.audited("print"); n != 0 {
		t.Errorf("%d letters count as printed", n)
	}
	base := at(rare, "/letters/"+strconv.FormatInt(o.letters(rare)[0].ID, 10))
	o.has(o.ask(o.As(o.Desk), http.MethodGet, base+"/pdf", nil, http.StatusConflict).Body.String(), "\U00030EDE")
	if b := o.ask(o.As(o.Desk), http.MethodGet, base+"/docx", nil, http.StatusOK).Body.String(); !strings.HasPrefix(b, "PK") {
		t.Errorf("the file for Word: %.20q", b)
	}
}
