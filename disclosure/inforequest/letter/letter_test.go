package letter

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/norm"
)

// sample gives every placeholder a value of its own that can be found again.
func sample(l i18n.Lang) Values {
	v := Values{}
	for _, p := range Placeholders() {
		if p.Own {
			continue
		}
		v[p.ID] = "〔" + p.Title.Zh + "〕"
		if l == i18n.EN {
			v[p.ID] = "<" + p.ID + ">"
		}
		if p.Long {
			v[p.ID] += "\n2nd " + p.ID
		}
	}
	return v
}

func form(t *testing.T, k Kind, l i18n.Lang) *Form {
	t.Helper()
	f, err := Parse(k, l, Template(k, l))
	if err != nil {
		t.Fatalf("%s %s: %v %v", k, l, err, fault.FieldsOf(err))
	}
	return f
}

func TestTheSentencesAreWhole(t *testing.T) {
	t.Parallel()
	if w := i18n.Check(Locale); len(w) > 0 {
		t.Error(w)
	}
}

func TestEveryKindHasATextInBothLanguages(t *testing.T) {
	t.Parallel()
	if len(Kinds()) < 37 {
		t.Fatalf("%d kinds", len(Kinds()))
	}
	for _, k := range Kinds() {
		if ti := k.Title(); ti.Zh == "" || ti.En == "" {
			t.Errorf("%s has no title", k)
		}
		zh, en := form(t, k, i18n.ZH), form(t, k, i18n.EN)
		for _, w := range ways(k.rule()) {
			zm, zo := zh.Needs(w)
			em, eo := en.Needs(w)
			if !slices.Equal(zm, em) || !slices.Equal(zo, eo) {
				t.Errorf("%s %v: the languages need different values: %v %v, %v %v", k, w, zm, em, zo, eo)
			}
		}
		if strings.ContainsFunc(Template(k, i18n.EN), func(r rune) bool { return r >= 0x4E00 && r < 0xA000 }) {
			t.Errorf("%s has Chinese in its translation", k)
		}
	}
}

// Every decision of the yearly report, each way it is put, over each channel,
// says what the law asks of it.
func TestEveryDecisionSaysWhatTheLawAsks(t *testing.T) {
	t.Parallel()
	p := norm.Builtin()
	if n := len(p.Requests.Decisions); n != 21 {
		t.Fatalf("%d decisions, want 21", n)
	}
	cases := 0
	for i := range p.Requests.Decisions {
		d := &p.Requests.Decisions[i]
		for _, variant := range Variants(d.ID) {
			for _, c := range Channels() {
				checkDecision(t, p, d, variant, c)
				cases++
			}
		}
	}
	if cases != 23*4 {
		t.Errorf("%d cases, want 92", cases)
	}
}

func checkDecision(t *testing.T, p *norm.Profile, d *norm.Decision, variant string, c Channel) {
	t.Helper()
	k, err := ForDecision(d.ID, variant)
	if err != nil || k == Answer {
		t.Fatalf("%s/%s: %q, %v", d.ID, variant, k, err)
	}
	w := WayOf(d, c, false)
	v := sample(i18n.ZH).With(ValuesOf(p, d, k, i18n.ZH))
	v["review_days"], v["lawsuit_months"] = "60", "6"
	l, err := form(t, k, i18n.ZH).Merge(w, v)
	if err != nil {
		t.Fatal(err, fault.FieldsOf(err))
	}
	got := l.words()
	if strings.Contains(got, "{{") || strings.Contains(got, "}}") {
		t.Errorf("%s: a placeholder is left over in\n%s", k, got)
	}
	has := func(want string) {
		t.Helper()
		if !strings.Contains(got, want) {
			t.Errorf("%s by %s does not say %q:\n%s", k, c, want, got)
		}
	}
	hasNot := func(bad string) {
		t.Helper()
		if strings.Contains(got, bad) {
			t.Errorf("%s by %s says %q:\n%s", k, c, bad, got)
		}
	}
	for _, n := range []string{"applicant", "number", "received_on", "asked", "grounds", "agency", "date", "letter_number", "handler_phone"} {
		has(v[n])
	}
	for _, n := range k.rule().Needs {
		for line := range strings.Lines(v[n]) {
			has(strings.TrimSpace(line))
		}
	}
	if !strings.Contains(v["grounds"], "条") || strings.Contains(v["grounds"], "〔") {
		t.Errorf("%s: the grounds are %q", k, v["grounds"])
	}
	online := c == Web || c == Email
	switch d.Remedy {
	case "review_first":
		has("应当先申请行政复议")
		has("60日内")
		has("15日内")
		hasNot("6个月")
		if r, s := strings.Index(got, v["review_body"]), strings.Index(got, v["court"]); r < 0 || s < r {
			t.Errorf("%s: reconsideration does not come first", k)
		}
	case "none":
		hasNot(v["court"])
		hasNot(v["review_body"])
	default:
		has("60日内")
		has("6个月内")
		has(v["review_body"])
		has(v["court"])
		hasNot("应当先申请行政复议")
	}
	if online && d.Remedy != "none" {
		has(v["review_online"])
	} else {
		hasNot(v["review_online"])
	}
	if d.Reassess {
		has(v["reassess_on"])
	} else {
		hasNot(v["reassess_on"])
	}
	if strings.Contains(got, "送达回证") != (c == Counter) {
		t.Errorf("%s by %s: the proof of delivery is asked for at the wrong place", k, c)
	}
}

