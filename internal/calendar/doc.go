// Package calendar is the one deadline engine of the house: which days are
// worked (调休 included), when a period ends, how many days are left, and a
// day-by-day explanation a citizen can check.
//
// It keeps the periods of the norm (1.2: within 20 working days of formation or
// change, 政府信息公开条例 art. 26) and of every later room. Calendars are
// versioned data keyed by division (0 is the nation): the yearly notice of the
// State Council, and local holidays of a division, where the nearest ancestor
// wins. A year whose notice is not loaded counts weekends and the fixed-date
// holidays, and says so: Provisional.
//
// The rules that are law, not data:
//
//	民法典 art. 201  the day on which a period begins is not counted: day 0
//	民法典 art. 202  a period in months ends on the corresponding day, or on the month's last
//	民法典 art. 203  where the last day is a rest day, the next working day is the last (Span.Roll)
//
// Stored about people: the number of the person who published an edition, for
// inspection, as long as the edition stands. No names.
package calendar
