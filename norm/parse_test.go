package norm

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/problems.golden anew; read the difference before committing it")

// mistakes are changes to testdata/minimal.yaml, each of which must be refused. What is said, and at which line, is in
// testdata/problems.golden.
var mistakes = []struct{ name, old, new string }{
	{"an unknown key", "version: \"1\"", "version: \"1\"\nverzion: \"1\""},
	{"an unknown key deep inside", "        period: quarterly", "        period: quarterly\n        periode: yearly"},
	{"two unknown keys are both reported", "        slug: people", "        slog: people\n        titel: x"},
	{"a key given twice", "calendar: {base: cn}", "calendar: {base: cn}\ncalendar: {base: cn}"},
	{"a file that is not YAML", "labels:", "labels: [}"},
	{"two documents in one file", "labels:", "---\nlabels:"},
	{"a list where a word belongs", "id: minimal", "id: [minimal]"},
	{"a word where a list belongs", "kinds: [authority]", "kinds: authority"},
	{"a word where a mapping belongs", "title: {zh: 最小规范, en: Smallest norm}", "title: 最小规范"},
	{"an empty value", "calendar: {base: cn}", "calendar:"},
	{"an alias", "id: minimal", "id: &c minimal"},
	{"a word where a number belongs", "persons: 3", "persons: three"},
	{"a word where true or false belongs", "valid_to: 2026-12-31", "optional: perhaps"},
	{"a fraction where a number belongs", "number: 2", "number: 2.5"},
	{"a bound in words", "min: 0, max: 9", "min: none"},
	{"a date that is none", "valid_from: 2026-01-01\ncalendar", "valid_from: 2026-13-01\ncalendar"},
	{"a word where a calendar belongs", "calendar: {base: cn}", "calendar: cn"},
	{"a calendar the program does not bring", "{base: cn}", "{base: cn-housing}"},
	{"a day off without a name", "{base: cn}", "{base: cn, rest: [{from: 2026-07-03}]}"},
	{"days off that end before they begin", "{base: cn}", "{base: cn, rest: [{from: 2026-07-03, to: 2026-07-01, name: {zh: 节, en: Day}}]}"},
	{"a day off and worked", "{base: cn}", "{base: cn, rest: [{from: 2026-07-03, name: {zh: 节, en: Day}}], work: [{date: 2026-07-03, name: {zh: 节, en: Day}}]}"},
	{"a working day without its date", "{base: cn}", "{base: cn, work: [{name: {zh: 节, en: Day}}]}"},
	{"no date", "valid_from: 2026-01-01\ncalendar", "calendar"},
	{"no version", "version: \"1\"\n", ""},
	{"an id with capitals", "id: minimal", "id: Minimal"},
	{"a title without English", "title: {zh: 公开, en: Disclosure}", "title: {zh: 公开}"},
	{"a title without Chinese", "title: {zh: 公开, en: Disclosure}", "title: {en: Disclosure}"},
	{"no title at all", "    title: {zh: 公开, en: Disclosure}\n", ""},
	{"Chinese in the English", "en: Disclosure}", "en: Disclosure 公开}"},
	{"a label left out", "  urge: {zh: 催公开, en: Ask}\n", ""},
	{"a label without English", "urge: {zh: 催公开, en: Ask}", "urge: {zh: 催公开}"},
	{"a law with an address that is none", "https://example.org/foi", "example.org/foi"},
	{"a clause twice", "- id: \"1.1\"", "- id: \"1\""},
	{"a clause with an unknown parent", "parent: \"1\"", "parent: \"2\""},
	{"a clause with a strange id", "- id: \"1.1\"", "- id: \"1..1\""},
	{"a rule for two persons", "persons: 3", "persons: 2"},
	{"a rule with fewer steps than persons", "persons: 3", "persons: 4"},
	{"a rule whose steps share a person", "slot: approver, verb", "slot: approver, may_share: reviewer, verb"},
	{"a rule without approval", "slot: approver", "slot: reviewer2"},
	{"a rule with one slot twice", "slot: approver", "slot: reviewer"},
	{"a rule with an unknown slot", "slot: reviewer,", "slot: friend,"},
	{"a rule with an unknown verb", "verb: disclosure.review", "verb: disclosure.publish"},
	{"a rule that forgets privacy", "checks: [secrecy, privacy]", "checks: [secrecy]"},
	{"a check without its words", "checks: [secrecy, privacy]", "checks: [secrecy, privacy, beauty]"},
	{"an emergency path with one person", "    steps:", "    emergency:\n      - {id: all, title: {zh: 批准, en: Approval}, slot: approver, checks: [secrecy, privacy], verb: disclosure.approve}\n    steps:"},
	{"a form with an unknown shape", "shape: table", "shape: circle"},
	{"a table without columns", "shape: table", "shape: record"},
	{"a field with an unknown type", "type: text}", "type: essay}"},
	{"few people that are one", "    sums:", "    below: 2\n    sums:"},
	{"few people where none are counted", "    columns:\n      - {id: name, title: {zh: 名称, en: Name}, type: text}\n      - {id: men, title: {zh: 男, en: Men}, type: integer, people: true,",
		"    below: 7\n    columns:\n      - {id: name, title: {zh: 名称, en: Name}, type: text}\n      - {id: men, title: {zh: 男, en: Men}, type: integer,"},
	{"a figure that follows no people", "{id: women, title: {zh: 女, en: Women}, type: integer}", "{id: women, title: {zh: 女, en: Women}, type: integer, follows: all}"},
	{"people that follow people", "{id: men, title: {zh: 男, en: Men}, type: integer, people: true,", "{id: men, title: {zh: 男, en: Men}, type: integer, people: true, follows: men,"},
	{"a tie of an unknown kind", "    sums:", "    ties:\n      - {kind: walking, axis: columns, total: all, part: men}\n    sums:"},
	{"a running tie of what is not there", "    sums:", "    ties:\n      - {kind: running, axis: columns, total: year, part: quarter}\n    sums:"},
	{"a rolling tie without its length", "    sums:", "    ties:\n      - {kind: rolling, axis: columns, total: all, part: men}\n    sums:"},
	{"a tie of units of no category", "    sums:", "    ties:\n      - {kind: units, category: village.9}\n    sums:"},
	{"a tie of units without a form", "    sums:", "    ties:\n      - {kind: units, category: office.2}\n    sums:"},
	{"a tie of units to no figure of people", "    sums:", "    ties:\n      - {kind: units, category: office.1, total: here/all, part: here/men}\n    sums:"},
	{"a choice of time that is no field", "    sums:", "    window: span\n    sums:"},
	{"a choice of time that names no columns", "    shape: table\n", "    shape: table\n    window: span\n    fields:\n      - {id: span, title: {zh: 口径, en: Span}, type: choice, choices: [{id: women, title: {zh: 女, en: Women}}, {id: men, title: {zh: 男, en: Men}}]}\n"},
	{"a text that counts people", "type: text}", "type: text, people: true}"},
	{"bounds the wrong way round", "min: 0, max: 9", "min: 9, max: 0"},
	{"bounds on a text", "type: text}", "type: text, max: 3}"},
	{"a choice without choices", ", choices: [{id: open, title: {zh: 开, en: Open}}]", ""},
	{"a column twice", "id: women", "id: men"},
	{"a row twice", "id: there", "id: here"},
	{"a sum of an unknown column", "parts: [men, women]", "parts: [men, children]"},
	{"a sum of a column of words", "parts: [men, women]", "parts: [men, name]"},
	{"a sum with an unknown total", "total: all", "total: everybody"},
	{"a sum that contains itself", "parts: [men, women]", "parts: [men, all]"},
	{"a sum of unknown rows", "axis: columns, total: all, parts: [men, women]", "axis: rows, total: here, parts: [there, nowhere]"},
	{"a sum along no axis", "axis: columns", "axis: diagonal"},
	{"a catalogue of an unknown clause", "clause: \"1.1\"", "clause: \"1.2\""},
	{"a catalogue with an unknown review", "review: three", "review: four"},
	{"a catalogue for an unknown kind", "kinds: [authority]", "kinds: [ministry]"},
	{"a kind bound twice", "kinds: [authority]", "kinds: [authority, authority]"},
	{"a catalogue without bearer", "    bearer: {zh: 机关, en: Office}\n", ""},
	{"a category id outside its catalogue", "id: office.2", "id: bureau.2"},
	{"a category twice", "id: office.2", "id: office.1"},
	{"a number twice", "number: 2", "number: 1"},
	{"a number below one", "number: 2", "number: 0"},
	{"a slug twice", "slug: other", "slug: people"},
	{"a slug with capitals and spaces", "slug: other", "slug: Other matters"},
	{"an unknown period", "period: quarterly", "period: weekly"},
	{"a time limit of nothing", "within: {n: 20, unit: working_days}", "within: {n: 0, unit: working_days}"},
	{"a time limit in an unknown unit", "unit: working_days}", "unit: fortnights}"},
	{"no time limit", "    within: {n: 20, unit: working_days}\n", ""},
	{"since without a period", "period: on_change", "period: on_change\n        since: start"},
	{"since what", "period: quarterly", "period: quarterly\n        since: middle"},
	{"an unknown form", "form: table", "form: tabel"},
	{"an unknown second form", "form: table", "more_forms: [tabel]"},
	{"no legal basis", "        basis: [{law: foi}]\n", ""},
	{"an unknown law", "{law: foi}", "{law: foo}"},
	{"an article in words", "article: 20(4)", "article: twenty"},
	{"valid to before valid from", "valid_to: 2026-12-31", "valid_to: 2025-12-31"},
	{"retired before it was owed", "valid_to: 2026-12-31", "retire_on: 2025-12-31\n        retire_note: {zh: 停用, en: Ended}"},
	{"retired without a reason", "valid_to: 2026-12-31", "retire_on: 2026-12-31"},
	{"an emergency without a path", "valid_to: 2026-12-31", "emergency: true"},
}