func TestTheArticleFollowsTheVariant(t *testing.T) {
	t.Parallel()
	p := norm.Builtin()
	for k, want := range map[Kind]string{
		"granted": "第三十六条第（二）项", "granted.public": "第三十六条第（一）项",
		"unavailable_not_held": "第三十六条第（四）项", "unavailable_not_held.other_agency": "第三十六条第（五）项",
	} {
		id, _, _ := strings.Cut(string(k), ".")
		if got := ValuesOf(p, p.Requests.Decision(id), k, i18n.ZH)["grounds"]; !strings.HasSuffix(got, want) {
			t.Errorf("%s rests on %q, want %q", k, got, want)
		}
	}
}

func TestADecisionOfAProfilesOwnHasTheGeneralAnswer(t *testing.T) {
	t.Parallel()
	if k, err := ForDecision("something_local", ""); err != nil || k != Answer {
		t.Errorf("%q, %v", k, err)
	}
	if k, err := ForDecision("receipt", ""); err != nil || k != Answer {
		t.Errorf("a receipt ended a request: %q, %v", k, err)
	}
	if _, err := ForDecision("granted", "perhaps"); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown variant: %v", err)
	}
}

func TestAThirdPartyIsNotToldWhoAsks(t *testing.T) {
	t.Parallel()
	for _, k := range []Kind{"third_party", "third_party_release", "other_agency"} {
		for _, l := range i18n.Langs {
			if strings.Contains(Template(k, l), "applicant") {
				t.Errorf("%s %s names the applicant", k, l)
			}
			_, err := Parse(k, l, Template(k, l)+"\n{{applicant}}\n")
			if fs := fault.FieldsOf(err); len(fs) != 1 || fs[0].Key != "letter.forbidden" {
				t.Errorf("%s: %v", k, fs)
			}
		}
	}
}

func TestTheThirdPartyHasARemedyBeforeTheRelease(t *testing.T) {
	t.Parallel()
	v := sample(i18n.ZH)
	for _, c := range Channels() {
		l, err := form(t, "third_party_release", i18n.ZH).Merge(Way{Channel: c}, v)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []string{"release_on", "review_body", "court"} {
			if !strings.Contains(l.words(), v[n]) {
				t.Errorf("by %s it does not say %s", c, n)
			}
		}
		if strings.Contains(l.words(), v["review_online"]) != (c == Web || c == Email) {
			t.Errorf("by %s the way online is wrong", c)
		}
	}
}

func TestAnEditedTemplateIsCheckedLineByLine(t *testing.T) {
	t.Parallel()
	good := Template("refused_secret", i18n.ZH)
	for name, c := range map[string]struct{ text, key, arg string }{
		"an unknown placeholder":     {good + "{{applicent}}\n", "letter.unknown", "{{applicent}}"},
		"a placeholder without end":  {good + "abc {{number\n", "letter.unknown", "{{number"},
		"braces without a beginning": {good + "abc number}}\n", "letter.unknown", "}}"},
		"an unknown condition":       {good + "[perhaps] x\n", "letter.unknown_condition", "perhaps"},
		"a condition without end":    {good + "[online x\n", "letter.open_condition", ""},
		"with without a value":       {good + "[with] x\n", "letter.unknown_with", ""},
		"no reason":                  {strings.ReplaceAll(good, "{{reason}}", ""), "letter.missing", "{{reason}}"},
		"no online channel":          {strings.ReplaceAll(good, "{{review_online}}", ""), "letter.missing", "{{review_online}}"},
		"no day of re-assessment":    {strings.ReplaceAll(good, "{{reassess_on}}", ""), "letter.missing", "{{reassess_on}}"},
		"no court":                   {strings.ReplaceAll(good, "{{court}}", ""), "letter.missing", "{{court}}"},
		"a reason only sometimes":    {strings.ReplaceAll(good, "{{reason}}", "[web] {{reason}}"), "letter.missing", "{{reason}}"},
		"the court first": {strings.NewReplacer("{{court}}", "{{review_body}}", "{{review_body}}", "{{court}}").Replace(good),
			"letter.review_first", ""},
		"two titles":             {good + "# again\n", "letter.one_title", ""},
		"no addressee":           {strings.ReplaceAll(good, "@ ", ""), "letter.one_addressee", ""},
		"widths that are none":   {good + "|= a | b\n", "letter.widths", ""},
		"an own value in braces": {good + "{{secret_code}}\n", "letter.unknown", "{{secret_code}}"},
	} {
		_, err := Parse("refused_secret", i18n.ZH, strings.ReplaceAll(c.text, "[web] {{reason}}", "[web] {{reason}}"))
		fs := fault.FieldsOf(err)
		i := slices.IndexFunc(fs, func(f fault.Field) bool {
			return f.Key == c.key && (c.arg == "" || slices.Contains(f.Args, any(c.arg)))
		})
		if i < 0 {
			t.Errorf("%s: %v", name, fs)
		}
		if len(fs) > 2 {
			t.Errorf("%s: %d faults for one slip: %v", name, len(fs), fs)
		}
	}
}

