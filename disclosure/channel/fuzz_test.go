package channel

import "testing"

func FuzzBlocksKeepTheWords(f *testing.F) {
	f.Add(noticeText)
	f.Add(`<table><tr><td rowspan="999">a<td colspan="99">b</table>`)
	f.Add(`<ol><li>a<ul><li>b<p>c</ol><td>x<table><table>`)
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > 4000 {
			return
		}
		for _, b := range blocksOf(body) {
			if b.table == nil {
				continue
			}
			for _, rows := range [][][]cell{b.table.head, b.table.rows} {
				for _, r := range rows {
					if len(r) > maxSpan*200 {
						t.Fatalf("a row of %d cells", len(r))
					}
				}
			}
		}
	})
}