func minimal(t testing.TB) string {
	b, err := os.ReadFile("testdata/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEachMistakeIsRefusedWithItsLine(t *testing.T) {
	base := minimal(t)
	if _, problems := Parse("minimal.yaml", []byte(base)); len(problems) > 0 {
		t.Fatalf("the minimal profile itself is refused: %v", problems)
	}
	var got bytes.Buffer
	for _, m := range mistakes {
		if !strings.Contains(base, m.old) {
			t.Fatalf("%s: testdata/minimal.yaml does not contain %q", m.name, m.old)
		}
		got.WriteString("# " + m.name + "\n")
		if Check("minimal.yaml", []byte(strings.Replace(base, m.old, m.new, 1)), &got) {
			t.Errorf("%s is accepted", m.name)
		}
		got.WriteString("\n")
	}
	const golden = "testdata/problems.golden"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("problems differ (-want +got); if they should, run go test ./norm -update:\n%s", diff)
	}
}

func TestHostileFilesAreRefusedQuickly(t *testing.T) {
	for name, b := range map[string]string{
		"empty":          "",
		"only a comment": "# nothing\n",
		"a list":         "- a\n- b\n",
		"a word":         "hello",
		"deep brackets":  strings.Repeat("[", 100_000),
		"deep dashes":    strings.Repeat("- ", 100_000) + "a",
		"deep indentation": func() string {
			var s strings.Builder
			for i := range 300 {
				s.WriteString(strings.Repeat(" ", i) + "a:\n")
			}
			return s.String()
		}(),
		"too large":    strings.Repeat("#", maxProfile+1),
		"a bomb":       "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
		"binary bytes": "\x00\xff\xfe",
	} {
		if p, problems := Parse("x.yaml", []byte(b)); p != nil || len(problems) == 0 {
			t.Errorf("%s is accepted", name)
		}
	}
}

