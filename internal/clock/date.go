package clock

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Date is a civil date, comparable with ==. Its zero value means "no date"
// and is stored as NULL.
type Date struct {
	days  int32 // days since 1970-01-01
	given bool
}

// NewDate makes a date from its parts; parts out of range roll over as in
// package time.
func NewDate(year int, month time.Month, day int) Date {
	return fromUTC(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

func fromUTC(t time.Time) Date { return Date{days: int32(t.Unix() / 86400), given: true} }

// DateOf is the date of an instant in Asia/Shanghai.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Shanghai).Date()
	return NewDate(y, m, d)
}

// ParseDate reads "2026-11-23", strictly.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q is not of the form 2026-11-23", s)
	}
	if y := t.Year(); y < 1900 || y > 2200 {
		return Date{}, fmt.Errorf("date %q is outside 1900-2200", s)
	}
	return fromUTC(t), nil
}

// MustDate is ParseDate for constants; it panics on a bad one.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func (d Date) utc() time.Time { return time.Unix(int64(d.days)*86400, 0).UTC() }

// IsZero answers whether no date was given.
func (d Date) IsZero() bool { return !d.given }

// Year is the year, as in 2026.
func (d Date) Year() int { return d.utc().Year() }

// Month is the month of the year.
func (d Date) Month() time.Month { return d.utc().Month() }

// Day is the day of the month.
func (d Date) Day() int { return d.utc().Day() }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return time.Weekday((int64(d.days)%7 + 11) % 7) }

// AddDays is the date n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return Date{days: d.days + int32(n), given: true} }

// AddMonths is the same day n months later, or that month's last day where
// there is no such day (民法典 art. 202).
func (d Date) AddMonths(n int) Date {
	y, m, day := d.utc().Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	return NewDate(last.Year(), last.Month(), min(day, last.Day()))
}

// Sub is the number of days from o to d.
func (d Date) Sub(o Date) int { return int(d.days - o.days) }

// Compare orders dates; no date comes first.
func (d Date) Compare(o Date) int {
	switch {
	case d == o:
		return 0
	case !d.given || (o.given && d.days < o.days):
		return -1
	}
	return 1
}

// Before answers whether d comes before o.
func (d Date) Before(o Date) bool { return d.Compare(o) < 0 }

// After answers whether d comes after o.
func (d Date) After(o Date) bool { return d.Compare(o) > 0 }

// Start is the first instant of the date in Asia/Shanghai.
func (d Date) Start() time.Time {
	y, m, day := d.utc().Date()
	return time.Date(y, m, day, 0, 0, 0, 0, Shanghai)
}

// End is the first instant after the date: the moment a deadline on that day
// has passed.
func (d Date) End() time.Time { return d.AddDays(1).Start() }

// String is "2026-11-23", or "" for no date.
func (d Date) String() string {
	if !d.given {
		return ""
	}
	return d.utc().Format(time.DateOnly)
}

// Scan reads a column: TEXT "2026-11-23" or NULL.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	case time.Time: // a driver that reads date-like text as a time
		*d = NewDate(v.Date())
		return nil
	}
	return fmt.Errorf("clock.Date cannot read a %T", src)
}

// Value writes a column: TEXT, NULL for no date.
func (d Date) Value() (driver.Value, error) {
	if !d.given {
		return nil, nil
	}
	return d.String(), nil
}

// MarshalText writes "2026-11-23", or "" for no date.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "2026-11-23"; "" is no date.
func (d *Date) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(b))
	return err
}
