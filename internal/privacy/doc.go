// Package privacy is the gate before publication: it reads titles, texts,
// tables and uploaded files, and names every place that tells about a private
// person, so that nothing personal is published by mistake.
//
// It keeps 1.1 (信息公开 must not publish 个人隐私, 政府信息公开条例 art. 15) and the
// lesson of 2017, when lists with full resident numbers stood on official
// sites. Findings come in two classes: Never (a full resident number, a bank
// card, a passport, a name beside such a number) and Releasable (an office
// telephone, a false finding) with a second person's reason. What cannot be
// read with certainty is Report.Uncertain and needs a second person's eyes; it
// is never silently passed.
//
// The package stores nothing: no database, no files but the compiled PDF
// reader's cache. A Finding holds offsets and a masked form, never the value
// itself; neither errors nor logs carry what was read.
package privacy
