package web

import (
	"bytes"
	"regexp"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"yangguang/internal/i18n"
)

// Tongues marks words of the other language with a lang attribute, so that a
// screen reader changes its voice (WCAG 3.1.2) and a browser its letter forms.
// The names of places and units, the titles of items and what people wrote stay
// Chinese on an English page; an English phrase may stand on a Chinese one. It
// is done once for every page, on its finished bytes: a component cannot forget
// it, and a name reaches a page in more ways than components could follow.
//
// An element that holds nothing but such words gets the attribute itself; words
// inside a sentence get a span. Abbreviations and single words stay as they
// are. Nothing is marked where an attribute says so already.
func Tongues(page []byte) []byte {
	m := marker{out: make([]byte, 0, len(page)+len(page)/16), z: html.NewTokenizer(bytes.NewReader(page)), startEnd: -1, held: -1}
	for m.next() {
	}
	return m.out
}

// open is an element whose end has not been seen, and the language inside it.
type open struct{ name, lang string }

type marker struct {
	z     *html.Tokenizer
	out   []byte
	stack []open
	// The last start tag, while nothing has followed it: where an attribute
	// can be put (after its name) and where the tag ends in out.
	attrAt, startEnd int
	// Where in out a text begins that may turn out to be all its element holds.
	held int
}

// words of a form or of a head can be marked on their element only.
var plainText = map[string]bool{"title": true, "option": true, "textarea": true, "text": true, "tspan": true}

// voids have no end tag and their words in attributes.
var voids = map[string]bool{"area": true, "base": true, "br": true, "col": true, "embed": true, "hr": true, "img": true, "input": true, "link": true, "meta": true, "source": true, "track": true, "wbr": true}

func (m *marker) next() bool {
	kind := m.z.Next()
	raw := m.z.Raw()
	if kind == html.ErrorToken {
		m.settle(false)
		m.out = append(m.out, raw...)
		return false
	}
	switch kind {
	case html.TextToken:
		m.text(raw)
		return true
	case html.EndTagToken:
		m.settle(true)
		m.out = append(m.out, raw...)
		name, _ := m.z.TagName()
		m.closes(string(name))
	case html.StartTagToken, html.SelfClosingTagToken:
		m.settle(false)
		m.opens(raw, kind == html.SelfClosingTagToken)
		return true
	default:
		m.settle(false)
		m.out = append(m.out, raw...)
	}
	m.startEnd = -1
	return true
}

func (m *marker) lang() string {
	if len(m.stack) == 0 {
		return ""
	}
	return m.stack[len(m.stack)-1].lang
}

func (m *marker) opens(raw []byte, closed bool) {
	at := len(m.out)
	m.out = append(m.out, raw...)
	m.startEnd = -1
	b, more := m.z.TagName()
	name, lang, own, said := string(b), m.lang(), false, []byte(nil)
	for more {
		var k, v []byte
		k, v, more = m.z.TagAttr()
		switch string(k) {
		case "lang":
			lang, own = string(v), true
		case "alt", "content", "placeholder", "value", "label", "aria-label", "title":
			said = append(append(said, v...), ' ')
		}
	}
	if voids[name] || closed {
		if tongue := other(lang); !own && tongue != "" && mostly(tongue, said) {
			m.insert(at+1+len(name), tongue)
		}
		return
	}
	m.stack = append(m.stack, open{name, lang})
	if !own {
		m.attrAt, m.startEnd = at+1+len(name), len(m.out)
	}
}

func (m *marker) closes(name string) {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if m.stack[i].name == name {
			m.stack = m.stack[:i]
			return
		}
	}
}

// text keeps back what an element holds until the next tag tells whether it is
// all; what cannot be all is marked at once.
func (m *marker) text(raw []byte) {
	m.held = len(m.out)
	m.out = append(m.out, raw...)
}

