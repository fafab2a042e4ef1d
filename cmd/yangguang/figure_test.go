package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/db"
	"yangguang/internal/ledger"
)

// figures are those of one item, each value so unusual that it stands nowhere
// else: what the gate hides, and what it leaves.
type figures struct {
	hidden map[string]string // value -> which figure it is
	public map[string]string
	heard  map[string]bool // where a public value was found
}

// rewardsOf is a village's table whose second row counts so few people that
// their money would name them.
func rewardsOf(f *filled, period string, people, money [4]string) disclosure.Text {
	x := f.world.Text("village.4", period, "奖励政策落实情况")
	x.Data.Rows = nil
	for i, id := range []string{"rural_assistance", "special_assistance", "only_child", "other"} {
		x.Data.Rows = append(x.Data.Rows, form.Row{ID: id, Cells: map[string]string{"people": people[i], "money": money[i]}})
	}
	x.Data.Rows = append(x.Data.Rows, form.Row{ID: "total"})
	return x
}

// few are the people of the second row, fewer than are published.
const few = "3"

// figuresOf sorts the values of an item's texts by what the gate hides of them.
// What one text hides, none shows.
func figuresOf(t *testing.T, f *filled, it *disclosure.Item) *figures {
	t.Helper()
	g := &figures{hidden: map[string]string{}, public: map[string]string{}, heard: map[string]bool{}}
	var data, hidden []string
	must(t, f.db.Read(t.Context(), func(tx *db.Tx) error {
		_, err := db.List(tx, func(r *db.Rows, _ *struct{}) error {
			var d, h string
			err := r.Scan(&d, &h)
			data, hidden = append(data, d), append(hidden, h)
			return err
		}, "select data, hidden from item_version where province = $1 and item = $2 order by number limit 20", it.Province, it.ID)
		return err
	}))
	for i := range data {
		d, err := form.Decode([]byte(data[i]))
		must(t, err)
		dark := disclosure.HiddenOf(&disclosure.Version{Hidden: hidden[i]})
		for _, r := range form.FillSums(*f.norm.Form("rewards"), d).Rows {
			for _, column := range []string{"people", "money"} {
				name := form.Figure(r.ID, column)
				to := g.public
				if slices.ContainsFunc(dark, func(h disclosure.Hidden) bool { return h.Figure == name }) {
					to = g.hidden
				}
				if v := r.Cells[column]; v != few {
					to[v] = name
				}
			}
		}
	}
	return g
}

// thousands are the commas within one number.
var thousands = regexp.MustCompile(`(\d)[,，\x{a0}\x{202f}](\d{3})`)

// in lists the values that stand in a text, as they are or set in thousands.
func in(text string, values map[string]string) (found []string) {
	text = html.UnescapeString(text)
	set := thousands.ReplaceAllString(thousands.ReplaceAllString(text, "$1$2"), "$1$2")
	for v := range values {
		if !strings.Contains(text, v) && !strings.Contains(set, v) {
			continue
		}
		alone := regexp.MustCompile(`(^|[^0-9A-Za-z.])` + regexp.QuoteMeta(v) + `($|[^0-9A-Za-z])`)
		if alone.MatchString(text) || alone.MatchString(set) {
			found = append(found, v)
		}
	}
	return found
}

// listen fails on a hidden value and remembers where a public one stood.
func (g *figures) listen(t *testing.T, where string, b []byte) {
	t.Helper()
	for _, v := range in(string(b), g.hidden) {
		t.Errorf("%s tells %s: %s", where, g.hidden[v], v)
	}
	where, _, _ = strings.Cut(where, " in ")
	if len(in(string(b), g.public)) > 0 {
		g.heard[where] = true
	}
}

// told are the row's own figures where a file has them as data.
func told(t *testing.T, where string, people, money string) {
	t.Helper()
	if people != form.Fewer(5) || money != form.Dark {
		t.Errorf("%s says %q people and %q money of %s", where, people, money, few)
	}
}

