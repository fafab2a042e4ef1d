package importer

import (
	"strings"

	"yangguang/internal/clock"
)

// Problem is one thing to mend in an entry: the field it stands beside and the
// sentence's key with what it names.
type Problem struct {
	Field string   `json:"field"`
	Key   string   `json:"key"`
	Args  []string `json:"args,omitempty"`
}

// Entry is one thing published in the past, as a source tells it.
type Entry struct {
	Source    string // where it stands: "row 12", "news/2019/3.html"
	Title     string
	Category  string // in the source's own words
	Period    string
	Number    string // 索引号
	DocNumber string // 发文字号
	Formed    clock.Date
	Published clock.Date
	Body      string   // HTML, or plain text
	Old       string   // its old address
	Files     []string // attachments: paths inside the archive
	Words     string   // further words to guess the category by
	Problems  []Problem
}

func (e *Entry) wrong(field, key string, args ...string) {
	e.Problems = append(e.Problems, Problem{Field: field, Key: key, Args: args})
}

// date reads a day the way offices write one, and remarks what is none.
func (e *Entry) date(field, s string) clock.Date {
	s = strings.TrimSpace(s)
	if s == "" {
		return clock.Date{}
	}
	d, ok := FindDate(s)
	if !ok {
		e.wrong(field, "importer.bad_date", cut(s, 40))
	}
	return d
}

// cut is the beginning of a text, by characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// squeeze makes every run of blanks one blank.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
