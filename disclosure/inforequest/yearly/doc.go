// Package yearly keeps the yearly report on open government information
// 政府信息公开工作年度报告 (政府信息公开条例 art. 49 and 50, format of 国办公开办函〔2021〕30号),
// by which an agency accounts for what it published, for the requests it
// answered and for the reviews and lawsuits that followed (1.1.b 依申请公开).
//
// Totals are computed, never typed, and the identities of the tables hold
// before anybody can submit a report. What the platform knows, it counts
// (Facts); what it does not, a person enters together with the document it was
// taken from. A second natural person approves. A correction is a further
// revision with its reason; the earlier one stays readable.
//
// About people it stores the numbers of the staff who wrote, submitted and
// approved, read by those who work on the report; nothing of applicants, of
// whom only counts come here. Reports are kept as long as the agency's records.
package yearly

import "embed"

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
