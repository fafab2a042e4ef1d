package demo

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yangguang/disclosure/importer"
	"yangguang/internal/clock"
)

// pastText is a batch of what a unit published before it used this system.
type pastText struct {
	Unit      string     `yaml:"unit"`
	Kind      string     `yaml:"kind"` // site: pages of an old site; sheet: a filled-in sheet; feed: a file of RSS
	Name      string     `yaml:"name"` // of the file handed in
	On        int        `yaml:"on"`
	Submitted int        `yaml:"submitted"` // the day its preparer submits it; not yet when 0
	Accepted  int        `yaml:"accepted"`  // the day two further persons accept it; not yet when 0
	Released  string     `yaml:"released"`  // the first acceptor's reason
	Host      string     `yaml:"host"`      // of the old site, which cannot exist
	Pages     []pageText `yaml:"pages"`
	Head      string     `yaml:"head"`
	Lines     []string   `yaml:"lines"` // of a sheet, cells parted by bars
}

// pageText is one entry of a site or a feed. {y1} is a year before the
// opening's, {y2} two, and so on.
type pageText struct {
	Path   string    `yaml:"path"`
	Date   string    `yaml:"date"`
	Column string    `yaml:"column"`
	Number string    `yaml:"number"`
	Title  string    `yaml:"title"`
	Body   string    `yaml:"body"`
	File   *fileText `yaml:"file"`
}

// handedIn is a batch that was handed in.
type handedIn struct {
	pastText
	batch *importer.Batch
}

// handIn gives the file to the import and lets it be read.
func (w *world) handIn(ctx context.Context, x *handedIn) error {
	u := w.units[x.Unit]
	b, err := w.oldFile(x.pastText, u)
	if err != nil {
		return err
	}
	if x.batch, err = w.Importer.Upload(u.staff[drafter].as(ctx), u.ID, x.Name, bytes.NewReader(b)); err != nil {
		return words(err)
	}
	return w.background(ctx)
}

// submitPast is the preparer's part: he confirms the guessed categories and
// submits.
func (w *world) submitPast(ctx context.Context, x *handedIn) error {
	me, b := w.units[x.Unit].staff[drafter].as(ctx), x.batch
	if _, err := w.Importer.Confirm(me, b.Province, b.ID, ""); err != nil {
		return words(err)
	}
	return words(w.Importer.Submit(me, b.Province, b.ID))
}

// acceptPast are the signatures of two further persons, after which the
// entries are public.
func (w *world) acceptPast(ctx context.Context, x *handedIn) error {
	u, b := w.units[x.Unit], x.batch
	if err := w.Importer.Accept(u.staff[approver].as(ctx), b.Province, b.ID, x.Released); err != nil {
		return words(err)
	}
	w.Clock.Advance(20 * time.Minute)
	if err := w.Importer.Accept(u.staff[overseer].as(ctx), b.Province, b.ID, ""); err != nil {
		return words(err)
	}
	return w.background(ctx)
}

// background does the jobs of the import that wait.
func (w *world) background(ctx context.Context) error {
	_, err := w.jobs.RunDue(ctx)
	return err
}

// oldFile is the file an office hands in.
func (w *world) oldFile(x pastText, u *unit) ([]byte, error) {
	years := []string{"{unit}", strings.TrimSuffix(u.Name, w.texts.Mark), "{phone}", u.Phone}
	for n := 1; n <= 5; n++ {
		years = append(years, "{y"+strconv.Itoa(n)+"}", strconv.Itoa(w.span.opened.Year()-n))
	}
	fill := strings.NewReplacer(years...).Replace
	switch x.Kind {
	case "site":
		return oldSite(x, fill)
	case "feed":
		return oldFeed(x, fill)
	case "sheet":
		lines := make([]string, len(x.Lines))
		for i, s := range x.Lines {
			lines[i] = fill(s)
		}
		return makeSheet(fill(x.Head), lines)
	}
	return nil, fmt.Errorf("the texts ask for a batch of kind %q", x.Kind)
}

// oldSite are the pages of an old site as a mirror of it holds them, in the
// encoding and with the tags of their time.
func oldSite(x pastText, fill func(string) string) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	put := func(name string, b []byte) error {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write(b)
		}
		return err
	}
	for _, p := range x.Pages {
		path, attached := fill(p.Path), ""
		if p.File != nil {
			lines := make([]string, len(p.File.Text))
			for i, s := range p.File.Text {
				lines[i] = fill(s)
			}
			b, err := makeSheet(fill(p.File.Head), lines)
			if err != nil {
				return nil, err
			}
			if err := put("files/"+p.File.Name, b); err != nil {
				return nil, err
			}
			attached = `<p>附件：<a href="/files/` + p.File.Name + `">` + p.File.Name + `</a></p>`
		}
		number := ""
		if p.Number != "" {
			number = `<table><tr><td>索引号：</td><td>` + fill(p.Number) + `</td></tr></table>`
		}
		page := `<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>` + fill(p.Title) + `_` + x.Host + `</title>
<meta name="ArticleTitle" content="` + html.EscapeString(fill(p.Title)) + `"><meta name="PubDate" content="` + fill(p.Date) + ` 09:30"><meta name="ColumnName" content="` + p.Column + `">
<link rel="canonical" href="http://` + x.Host + `/` + path + `"></head><body><div class="position">当前位置：首页 &gt; ` + p.Column + `</div>` + number + `
<div class="TRS_Editor">` + fill(p.Body) + attached + `</div><div class="footer">版权所有</div></body></html>`
		b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(page))
		if err != nil {
			return nil, fmt.Errorf("%q: %w", p.Title, err)
		}
		if err := put(path, b); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}

// oldFeed is a feed of an old site (RSS 2.0).
func oldFeed(x pastText, fill func(string) string) ([]byte, error) {
	type item struct {
		Title       string `xml:"title"`
		Link        string `xml:"link"`
		PubDate     string `xml:"pubDate"`
		Category    string `xml:"category"`
		Description string `xml:"description"`
	}
	var feed struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Title   string   `xml:"channel>title"`
		Items   []item   `xml:"channel>item"`
	}
	feed.Version, feed.Title = "2.0", fill(x.Head)
	for _, p := range x.Pages {
		d, err := clock.ParseDate(fill(p.Date))
		if err != nil {
			return nil, err
		}
		feed.Items = append(feed.Items, item{Title: fill(p.Title), Link: "http://" + x.Host + "/" + fill(p.Path), PubDate: d.Start().Add(9 * time.Hour).Format(time.RFC1123Z), Category: p.Column, Description: fill(p.Body)})
	}
	b, err := xml.MarshalIndent(feed, "", " ")
	return append([]byte(xml.Header), b...), err
}
