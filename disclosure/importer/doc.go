// Package importer brings in what an agency published before it used this
// system (1.1.d 信息公开 includes its history): from a filled-in sheet, or from
// the pages or the feed of an old site. Nothing is fetched from a network; the
// office hands in a file.
//
// A batch is read by a job, each entry screened by the privacy gate and looked
// up among what is here already. Its preparer mends or drops the entries that
// are wrong; two further natural persons accept the whole; a job then publishes
// the entries one by one, marked 历史信息导入, with their old numbers, dates and
// addresses. A batch nobody has touched since can be taken back whole.
//
// About people it stores who prepared, accepted or undid a batch, as long as
// the batch. An entry's text leaves the batch when it was published or
// dropped; findings are kept masked. Whoever may import for the agency reads
// its batches.
package importer

import "embed"

// Migrations is the schema of batches.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the sentences of import.
//
//go:embed locale/*.json
var Locale embed.FS
