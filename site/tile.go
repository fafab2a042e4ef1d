package site

import (
	"context"

	"yangguang/disclosure/catalogue"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
)

// Tile is one division with its share of obligations met. A division without
// obligations says so: none is not nought.
func Tile(ctx context.Context, name, href string, f catalogue.Figures) ui.Tile {
	t := ui.Tile{Name: name, Href: href, Num: f.Met(), Den: f.Owed - f.Pending, Word: i18n.T(ctx, "site.tile_met"), Kind: "good"}
	switch {
	case t.Den <= 0:
		t.Kind, t.Word = "none", i18n.T(ctx, "site.tile_none")
	case t.Num*100 < t.Den*80:
		t.Kind = "bad"
	case t.Num*100 < t.Den*95:
		t.Kind = "late"
	}
	return t
}
