package front

import (
	"net/http/httptest"
	"strings"
	"testing"

	"yangguang/internal/account"
	"yangguang/internal/ui"
)

// TestAPageIsMarkedUnderOneEntry has an entry whose address lies under another's.
func TestAPageIsMarkedUnderOneEntry(t *testing.T) {
	entries := []entry{{key: "front.home", path: "/desk"}, {key: "front.home", path: "/desk/below"}, {key: "front.home", path: "/desk/below/links"}}
	for path, want := range map[string]int{"/desk": 0, "/desk/below": 1, "/desk/below/12": 1, "/desk/below/links": 2, "/desk/items": -1} {
		for i, l := range links(t.Context(), entries, path) {
			if l.Current != (i == want) {
				t.Errorf("%s: entry %d is marked: %v", path, i, l.Current)
			}
		}
	}
}

// TestGroupsLeadToWhatAPersonMayDo has a person who may do one of three things.
func TestGroupsLeadToWhatAPersonMayDo(t *testing.T) {
	f := &Front{}
	f.DeskNav(House, "people", "/desk/people", "account.manage")
	f.DeskNav(Publishing, "items", "/desk/items", "draft")
	f.DeskNav(Publishing, "links", "/desk/links")
	f.DeskNav(Alone, "desk", "/desk")
	for _, c := range []struct {
		path  string
		grant string
		want  string
	}{
		{"/desk", "", "*desk=/desk publishing=/desk/links(links)"},
		{"/desk/links/7", "", "desk=/desk *publishing=/desk/links(*links)"},
		{"/desk/links", "draft", "desk=/desk *publishing=/desk/items(items *links)"},
		{"/desk/people", "account.manage", "desk=/desk publishing=/desk/links(links) *house=/desk/people(*people)"},
	} {
		ctx := account.With(t.Context(), &account.Actor{Rights: []account.Right{{Verb: c.grant}}})
		fr := f.Desk(httptest.NewRequest("GET", c.path, nil).WithContext(ctx), "")
		if got := spelled(fr.Nav); got != c.want {
			t.Errorf("%s with %q: %s, want %s", c.path, c.grant, got, c.want)
		}
	}
}

// TestTheWayLeadsThroughTheGroup has a person who is shown the second of two rooms.
func TestTheWayLeadsThroughTheGroup(t *testing.T) {
	f := &Front{}
	f.DeskNav(Hotline, "lines", "/desk/lines", "hotline.manage")
	f.DeskNav(Hotline, "texts", "/desk/texts", "hotline.answer")
	ctx := account.With(t.Context(), &account.Actor{Rights: []account.Right{{Verb: "hotline.answer"}}})
	r := httptest.NewRequest("GET", "/desk/texts", nil).WithContext(ctx)
	for _, c := range []struct {
		below []ui.Link
		want  string
	}{
		{nil, "front.desk=/desk hotline=/desk/texts texts="},
		{[]ui.Link{{Text: "one"}}, "front.desk=/desk hotline=/desk/texts texts=/desk/texts one="},
	} {
		var got []string
		for _, l := range f.Way(r, Hotline, "texts", "/desk/texts", c.below...) {
			got = append(got, strings.TrimPrefix(l.Text, "front.group_")+"="+l.Href)
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// spelled writes links in one line; a star marks where the page is.
func spelled(links []ui.Link) string {
	var out []string
	for _, l := range links {
		w := strings.TrimPrefix(l.Text, "front.group_")
		if l.Current {
			w = "*" + w
		}
		if len(l.Under) > 0 {
			w += "=" + l.Href + "(" + spelled(l.Under) + ")"
		} else if l.Href == "/desk" {
			w += "=" + l.Href
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}
