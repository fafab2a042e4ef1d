package analysis

// measure is one additive count. Its name is a column of casework_tally.
type measure string

// The measures, each with the day it is attributed to.
const (
	contacts     measure = "contacts"     // 件次: every filing; the day it was filed
	matters      measure = "matters"      // 件: what is not merged into another; filed
	remedies     measure = "remedies"     // reviews asked for, as matters of their own; filed
	accepted     measure = "accepted"     // accepted
	refused      measure = "refused"      // told so
	dispatched   measure = "dispatched"   // first dispatched
	objected     measure = "objected"     // first objected to
	upheld       measure = "upheld"       // first upheld
	replied      measure = "replied"      // first replied
	due          measure = "due"          // the first due moment
	ontime       measure = "ontime"       // the first due moment, of what was replied to before it
	ended        measure = "ended"        // closed, as long as it is
	reopened     measure = "reopened"     // first taken up again
	promised     measure = "promised"     // a promise made
	promiseDue   measure = "promise_due"  // the day promised
	promiseKept  measure = "promise_kept" // the day promised, of what was kept by then
	asked        measure = "asked"        // call-backs that ended
	reached      measure = "reached"      // the last word of the person, as all below
	solved       measure = "solved"
	partly       measure = "partly"
	unsolved     measure = "unsolved"
	satisfied    measure = "satisfied"
	fair         measure = "fair"
	dissatisfied measure = "dissatisfied"
	discontent   measure = "discontent"
	cohort       measure = "cohort"   // accepted and not withdrawn; accepted
	finished     measure = "finished" // of the cohort, those replied to; accepted
)

// measures lists them in the order of the columns.
var measures = []measure{contacts, matters, remedies, accepted, refused, dispatched, objected, upheld, replied, due, ontime, ended, reopened,
	promised, promiseDue, promiseKept, asked, reached, solved, partly, unsolved, satisfied, fair, dissatisfied, discontent, cohort, finished}

// split are the measures told by type, channel and topic too.
var split = map[measure]bool{contacts: true, matters: true, replied: true, reopened: true, reached: true, solved: true, dissatisfied: true}

// The dimensions of a sum: what the rows of one month of one unit are told by.
const (
	byAll     = ""
	byType    = "type"
	byChannel = "channel"
	byTopic   = "topic"
	byDue     = "due"     // day: due, ontime
	byPromise = "promise" // day: promise_due, promise_kept
	byStart   = "start"   // day of acceptance: cohort, finished
	byTook    = "took"    // days until the reply: finished, in the month of acceptance
	// and the name of a measure that has codes: refused, objected, ended, discontent
)

// byDay are the measures kept by day beside their month, since of a month that
// is not over only the days that are may be judged.
var byDay = map[measure]string{due: byDue, ontime: byDue, promiseDue: byPromise, promiseKept: byPromise, cohort: byStart, finished: byStart}
