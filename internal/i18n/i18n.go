// Package i18n turns sentence keys into the reader's language. Locales are
// data: each room embeds locale/zh-CN.json and locale/en.json, written first
// in Chinese; a further language is a further file.
//
// It stores nothing about anybody; the reader's language travels in the
// context of the request.
package i18n

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"sync"
)

// Lang is a language tag (BCP 47).
type Lang string

// The languages that are complete.
const (
	ZH Lang = "zh-CN"
	EN Lang = "en"
)

// Langs lists the complete languages, the first being the default.
var Langs = []Lang{ZH, EN}

// Text is bilingual data, such as a title of the norm.
type Text struct {
	Zh string `yaml:"zh" json:"zh"`
	En string `yaml:"en" json:"en"`
}

// In is the text in the reader's language; the Chinese where there is no
// translation, since a foreign word is better than none.
func (t Text) In(ctx context.Context) string {
	if LangOf(ctx) == EN && t.En != "" {
		return t.En
	}
	return t.Zh
}

// IsZero answers whether there is no text at all.
func (t Text) IsZero() bool { return t == Text{} }

type langKey struct{}

// With sets the reader's language.
func With(ctx context.Context, l Lang) context.Context {
	return context.WithValue(ctx, langKey{}, l)
}

// LangOf is the reader's language; Chinese when nothing was said.
func LangOf(ctx context.Context) Lang {
	if l, ok := ctx.Value(langKey{}).(Lang); ok {
		return l
	}
	return ZH
}

// bundle holds every loaded sentence; written at start-up only.
var bundle = struct {
	mu sync.RWMutex
	m  map[Lang]map[string]string // guarded by mu
}{m: map[Lang]map[string]string{}}

// Load adds the locale files of rooms. A key given twice with different words
// is an error, since one of two sentences would be lost.
func Load(sources ...fs.FS) error {
	for _, src := range sources {
		for _, l := range Langs {
			if err := loadOne(src, l); err != nil {
				return err
			}
		}
	}
	return nil
}

func loadOne(src fs.FS, l Lang) error {
	name := "locale/" + string(l) + ".json"
	b, err := fs.ReadFile(src, name)
	if err != nil {
		return err
	}
	m, err := Parse(b)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	bundle.mu.Lock()
	defer bundle.mu.Unlock()
	have := bundle.m[l]
	if have == nil {
		have = map[string]string{}
		bundle.m[l] = have
	}
	for k, v := range m {
		if old, ok := have[k]; ok && old != v {
			return fmt.Errorf("%s: key %q has two sentences", name, k)
		}
	}
	maps.Copy(have, m)
	return nil
}

// Add loads a further language from one file of sentences: locales are data.
// What it does not say is said in Chinese. Its direction and its own name are
// sentences too, ui.direction ("ltr" or "rtl") and ui.language_name.
func Add(l Lang, file []byte) error {
	m, err := Parse(file)
	if err != nil {
		return fmt.Errorf("%s: %w", l, err)
	}
	bundle.mu.Lock()
	defer bundle.mu.Unlock()
	if bundle.m[l] == nil {
		bundle.m[l] = map[string]string{}
	}
	maps.Copy(bundle.m[l], m)
	return nil
}

// Prefix is where a language's pages lie below the root of the site: nowhere
// for the first language, "/en", and "/" with its tag for every further one.
func Prefix(l Lang) string {
	if l == Langs[0] {
		return ""
	}
	return "/" + strings.ToLower(string(l))
}

// OfPrefix is the language whose pages lie below a prefix, of those that have
// sentences.
func OfPrefix(prefix string) (Lang, bool) {
	if prefix == Prefix(EN) { // nearly every one
		return EN, true
	}
	bundle.mu.RLock()
	defer bundle.mu.RUnlock()
	for l := range bundle.m {
		if l != Langs[0] && prefix == Prefix(l) {
			return l, true
		}
	}
	return "", false
}

// MustLoad is Load for start-up and tests.
func MustLoad(sources ...fs.FS) {
	if err := Load(sources...); err != nil {
		panic(err)
	}
}

// Parse reads a locale file: one flat object from key to sentence.
func Parse(b []byte) (map[string]string, error) {
	var m map[string]string
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, err
	}
	return m, nil
}

// Has answers whether a key has a sentence in the language.
func Has(l Lang, key string) bool {
	bundle.mu.RLock()
	defer bundle.mu.RUnlock()
	_, ok := bundle.m[l][key]
	return ok
}

func lookup(l Lang, key string) string {
	bundle.mu.RLock()
	defer bundle.mu.RUnlock()
	if s, ok := bundle.m[l][key]; ok {
		return s
	}
	if s, ok := bundle.m[ZH][key]; ok {
		return s
	}
	return key
}

// T is the sentence for a key in the reader's language, with {1}, {2}, …
// replaced. Where the sentence has two forms, "{1} item || {1} items", the
// first argument chooses: exactly one takes the first form. A key without a
// sentence is returned as it is, and a test finds it.
func T(ctx context.Context, key string, args ...any) string {
	s := lookup(LangOf(ctx), key)
	if one, many, ok := strings.Cut(s, " || "); ok {
		s = many
		if len(args) > 0 && fmt.Sprint(args[0]) == "1" {
			s = one
		}
	}
	if len(args) == 0 || !strings.Contains(s, "{") {
		return s
	}
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		pairs = append(pairs, fmt.Sprintf("{%d}", i+1), argText(ctx, a))
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

func argText(ctx context.Context, a any) string {
	switch v := a.(type) {
	case string:
		return v
	case int:
		return Number(ctx, int64(v))
	case int64:
		return Number(ctx, v)
	case Text:
		return v.In(ctx)
	}
	return fmt.Sprint(a)
}