// TestAHiddenFigureIsInNothingThatGoesOut publishes and corrects a village's
// table, and looks for what the gate hid of it through every page, feed,
// answer, file, sheet of paper and copy; what it left is found by the same look.
func TestAHiddenFigureIsInNothingThatGoesOut(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed (Debian: poppler-utils)")
	}
	f, o := copied(t)
	w := f.world
	period, _, _ := w.Owed(t, w.Village, "village.4")
	it := w.Publish(t, w.Village, "village.4", rewardsOf(f, period, [4]string{"407193", few, "518264", "629375"}, [4]string{"73014826.57", "48271.36", "84125937.68", "95236148.79"}))
	again := rewardsOf(f, period, [4]string{"407194", few, "518265", "629376"}, [4]string{"73014827.51", "48271.36", "84125938.62", "95236149.73"})
	again.Reason = "人数有误"
	it = w.Correct(t, w.Village, it, again)
	must(t, f.ledger.NoteKey(t.Context()))
	_, err := f.ledger.Sign(t.Context())
	must(t, err)
	f.app.Cache().Empty()
	g := figuresOf(t, f, it)
	if len(g.hidden) < 5 || len(g.public) < 8 || g.hidden["48271.36"] == "" {
		t.Fatalf("hidden %v, public %v", g.hidden, g.public)
	}

	c, at, unit := newCrawl(f), it.Path(w.Village), "/"+w.Village.Path()
	sheet := unit + "/print/" + it.Slug()
	c.listen = g.listen
	c.within = func(path string) bool { // all that can speak of the village's table
		return strings.Contains(path, unit) || !regexp.MustCompile(`/\d{6}`).MatchString(path)
	}
	paper := []string{sheet + "-a4.pdf", sheet + "-a3.pdf", unit + "/board-a4.pdf", unit + "/board-a3.pdf", unit + "/print/rewards-a4.pdf", unit + "/leaflet.pdf"}
	c.all(t, append(paper, "/en"+sheet+"-a4.pdf", at+"/proof.tlog-proof", at+"/v/1/proof.tlog-proof", at+"/v/1/content.json", "/api/v1/items"+at)...)
	t.Logf("%d addresses asked; a public figure is at %d", c.pages, len(g.heard))
	for _, path := range slices.Concat(paper[:4], []string{at, "/en" + at, at + "/v/1", at + "/item.xlsx", at + "/item.csv", at + "/item.html", at + "/content.json", at + "/v/1/content.json", "/api/v1/items" + at}) {
		if !g.heard[path] {
			t.Errorf("no public figure was heard at %s: the look does not look there", path)
		}
	}
	for _, path := range append(paper, at+"/proof.tlog-proof", unit+"/feed.atom", unit+"/feed.json", "/feed.json") {
		if got := send2xx(f, path); got == nil {
			t.Errorf("%s is not served", path)
		}
	}
	f.looksThroughTheRest(t, it, g)

	o.Modes = nil
	makeCopy(t, f, o)
	eachFile(t, o.Dir, func(name string, b []byte) { hearInside(t, "the copy's "+name, b, g.listen) })
	for _, name := range []string{at[1:] + "/index.html", at[1:] + "/item.xlsx", at[1:] + "/item.csv", at[1:] + "/item.html", unit[1:] + "/board-a4.pdf"} {
		if !g.heard["the copy's "+name] {
			t.Errorf("no public figure was heard in the copy's %s", name)
		}
	}
}

// send2xx is the body of an address that answers.
func send2xx(f *filled, path string) []byte {
	w := httptest.NewRecorder()
	f.app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		return nil
	}
	return w.Body.Bytes()
}

// looksThroughTheRest is what the value alone does not tell: the small figure
// itself in its row, what a search for a value answers, what the proof records.
func (f *filled) looksThroughTheRest(t *testing.T, it *disclosure.Item, g *figures) {
	t.Helper()
	at := it.Path(f.world.Village)
	for value, name := range g.hidden {
		if f.finds(t, value, it) {
			t.Errorf("a search for %s finds the item: %s", value, name)
		}
	}
	if !f.finds(t, special, it) {
		t.Error("a search for a row's name does not find the item; the look proves nothing")
	}
	proof, err := ledger.ParseProof(send2xx(f, at+"/proof.tlog-proof"))
	must(t, err)
	g.listen(t, "the record of the proof", proof.Record)
	if len(proof.Record) == 0 {
		t.Error("the proof records nothing")
	}

	for _, path := range []string{"/content.json", "/v/1/content.json"} {
		var text struct{ Data form.Data }
		must(t, json.Unmarshal(send2xx(f, at+path), &text))
		told(t, path, text.Data.Rows[1].Cells["people"], text.Data.Rows[1].Cells["money"])
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(send2xx(f, at+"/item.csv"), []byte("\ufeff")))).ReadAll()
	must(t, err)
	book, err := excelize.OpenReader(bytes.NewReader(send2xx(f, at+"/item.xlsx")))
	must(t, err)
	for _, sheet := range book.GetSheetList() {
		more, err := book.GetRows(sheet)
		must(t, err)
		rows = append(rows, more...)
	}
	seen := 0
	for _, r := range rows {
		if slices.Contains(r, special) {
			seen++
			if slices.Contains(r, few) || !slices.Contains(r, "少于5") {
				t.Errorf("the row reads %q", r)
			}
		}
	}
	if seen != 2 {
		t.Errorf("the row was seen %d times in CSV and workbook", seen)
	}
	for _, path := range []string{at, at + "/v/1", at + "/item.html"} {
		rows := strings.Split(string(send2xx(f, path)), "</tr>")
		i := slices.IndexFunc(rows, func(row string) bool { return strings.Contains(row, special) && strings.Contains(row, "<td") })
		if i < 0 {
			t.Errorf("%s has no such row", path)
			continue
		}
		row := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(rows[i], " ")
		if slices.Contains(strings.Fields(row), few) || !strings.Contains(row, "少于5") {
			t.Errorf("%s: the row reads %q", path, row)
		}
	}
	for _, size := range []string{"a4", "a3"} {
		text, _ := wordsOfPDF(t, send2xx(f, strings.Replace(at, "/"+it.Slug(), "/print/"+it.Slug()+"-"+size+".pdf", 1)))
		row := regexp.MustCompile(`(?m)^.*` + special + `.*$`).FindString(string(text))
		if row == "" || slices.Contains(strings.Fields(row), few) {
			t.Errorf("the row on paper reads %q", row)
		}
	}
}

// special is the name of the row with few people.
const special = "计划生育家庭特别扶助"

// finds answers whether any search leads from a value to an item.
func (f *filled) finds(t *testing.T, value string, it *disclosure.Item) bool {
	t.Helper()
	at := it.Path(f.world.Village)
	for _, path := range []string{"/search?q=", "/en/search?q=", "/search/suggest?q=", "/api/v1/search?q="} {
		b := send2xx(f, path+url.QueryEscape(value))
		if b == nil {
			t.Errorf("%s%s is not answered", path, value)
		}
		if bytes.Contains(b, []byte(at)) {
			return true
		}
	}
	return false
}
