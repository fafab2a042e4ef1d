package privacy

import (
	"context"
	"os"
	"testing"

	"yangguang/internal/i18n"
	"yangguang/internal/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.Enter()
	i18n.MustLoad(Locale)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	for _, p := range i18n.Check(Locale) {
		t.Error(p)
	}
	var keys []string
	for _, k := range []Kind{Resident, Mobile, Telephone, Card, Account, Passport, Household, Name, Address, Sensitive} {
		keys = append(keys, "privacy.kind."+string(k))
	}
	for _, p := range []Part{Header, Footnote, Comment, Tracked, Unseen, Properties, Names, Pivot, Link, Shape, Embedded, Revision, Code, Picture, Converted, Raw} {
		keys = append(keys, "privacy.part."+string(p))
	}
	for _, h := range []Thing{HiddenSheet, VeryHiddenSheet, HiddenRow, HiddenColumn, HiddenComment, HiddenName, HiddenProperty, HiddenLink,
		HiddenPivot, HiddenMacro, HiddenEmbedded, HiddenTracked, HiddenText, HiddenRevision, HiddenScript, HiddenEXIF, HiddenGPS, HiddenXMP, HiddenTrailing, HiddenThumbnail} {
		keys = append(keys, "privacy.hidden."+string(h))
	}
	for _, ty := range []Type{XLSX, DOCX, PDF, JPEG, PNG, WebP, CSV, Text, HTML, DOC, XLS, RTF, OLE, OFD, PPTX, ODF, Office, Zip, Program, Unknown} {
		keys = append(keys, "privacy.type."+string(ty))
	}
	keys = append(keys, "privacy.class.never", "privacy.class.releasable")
	for reason := range uncertainRank {
		keys = append(keys, reason)
	}
	for _, k := range keys {
		if !i18n.Has(i18n.ZH, k) || !i18n.Has(i18n.EN, k) {
			t.Errorf("%s has no sentence", k)
		}
	}
}

func TestAPlaceReadsAsPeopleSayIt(t *testing.T) {
	zh := i18n.With(context.Background(), i18n.ZH)
	en := i18n.With(context.Background(), i18n.EN)
	for _, c := range []struct {
		place  Place
		zh, en string
	}{
		{Place{Sheet: 2, Row: 7, Col: 2}, "第2个工作表 B7", "sheet 2, B7"},
		{Place{Sheet: 1, Row: 3, Col: 27, ToCol: 29}, "第1个工作表 AA3:AC3", "sheet 1, AA3:AC3"},
		{Place{Page: 4, Line: 12}, "第4页第12行", "page 4, line 12"},
		{Place{Line: 3}, "第3行", "line 3"},
		{Place{Line: 3, Para: true, Part: Header}, "第3段（页眉页脚）", "paragraph 3 (header or footer)"},
		{Place{Table: 1, Row: 2, Col: 3}, "第1个表格第2行第3列", "table 1, row 2, column 3"},
		{Place{Row: 2, Col: 3}, "第2行第3列", "row 2, column 3"},
		{Place{Part: Properties}, "文件属性", "file properties"},
		{Place{Part: Embedded, Inner: &Place{Page: 1}}, "嵌入的文件：第1页", "embedded file: page 1"},
		{Place{}, "", ""},
	} {
		if got := c.place.In(zh); got != c.zh {
			t.Errorf("%+v: %q, want %q", c.place, got, c.zh)
		}
		if got := c.place.In(en); got != c.en {
			t.Errorf("%+v: %q, want %q", c.place, got, c.en)
		}
	}
}
