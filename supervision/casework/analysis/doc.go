// Package analysis keeps clause 3.1.4, 定期对群众诉求进行汇总分析: what the matters
// of the public come to, by unit, division, type, channel and topic; what rises
// suddenly; and the dated report on it that goes to the leaders, with their
// instructions and what became of them.
//
// What is stored about people: nothing new. Sums are of matters; the memo of
// what a matter was counted as holds codes and days. Words are taken from
// masked subjects, and one person counts once.
//
// Who may read: everybody the published sums, of which no small one can be
// worked out; whoever holds analysis.read the sums of his units, exact only
// where he may read the matters themselves. What is hidden from a unit is left
// out of what its own people and the public see, and the pages say so. Sums and
// reports are kept for ever.
package analysis

import "embed"

// Migrations is the sub-room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the sub-room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
