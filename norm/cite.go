package norm

import (
	"strconv"
	"strings"

	"yangguang/internal/i18n"
)

// Cite writes a legal basis as a lawyer would: 《政府信息公开条例》第二十条第（八）项, and in English "…, article 20, item 8".
func (p *Profile) Cite(b Basis) i18n.Text {
	article, item, _ := strings.Cut(strings.TrimSuffix(b.Article, ")"), "(")
	article, paragraph, _ := strings.Cut(article, ".")
	t := p.fill("cite.title", b.Title)
	for _, part := range []struct{ label, number string }{
		{"cite.article", article}, {"cite.paragraph", paragraph}, {"cite.item", item},
	} {
		if part.number != "" {
			s := p.fill(part.label, i18n.Text{Zh: numeral(part.number), En: part.number})
			t.Zh, t.En = t.Zh+s.Zh, t.En+s.En
		}
	}
	return t
}

// Within writes a time limit in words: 20个工作日内, "within 20 working days".
func (p *Profile) Within(s Span) i18n.Text {
	n := strconv.Itoa(s.N)
	return p.fill("within."+s.Unit, i18n.Text{Zh: n, En: n})
}

func (p *Profile) fill(label string, arg i18n.Text) i18n.Text {
	t := p.Label(label)
	return i18n.Text{Zh: strings.ReplaceAll(t.Zh, "{1}", arg.Zh), En: strings.ReplaceAll(t.En, "{1}", arg.En)}
}

// numeral writes a number below 1000 as laws do: 8 八, 12 十二, 55 五十五, 107 一百零七. Others stay as they are.
func numeral(s string) string {
	digits := []rune("零一二三四五六七八九")
	n := 0
	for _, c := range s {
		if n = n*10 + int(c-'0'); n > 999 {
			return s
		}
	}
	h, t, u := n/100, n/10%10, n%10
	var out []rune
	if h > 0 {
		out = append(out, digits[h], '百')
	}
	switch {
	case t > 0 && (t > 1 || h > 0):
		out = append(out, digits[t], '十')
	case t == 1:
		out = append(out, '十')
	case h > 0 && u > 0:
		out = append(out, digits[0])
	}
	if u > 0 {
		out = append(out, digits[u])
	}
	return string(out)
}