func TestChineseNamesMayStandInTheBraces(t *testing.T) {
	t.Parallel()
	text := Template("partial", i18n.ZH)
	for _, p := range Placeholders() {
		text = strings.ReplaceAll(text, "{{"+p.ID+"}}", "{{ "+p.Title.Zh+" }}")
		text = strings.ReplaceAll(text, "[with "+p.ID+"]", "[有 "+p.Title.Zh+"]")
	}
	for _, c := range Conditions() {
		text = regexp.MustCompile(`(?m)^(\[[^\]]*)\b`+c.ID+`\b`).ReplaceAllString(text, "${1}"+c.Title.Zh)
	}
	for _, c := range []string{"[复议前置]", "[可救济 网上送达]", "[有 附件]"} {
		if !strings.Contains(text, c) {
			t.Fatalf("%s does not stand in %s", c, text)
		}
	}
	f, err := Parse("partial", i18n.ZH, text)
	if err != nil {
		t.Fatal(fault.FieldsOf(err))
	}
	v, w := sample(i18n.ZH), Way{Channel: Web, Remedy: "review_first", Reassess: true}
	got, err := f.Merge(w, v)
	want, _ := form(t, "partial", i18n.ZH).Merge(w, v)
	if err != nil || got.words() != want.words() {
		t.Errorf("got %s, %v", got.words(), err)
	}
}

func TestAnOrganisationIsAddressedAsOne(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds() {
		for _, w := range ways(k.rule()) {
			person, err := form(t, k, i18n.ZH).Merge(w, sample(i18n.ZH))
			if err != nil {
				t.Fatal(err)
			}
			w.Organisation = true
			l, err := form(t, k, i18n.ZH).Merge(w, sample(i18n.ZH))
			if err != nil || l.words() != strings.ReplaceAll(person.words(), "您", "贵单位") {
				t.Errorf("%s, %v: %s", k, err, l.words())
			}
		}
	}
}

func TestNoLetterGoesOutWithAHole(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds() {
		for _, l := range i18n.Langs {
			f := form(t, k, l)
			for _, w := range ways(k.rule()) {
				must, may := f.Needs(w)
				v := sample(l)
				for _, n := range may {
					delete(v, n)
				}
				if _, err := f.Merge(w, v); err != nil {
					t.Errorf("%s without what may be left out: %v", k, fault.FieldsOf(err))
				}
				for _, n := range must {
					v := v.With(Values{n: " \n"})
					_, err := f.Merge(w, v)
					if fs := fault.FieldsOf(err); len(fs) != 1 || fs[0].Name != n || fs[0].Key != "letter.no_value" {
						t.Errorf("%s without %s: %v", k, n, fs)
					}
				}
			}
		}
	}
}

func TestAValueIsNeverATemplate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := sample(i18n.ZH)
		odd := rapid.SampledFrom([]string{"{{applicant}}", "}}{{", "# x", "| a | b |", "[web]", "=== x", "@ y", "+ remedy"})
		v["asked"] = "{{court}} " + odd.Draw(t, "odd")
		v["reason"] = odd.Draw(t, "reason") + "\n" + odd.Draw(t, "more")
		k := Kind("refused_process")
		f, err := Parse(k, i18n.ZH, Template(k, i18n.ZH))
		if err != nil {
			t.Fatal(err)
		}
		l, err := f.Merge(Way{Channel: Counter, Remedy: "review_first"}, v)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(l.words(), v["asked"]) {
			t.Fatalf("%q was changed in\n%s", v["asked"], l.words())
		}
		plain, _ := f.Merge(Way{Channel: Counter, Remedy: "review_first"}, sample(i18n.ZH))
		if len(plain.Body) != len(l.Body) || l.Title != plain.Title || l.Addressee != plain.Addressee {
			t.Fatalf("a value changed the layout:\n%s", l.words())
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("refused_secret", Template("refused_secret", i18n.ZH))
	f.Add("delivery", "# a\n|= 3 | 9\n| {{agency}} | {{document}}\n[with pages] {{pages}}\n=== x\n")
	f.Add("receipt", "[[]]\n]{{\n}}[有 页数]|")
	f.Fuzz(func(t *testing.T, kind, text string) {
		fm, err := Parse(Kind(kind), i18n.ZH, text)
		if err != nil {
			return
		}
		for _, w := range ways(fm.Kind.rule()) {
			l, err := fm.Merge(w, sample(i18n.ZH))
			if err != nil {
				t.Fatal(err, fault.FieldsOf(err))
			}
			if strings.Contains(l.words(), "{{") {
				t.Fatalf("left over:\n%s", l.words())
			}
		}
	})
}
