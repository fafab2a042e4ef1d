package portal_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"yangguang/internal/db"
	"yangguang/internal/search"
)

// TestTheInterfaceCountsAsFarAsItSays holds the total against the description,
// which promises more than the page counts.
func TestTheInterfaceCountsAsFarAsItSays(t *testing.T) {
	s := newSite(t)
	const docs = 1050 // the page counts to 1000
	if err := s.DB.Write(t.Context(), func(tx *db.Tx) error {
		for i := range int64(docs) {
			if err := search.Put(tx, search.Doc{Province: 35, ID: i + 1, Kind: "item", Title: "优生优育通告", At: tx.Now, Scopes: []string{"d35", "d3505", "d350525"}}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var out struct {
		Total int
		More  bool
	}
	b := s.get(t, "/api/v1/search?q="+url.QueryEscape("优生优育")).want(t, 200).Body.Bytes()
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	if out.Total != docs || out.More {
		t.Errorf("%d documents fit, the interface says %+v", docs, out)
	}
}