// Run it with -fuzzminimizetime 1x: seeds are whole profiles, and shortening each finding would take all the time.
func FuzzParse(f *testing.F) {
	base := minimal(f)
	f.Add([]byte(base))
	for _, m := range mistakes {
		f.Add([]byte(strings.Replace(base, m.old, m.new, 1)))
	}
	f.Add([]byte("? [a]\n: b\n"))
	f.Add([]byte("a: !!binary x\n<<: *b\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, problems := Parse("fuzz.yaml", b)
		if (p == nil) != (len(problems) > 0) {
			t.Fatalf("profile %v with problems %v", p != nil, problems)
		}
		for _, x := range problems {
			if x.Line < 1 || x.Message == "" {
				t.Fatalf("a problem without place or words: %+v", x)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	file, err := profiles.ReadFile("profiles/" + Yangguang2008 + ".yaml")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, problems := Parse("x", file); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}

func TestCheckSaysWhatAValidProfileHolds(t *testing.T) {
	var got bytes.Buffer
	if !Check("minimal.yaml", []byte(minimal(t)), &got) {
		t.Fatalf("refused: %s", got.String())
	}
	want := "minimal.yaml: valid: minimal 1, 2 clauses, 1 catalogues with 2 categories, 1 forms, 1 review rules\n"
	if got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
}