// settle marks the text kept back, on its element when it ends there.
func (m *marker) settle(end bool) {
	if m.held < 0 {
		return
	}
	from := m.held
	m.held = -1
	tongue := other(m.lang())
	if tongue == "" {
		return
	}
	name := m.stack[len(m.stack)-1].name
	if name == "script" || name == "style" {
		return
	}
	text := m.out[from:]
	alone := end && m.startEnd == from
	switch {
	case alone && plainText[name]:
		if mostly(tongue, text) {
			m.insert(m.attrAt, tongue)
		}
	case plainText[name]:
	case alone && entirely(tongue, text):
		m.insert(m.attrAt, tongue)
	default:
		m.spans(from, tongue)
	}
}

func (m *marker) insert(at int, tongue string) {
	attr := ` lang="` + tongue + `"`
	m.out = append(m.out, attr...)
	copy(m.out[at+len(attr):], m.out[at:])
	copy(m.out[at:], attr)
}

func (m *marker) spans(from int, tongue string) {
	found := runs(tongue, m.out[from:])
	if len(found) == 0 {
		return
	}
	text := bytes.Clone(m.out[from:])
	m.out = m.out[:from]
	last := 0
	for _, r := range found {
		m.out = append(m.out, text[last:r[0]]...)
		m.out = append(m.out, `<span lang="`+tongue+`">`...)
		m.out = append(m.out, text[r[0]:r[1]]...)
		m.out = append(m.out, `</span>`...)
		last = r[1]
	}
	m.out = append(m.out, text[last:]...)
}

// other is the language to look for inside one; none in a third.
func other(lang string) string {
	switch lang {
	case string(i18n.EN):
		return string(i18n.ZH)
	case string(i18n.ZH):
		return string(i18n.EN)
	}
	return ""
}

// phrase is three English words or more; fewer are names and abbreviations
// that Chinese readers say in their own voice, and capitals alone are a code.
var phrase = regexp.MustCompile(`[A-Za-z][a-z'’]+(?:[ -]+[A-Za-z][a-z'’]*){2,}`)

// runs are the stretches of a text that are in the language.
func runs(tongue string, text []byte) [][]int {
	if tongue == string(i18n.EN) {
		return phrase.FindAllIndex(text, -1)
	}
	return hanRuns(text)
}

// hanRuns are stretches from one Chinese character to the last before a Latin
// letter, with the figures and the Chinese punctuation between and around them.
func hanRuns(text []byte) [][]int {
	var out [][]int
	first, last := -1, 0
	flush := func() {
		if first >= 0 {
			out = append(out, []int{first, last})
		}
		first = -1
	}
	mark := -1 // an opening bracket just before the first character
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if c|0x20 >= 'a' && c|0x20 <= 'z' || c == '&' {
				flush()
			}
			mark = -1
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case han(r):
			if first < 0 {
				first = i
				if mark >= 0 {
					first = mark
				}
			}
			last = i + n
		case chinesePunctuation(r):
			if first >= 0 {
				last = i + n
			} else if mark < 0 {
				mark = i
			}
			i += n
			continue
		case unicode.IsLetter(r):
			flush()
		}
		mark = -1
		i += n
	}
	flush()
	return out
}

// han answers for the common block without searching the tables.
func han(r rune) bool {
	return r >= 0x4e00 && r <= 0x9fff || r > 0x2e7f && unicode.Is(unicode.Han, r)
}

// chinesePunctuation are the marks and full-width forms of Chinese text.
func chinesePunctuation(r rune) bool {
	return r >= 0x3001 && r <= 0x301f || r >= 0xff01 && r <= 0xff5e
}

// entirely answers whether a text is one stretch in the language and nothing
// else that would be spoken.
func entirely(tongue string, text []byte) bool {
	text = bytes.TrimSpace(text)
	found := runs(tongue, text)
	return len(found) == 1 && found[0][0] == 0 && found[0][1] == len(text)
}

// mostly answers for words that can carry one language only: Chinese when a
// third of its letters is, since a character is a word's worth of letters.
func mostly(tongue string, text []byte) bool {
	chinese, latin := 0, 0
	for _, r := range string(text) {
		switch {
		case han(r):
			chinese++
		case unicode.IsLetter(r):
			latin++
		}
	}
	if tongue == string(i18n.EN) {
		return chinese == 0 && len(phrase.Find(text)) > 0
	}
	return chinese > 0 && chinese*2 >= latin
}
