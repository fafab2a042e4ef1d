// Package portal is what the public sees of disclosure (一 信息公开): the pages
// of places, units, categories and items, the guide 公开指南 and the catalogue
// 公开目录 (政府信息公开条例 art. 12), search, feeds, open data, and the pages
// for a county's existing site. 1.1.a, 1.1.d, 1.2, 1.3
//
// It stores nothing, and asks nothing about its readers. What it shows is what
// was published: drafts, versions under review and the names of those who
// reviewed are never read here.
package portal

import "embed"

// Locale holds the portal's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
