// Package letter makes what an office sends in answer to requests for
// information (1.1.b 依申请公开): letters, receipts and forms of delivery,
// envelopes and the list of an archive, as DOCX and as PDF.
//
// It stores nothing. What a letter says of a person is in the values it is
// given and in the file it makes, which the room keeps sealed; neither names a
// person in its properties. Templates are data: an office may edit its own, and
// Parse tells what the law asks for and the text has left out.
package letter

import (
	"embed"

	"yangguang/internal/i18n"
)

// Locale holds the sentences that tell what is wrong with a template.
//
//go:embed locale/*.json
var Locale embed.FS

// Letter is one letter, ready to be printed.
type Letter struct {
	Lang        i18n.Lang
	Kind        Kind
	Issuer      string // the masthead 发文机关标志
	Number      string // 发文字号
	Title       string
	Addressee   string // 主送; without its colon
	Body        []Block
	Attachments []string
	Signer      string  // 署名
	Date        string  // 成文日期
	Note        string  // 附注, without its brackets
	Seal        bool    // room is left for the seal
	Enclosed    []Block // a form to be filled in, on pages after the signature
	Plain       bool    // a form or a list: no masthead, no signature
	Demo        bool    // every page is marked 演示数据
}

// Block is a paragraph, a heading, or a table of a letter.
type Block struct {
	Text    string
	Heading bool
	Big     bool       // the title of an enclosed form; begins a page
	Widths  []float64  // of a table's columns, in shares
	Head    bool       // the first row is the table's head
	Rows    [][]string // of a table
}
