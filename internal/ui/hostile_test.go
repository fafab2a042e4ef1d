package ui_test

import (
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"yangguang/internal/fault"
	"yangguang/internal/ui"
)

const hostile = `"><img src=x onerror=alert(1)><script>alert(2)</script>'`

func TestEveryComponentEscapesWhatPeopleTyped(t *testing.T) {
	h := hostile
	in := ui.Input{Name: h, Label: h, Help: h, Error: h, Value: h, Unit: h, Placeholder: h, Accept: h, MaxLen: 3, Options: []ui.Option{{Value: h, Text: h, Help: h}}}
	site := ui.Site{Name: h, Organiser: h, Contact: h, IDCode: h, Record: h, Police: h, Home: h, ErrorURL: h}
	link := ui.Link{Text: h, Href: h, ShowCount: true}
	frame := ui.Frame{Title: h, Lead: h, Description: h, Site: site, AltURL: h, URL: h, Canonical: h, Nav: []ui.Link{link}, Crumbs: []ui.Link{link}, Footer: []ui.Link{link},
		Meta: []ui.Meta{{Name: h, Content: h}}, Feeds: []ui.Feed{{Title: h, Type: h, Href: h}}, User: &ui.UserBox{Name: h, Unit: h, SignOut: h, Links: []ui.Link{link}}, Side: []ui.SideGroup{{Title: h, Links: []ui.Link{link}}}}
	pair := []ui.Pair{{Term: h, Text: h, Href: h}}
	series := ui.Series{Title: h, Says: h, Unit: h, What: h, Data: []ui.Point{{Label: h, Shown: h, Href: h, Kind: h}}}
	for name, c := range map[string]templ.Component{
		"Page": ui.Page(frame), "Desk": ui.Desk(frame),
		"TextField": ui.TextField(in), "TextArea": ui.TextArea(in), "Select": ui.Select(in), "Radios": ui.Radios(in), "Checkboxes": ui.Checkboxes(in),
		"DateField": ui.DateField(in), "FileField": ui.FileField(in), "PhotoField": ui.PhotoField(in), "RowTable": ui.RowTable(h, []string{h}, [][]ui.Input{{in}}),
		"ErrorSummary": ui.ErrorSummary(ui.Errors{fault.Field{Name: h, Key: h}}),
		"Button":       ui.Button(ui.Action{Text: h, Name: h, Value: h, To: h}), "Button link": ui.Button(ui.Action{Text: h, Href: h}), "ScriptButton": ui.ScriptButton(h, h, h, h),
		"Tag": ui.Tag(ui.TagKind(h), h), "Notice": ui.Notice(h, h), "Empty": ui.Empty(h, h), "Details": ui.Details(h),
		"Table": ui.Table(ui.Grid{Caption: h, Cards: true, Columns: []ui.Column{{Title: h}, {Title: h}}, Rows: [][]ui.Cell{{{Text: h, Href: h}, {Text: h, Tag: ui.TagKind(h)}}}}),
		"Card":  ui.Card(ui.Panel{Title: h, Text: h, Href: h, Kind: h, Foot: link}), "Section": ui.Section(h, link),
		"DescriptionList": ui.DescriptionList(pair), "EntryList": ui.EntryList([]ui.Entry{{Title: h, Href: h, Meta: h, When: h, WhenISO: h, TagWords: h}}),
		"Attachments": ui.Attachments([]ui.File{{Name: h, Href: h, Kind: h, Note: h}}), "Pager": ui.Pager(ui.Pages{Newer: h, Older: h}),
		"Timeline": ui.Timeline([]ui.Event{{When: h, WhenISO: h, Title: h, Text: h, Kind: ui.TagKind(h)}}), "Steps": ui.Steps(h, []ui.Step{{Title: h, Note: h, State: h}}),
		"Stat": ui.Stat(ui.Figure{Label: h, Value: h, Unit: h, Note: h, Kind: h, Definition: h, List: h}),
		"Bar":  ui.Bar(ui.Share{Title: h, Parts: []ui.Part{{Label: h, N: 1, Kind: h, Href: h}}}), "ColumnChart": ui.ColumnChart(series), "LineChart": ui.LineChart(series),
		"TileGrid": ui.TileGrid([]ui.Tile{{Name: h, Href: h, Word: h, Kind: h}}), "Progress": ui.Progress(h, h, 1, 2),
		"InboxList": ui.InboxList(h, []ui.Work{{Href: h, Title: h, Meta: []string{h}, Tag: ui.TagKind(h), TagWords: h, Next: h, Due: h, DueISO: h}}),
		"KeyHints":  ui.KeyHints([]ui.Key{{Keys: []string{h}, Words: h}}), "SearchBox": ui.SearchBox(ui.Search{Action: h, Value: h, Label: h, Placeholder: h, Common: []ui.Link{link}, Hidden: pair}),
		"Highlight": ui.Highlight(h+h, []string{"img", "<script>"}), "FilterForm": ui.FilterForm(ui.Filter{Action: h, Hidden: pair, Reset: h}),
		"Receipt": ui.Receipt(ui.Slip{Title: h, Text: h, Pairs: pair}), "Confirm": ui.Confirm(ui.Check{Pairs: pair, Action: h, Hidden: pair, Send: h, Back: h}),
		"QR": ui.QR(h, h), "Diff": ui.Diff(h, ui.Compare(h+"\na", h+"x\nb")), "Saved": ui.Saved(h),
	} {
		got := render(t, context.Background(), c)
		if strings.Contains(got, "<img src=x") || strings.Contains(got, "<script>alert") || strings.Contains(got, `"><`+"img") {
			t.Errorf("%s lets hostile text through:\n%s", name, got)
		}
	}
}

func TestLinksDoNotRunScripts(t *testing.T) {
	got := render(t, context.Background(), ui.Button(ui.Action{Text: "x", Href: "javascript:alert(1)"}))
	if strings.Contains(got, "javascript:") {
		t.Errorf("a javascript address survived: %s", got)
	}
}
