package exchange

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"yangguang/disclosure/importer"
	"yangguang/internal/secret"
	"yangguang/supervision/casework"
)

// Bounds of a message: what is longer is not read, or cut and said so.
const (
	maxMessage = 30 << 20
	maxParts   = 100
	maxDepth   = 10
	maxBody    = 1 << 20
)

// letter is a message as far as casework takes it.
type letter struct {
	id      string // Message-ID; made of the bytes when it has none
	from    string
	name    string
	to      []string // the ids it answers
	subject string
	text    string
	files   []casework.FiledFile
	lost    int    // files left out: too many, too large, not to be read
	auto    string // why no person wrote it; "" when one did
}

// errMessage says that a message cannot be read as one.
var errMessage = errors.New("this is not a message")

// readLetter reads a message (RFC 5322, MIME). Charsets are those browsers know,
// gb18030 and gbk among them; what claims none is looked at.
func readLetter(raw []byte) (*letter, error) {
	m, err := message.ReadWithOptions(bytes.NewReader(raw), &message.ReadOptions{MaxHeaderBytes: 1 << 20})
	if m == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return nil, errMessage
	}
	h := mail.Header{Header: m.Header}
	l := &letter{subject: decoded(h.Get("Subject")), auto: automatic(&h)}
	if l.id, err = h.MessageID(); err != nil || l.id == "" || len(l.id) > 500 {
		l.id = "sha256:" + hashed(raw)
	}
	for _, key := range []string{"In-Reply-To", "References"} {
		ids, _ := h.MsgIDList(key) // what cannot be read names nothing
		l.to = append(l.to, ids[:min(len(ids), 20)]...)
	}
	from, err := h.AddressList("Reply-To")
	if err != nil || len(from) == 0 {
		from, err = h.AddressList("From")
	}
	if err != nil || len(from) == 0 {
		return nil, errMessage
	}
	l.from, l.name = strings.ToLower(from[0].Address), clean(from[0].Name)
	p := parts{letter: l}
	if err := p.read(m, 0); err != nil {
		return nil, errMessage
	}
	l.text = clean(p.plain)
	if l.text == "" {
		l.text = textOf(p.html)
	}
	if l.subject = clean(l.subject); l.text == "" {
		l.text = l.subject
	}
	return l, nil
}

// decoded is a header's text. One that was sent raw in GBK, against the
// standard, is looked at as a file would be.
func decoded(s string) string {
	if text, err := (&wordDecoder).DecodeHeader(s); err == nil {
		s = text
	}
	if out, ok := importer.Decode([]byte(s)); ok {
		return strings.Join(strings.Fields(out), " ")
	}
	return strings.ToValidUTF8(s, "")
}

// automatic answers whether a program wrote a message: a notice of non-delivery,
// an answer of absence, a mailing list (RFC 3834, RFC 2919).
func automatic(h *mail.Header) string {
	low := func(key string) string { return strings.ToLower(strings.TrimSpace(h.Get(key))) }
	kind, _, _ := h.ContentType() // what cannot be read is none of these
	switch from := low("From"); {
	case low("Auto-Submitted") != "" && low("Auto-Submitted") != "no", h.Has("X-Autoreply"), h.Has("X-Autorespond"), low("Precedence") == "auto_reply":
		return "auto_reply"
	case kind == "multipart/report", low("Return-Path") == "<>", strings.Contains(from, "mailer-daemon"), strings.Contains(from, "postmaster@"):
		return "bounce"
	case h.Has("List-Id"), h.Has("List-Post"), h.Has("List-Unsubscribe"), low("Precedence") == "bulk", low("Precedence") == "list", low("Precedence") == "junk":
		return "list"
	case strings.Contains(from, "noreply@"), strings.Contains(from, "no-reply@"):
		return "no_reply"
	}
	return ""
}

// parts gathers the text and the files of a message.
type parts struct {
	*letter
	plain, html string
	n           int
}

func (p *parts) read(m *message.Entity, depth int) error {
	if p.n++; p.n > maxParts || depth > maxDepth {
		return errMessage
	}
	if mr := m.MultipartReader(); mr != nil {
		for {
			part, err := mr.NextPart()
			switch {
			case errors.Is(err, io.EOF):
				return nil
			case part == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err):
				return nil // what came before is kept: mail is often cut short
			}
			if err := p.read(part, depth+1); err != nil {
				return err
			}
		}
	}
	return p.leaf(m)
}

