package front

import (
	"testing"
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
