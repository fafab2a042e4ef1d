package hotline

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"yangguang/internal/audit"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

func object(kind string, id int64) string { return kind + " " + strconv.FormatInt(id, 10) }

// record writes the audit row of an act of somebody signed in.
func record(tx *db.Tx, province int, unit int64, verb, object, detail string) error {
	a := actor(tx)
	return audit.Append(tx, audit.Entry{Province: int64(province), Agency: unit, Person: a.Person, Login: a.Login, Verb: "hotline." + verb, Object: object, Detail: detail})
}

// LineOf is the line of a number that was called.
func (h *Hotline) LineOf(ctx context.Context, number string) (l Line, err error) {
	defer fault.Wrap(&err, "hotline.LineOf")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := db.Only(db.List(tx, scanLine, "select "+lineCols+" from hotline_line where number = $1 and active = $2 order by id limit 1", tidyNumber(number), true))
		if err == nil {
			l = *p
		}
		return err
	})
	return l, err
}

// Line is one line.
func (h *Hotline) Line(ctx context.Context, ref Ref) (l Line, err error) {
	defer fault.Wrap(&err, "hotline.Line(%d)", ref.ID)
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := lineByID(tx, ref.Province, ref.ID)
		if err == nil {
			l = *p
		}
		return err
	})
	return l, err
}