func (p *parts) leaf(m *message.Entity) error {
	kind, params, _ := m.Header.ContentType()
	disposition, _, _ := m.Header.ContentDisposition()
	name := fileName(m, params)
	text := disposition != "attachment" && name == "" && (kind == "text/plain" || kind == "text/html" || kind == "")
	limit := int64(casework.MaxFiledFile + 1)
	if text {
		limit = maxBody
	}
	b, err := io.ReadAll(io.LimitReader(m.Body, limit))
	if err != nil && len(b) == 0 {
		if !text {
			p.lost++
		}
		return nil
	}
	switch {
	case text && kind == "text/html":
		p.html += string(b) + "\n"
	case text:
		p.plain += toText(b, params["charset"]) + "\n"
	case len(b) == 0:
	case len(b) > casework.MaxFiledFile || len(p.files) >= casework.MaxFiledFiles:
		p.lost++
	default:
		if name == "" {
			name = "file" + extension(kind)
		}
		p.files = append(p.files, casework.FiledFile{Name: name, Bytes: b})
	}
	return nil
}

// toText: the library has turned what names its charset into UTF-8; the rest is
// looked at.
func toText(b []byte, named string) string {
	if named == "" {
		if s, ok := importer.Decode(b); ok {
			return s
		}
	}
	return strings.ToValidUTF8(string(b), "")
}

func extension(kind string) string {
	switch kind {
	case "image/jpeg":
		return ".jpg"
	case "image/png":
		return ".png"
	case "application/pdf":
		return ".pdf"
	case "text/plain":
		return ".txt"
	}
	return ".bin"
}

func fileName(m *message.Entity, params map[string]string) string {
	h := mail.AttachmentHeader{Header: m.Header}
	name, err := h.Filename()
	if err != nil || name == "" {
		name = params["name"]
	}
	name = decoded(name)
	if r := []rune(name); len(r) > 120 {
		name = string(r[len(r)-120:]) // the end has the kind
	}
	return name
}

// unseen are elements whose text is no text.
var unseen = map[string]bool{"script": true, "style": true, "head": true, "title": true, "template": true}

// breaks are elements that end a line.
var breaks = map[string]bool{"p": true, "br": true, "div": true, "tr": true, "li": true, "h1": true, "h2": true, "h3": true, "h4": true, "table": true, "blockquote": true, "hr": true}

// textOf is the text of an HTML mail.
func textOf(s string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for hidden := 0; ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return lines(b.String())
		case html.TextToken:
			if hidden == 0 {
				b.WriteString(strings.Join(strings.Fields(" "+string(z.Text())+" "), " ") + " ")
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			if breaks[string(name)] {
				b.WriteString("\n")
			}
			if unseen[string(name)] && kind == html.StartTagToken {
				hidden++
			} else if unseen[string(name)] && kind == html.EndTagToken && hidden > 0 {
				hidden--
			}
		}
	}
}

// lines tidies lines, with at most one empty one between two.
func lines(s string) string {
	var out []string
	for _, l := range strings.Split(s, "\n") {
		if l = strings.TrimSpace(l); l != "" || len(out) > 0 && out[len(out)-1] != "" {
			out = append(out, l)
		}
	}
	return clean(strings.Join(out, "\n"))
}

var (
	numberShape = regexp.MustCompile(`\b\d{2,12}-\d{6}-\d{6}-\d\b`)
	codeShape   = regexp.MustCompile(`(?i)\b[34679ACDEFGHJKMNPQRTWXY]{4}-?[34679ACDEFGHJKMNPQRTWXY]{4}-?[34679ACDEFGHJKMNPQRTWXY]{3}\b`)
)

// numbers and codes that stand in a text and are whole.
func numbersIn(s string) (out []string) {
	for _, x := range numberShape.FindAllString(s, 20) {
		if n, ok := secret.ParseNumber(x); ok {
			out = append(out, n)
		}
	}
	return out
}

func codesIn(s string) (out []string) {
	for _, x := range codeShape.FindAllString(s, 20) {
		if c, ok := secret.ParseCode(x); ok && len(c) == 11 {
			out = append(out, c)
		}
	}
	return out
}

// withoutCodes is a text staff may read: a code is the person's own.
func withoutCodes(s string) string {
	return codeShape.ReplaceAllStringFunc(s, func(x string) string {
		if c, ok := secret.ParseCode(x); ok && len(c) == 11 {
			return "****"
		}
		return x
	})
}

// unquoted is an answer without the letter it answers.
func unquoted(s string) string {
	var out []string
	for _, l := range strings.Split(s, "\n") {
		if !strings.HasPrefix(strings.TrimSpace(l), ">") {
			out = append(out, l)
		}
	}
	return lines(strings.Join(out, "\n"))
}

func charsetReader(name string, in io.Reader) (io.Reader, error) {
	return charset.NewReaderLabel(name, in)
}