var (
	numberForm = regexp.MustCompile(`^\+?[0-9]{3,18}$`)
	hoursForm  = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]|24):[0-5][0-9]$`)
)

// SaveLine keeps a line's configuration; ID 0 makes one.
func (h *Hotline) SaveLine(ctx context.Context, l Line) (_ Line, err error) {
	defer fault.Wrap(&err, "hotline.SaveLine(%d)", l.ID)
	l.tidy()
	if err := l.check(); err != nil {
		return l, err
	}
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		u, err := manages(tx, l.Agency)
		if err != nil {
			return err
		}
		l.Province, l.Region = u.Province(), u.Division
		verb := "line_save"
		if l.ID == 0 {
			verb, l.ID = "line_create", tx.ID(l.Province)
		} else if old, err := lineByID(tx, l.Province, l.ID); err != nil {
			return err
		} else if _, err := manages(tx, old.Agency); err != nil {
			return err
		}
		if l.Overflow != 0 {
			if o, err := lineByID(tx, l.Province, l.Overflow); err != nil || o.ID == l.ID || o.Sealed != l.Sealed {
				return fault.Fields(fault.Field{Name: "overflow", Key: "hotline.bad_overflow"})
			}
		}
		if err := saveLine(tx, l); err != nil {
			return err
		}
		return record(tx, l.Province, l.Agency, verb, object("line", l.ID), l.Mode)
	})
	if db.Broken(err, "hotline_line_number", "hotline_line.province, hotline_line.number") {
		return l, fault.Fields(fault.Field{Name: "number", Key: "hotline.number_taken"})
	}
	return l, err
}

func (l *Line) tidy() {
	for _, s := range []*string{&l.Number, &l.Target, &l.Fallback, &l.Crisis, &l.Police, &l.Ambulance} {
		*s = strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(*s))
	}
	l.Name, l.Purpose, l.Hours = strings.TrimSpace(l.Name), strings.TrimSpace(l.Purpose), strings.TrimSpace(l.Hours)
}

func (l *Line) check() error {
	var fs []fault.Field
	bad := func(wrong bool, name, key string) {
		if wrong {
			fs = append(fs, fault.Field{Name: name, Key: key})
		}
	}
	bad(!numberForm.MatchString(l.Number), "number", "hotline.need_number")
	bad(l.Name == "" || len([]rune(l.Name)) > 40, "name", "hotline.need_name")
	bad(!slices.Contains(Modes, l.Mode), "mode", "hotline.need_mode")
	bad(l.Mode == Transfer && !numberForm.MatchString(l.Target), "target", "hotline.need_target")
	bad(l.Mode == SubCentre && !numberForm.MatchString(l.Target), "target", "hotline.need_centre")
	bad(l.Hours != "" && l.Hours != "always" && !hoursForm.MatchString(l.Hours), "hours", "hotline.bad_hours")
	for name, n := range map[string]string{"fallback": l.Fallback, "crisis": l.Crisis, "police": l.Police, "ambulance": l.Ambulance} {
		bad(n != "" && !numberForm.MatchString(n), name, "hotline.need_number")
	}
	bad(l.Sealed && l.Record, "record", "hotline.sealed_record")
	bad(l.Ring < 5*time.Second || l.Ring > 2*time.Minute, "ring", "hotline.bad_ring")
	bad(l.WrapUp < 0 || l.WrapUp > MaxWrapUp, "wrapup", "hotline.bad_wrapup")
	bad(l.OverflowAfter < 0 || l.OverflowAfter > 10*time.Minute, "overflow_after", "hotline.bad_overflow_after")
	bad(len([]rune(l.Purpose)) > 1000, "purpose", "hotline.too_long")
	if len(fs) == 0 {
		return nil
	}
	slices.SortFunc(fs, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return fault.Fields(fs...)
}

func saveLine(tx *db.Tx, l Line) error {
	_, err := tx.Exec(`insert into hotline_line (province, id, prefecture, county, region, agency, number, name, mode, target, hours, sealed, overflow, overflow_after, wrapup, ring, fallback, record, lang, purpose, crisis, police, ambulance, active, by_person, at)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
 on conflict (province, id) do update set prefecture = excluded.prefecture, county = excluded.county, region = excluded.region, agency = excluded.agency, number = excluded.number, name = excluded.name, mode = excluded.mode, target = excluded.target,
 hours = excluded.hours, sealed = excluded.sealed, overflow = excluded.overflow, overflow_after = excluded.overflow_after, wrapup = excluded.wrapup, ring = excluded.ring, fallback = excluded.fallback, record = excluded.record, lang = excluded.lang,
 purpose = excluded.purpose, crisis = excluded.crisis, police = excluded.police, ambulance = excluded.ambulance, active = excluded.active, by_person = excluded.by_person, at = excluded.at`,
		l.Province, l.ID, l.Region.Prefecture(), l.Region.County(), l.Region, l.Agency, l.Number, l.Name, l.Mode, l.Target, l.Hours, l.Sealed, db.OrNull(l.Overflow), int64(l.OverflowAfter/time.Second), int64(l.WrapUp/time.Second), int64(l.Ring/time.Second),
		l.Fallback, l.Record, l.Lang, l.Purpose, l.Crisis, l.Police, l.Ambulance, l.Open, db.OrNull(actor(tx).Person), clock.Millis(tx.Now))
	return err
}

// OpenNow answers whether a line is answered now, and when next if not. Without
// hours of its own a line has the business hours of its division's calendar,
// 调休 included.
func (h *Hotline) OpenNow(ctx context.Context, l Line) (open bool, next time.Time, err error) {
	defer fault.Wrap(&err, "hotline.OpenNow(%d)", l.ID)
	now := h.DB.Clock().Now()
	if !l.Open {
		return false, time.Time{}, nil
	}
	if l.Hours == "always" {
		return true, time.Time{}, nil
	}
	cal, err := h.Calendars.For(ctx, int64(l.Region))
	if err != nil {
		return false, time.Time{}, err
	}
	today := clock.DateOf(now)
	for i := range 60 {
		d := today.AddDays(i)
		for _, s := range l.shifts(cal, d) {
			from, to := d.Start().Add(time.Duration(s.Open)*time.Minute), d.Start().Add(time.Duration(s.Close)*time.Minute)
			if !now.Before(from) && now.Before(to) {
				return true, time.Time{}, nil
			}
			if from.After(now) {
				return false, from, nil
			}
		}
	}
	return false, time.Time{}, nil
}

func (l *Line) shifts(cal *calendar.Calendar, d clock.Date) []calendar.Shift {
	if l.Hours == "" {
		return cal.ShiftsOn(d)
	}
	from, to, _ := strings.Cut(l.Hours, "-")
	return []calendar.Shift{{Open: minutes(from), Close: minutes(to)}}
}

func minutes(s string) int {
	a, b, _ := strings.Cut(s, ":")
	x, _ := strconv.Atoi(a)
	y, _ := strconv.Atoi(b)
	return x*60 + y
}

// SaveSeat keeps a seat and what it is good at; ID 0 makes one. A person has one
// seat in a province.
func (h *Hotline) SaveSeat(ctx context.Context, s Seat) (_ Seat, err error) {
	defer fault.Wrap(&err, "hotline.SaveSeat(%d)", s.ID)
	s.Label = strings.TrimSpace(s.Label)
	if err := s.check(); err != nil {
		return s, err
	}
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		u, err := manages(tx, s.Agency)
		if err != nil {
			return err
		}
		s.Province, s.Region = u.Province(), u.Division
		verb := "seat_save"
		if s.ID == 0 {
			verb, s.ID = "seat_create", tx.ID(s.Province)
			_, err = tx.Exec("insert into hotline_seat (province, id, prefecture, county, region, agency, person, label, pool, state, since, idle_since, phone) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'off', $10, $10, $11)",
				s.Province, s.ID, s.Region.Prefecture(), s.Region.County(), s.Region, s.Agency, s.Person, s.Label, s.Pool, clock.Millis(tx.Now), db.OrNull(s.Phone))
		} else {
			old, err2 := seatByID(tx, s.Ref())
			if err2 != nil {
				return err2
			}
			if _, err := manages(tx, old.Agency); err != nil {
				return err
			}
			_, err = tx.Exec("update hotline_seat set label = $3, pool = $4, phone = $5, active = $6 where province = $1 and id = $2", s.Province, s.ID, s.Label, s.Pool, db.OrNull(s.Phone), s.Active)
		}
		if err != nil {
			return err
		}
		if s.Phone != 0 {
			if p, err := phoneByID(tx, Ref{s.Province, s.Phone}); err != nil || p.Agency != s.Agency {
				return fault.Fields(fault.Field{Name: "phone", Key: "hotline.bad_phone"})
			}
		}
		if _, err := tx.Exec("delete from hotline_skill where province = $1 and seat = $2", s.Province, s.ID); err != nil {
			return err
		}
		for _, k := range s.Skills {
			if _, err := tx.Exec("insert into hotline_skill (province, seat, kind, code, level) values ($1, $2, $3, $4, $5) on conflict (province, seat, kind, code) do nothing", s.Province, s.ID, k.Kind, k.Code, k.Level); err != nil {
				return err
			}
		}
		tx.After(h.Bell.Ring)
		return record(tx, s.Province, s.Agency, verb, object("seat", s.ID), formatWants(s.Skills))
	})
	if db.Broken(err, "hotline_seat_person", "hotline_seat.province, hotline_seat.person") {
		return s, fault.Fields(fault.Field{Name: "person", Key: "hotline.has_seat"})
	}
	return s, err
}

var skillCode = regexp.MustCompile(`^[a-z0-9_.-]{0,40}$`)

func (s *Seat) check() error {
	var fs []fault.Field
	if s.Person == 0 {
		fs = append(fs, fault.Field{Name: "person", Key: "hotline.need_person"})
	}
	if s.Label == "" || len([]rune(s.Label)) > 20 {
		fs = append(fs, fault.Field{Name: "label", Key: "hotline.need_label"})
	}
	for _, k := range s.Skills {
		if !slices.Contains(SkillKinds, k.Kind) || !skillCode.MatchString(k.Code) || k.Level < 1 || k.Level > 9 || (k.Code == "") != (k.Kind == "leader" || k.Kind == "report") {
			fs = append(fs, fault.Field{Name: "skills", Key: "hotline.bad_skills"})
			break
		}
	}
	if len(fs) == 0 {
		return nil
	}
	return fault.Fields(fs...)
}
