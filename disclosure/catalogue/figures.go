package catalogue

import (
	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// Figures counts obligations by how they stand today. Met in time, met late,
// overdue and unmet, not yet due: the four add up to the whole.
type Figures struct {
	Units       int64 // agencies that owe something of their own
	UnitsBehind int64 // of those, the ones with something overdue
	Owed        int64
	OnTime      int64
	Late        int64
	Overdue     int64
	Pending     int64
	Bands       [Bands]int64 // met ones by the days they were early or late
}

// Met is how many are met, in time or late.
func (f Figures) Met() int64 { return f.OnTime + f.Late }

// Fallen is how many have come due or were met before: what a share is of.
func (f Figures) Fallen() int64 { return f.OnTime + f.Late + f.Overdue }

// UnitsWhole is how many agencies have nothing overdue.
func (f Figures) UnitsWhole() int64 { return f.Units - f.UnitsBehind }

// Median is the band in which the middle one of what was met lies: half were
// met earlier, half later. Unmet when nothing was met.
func (f Figures) Median() Band {
	var before int64
	for b := Early; b < Bands; b++ {
		if before += f.Bands[b]; 2*before >= f.Met() && f.Met() > 0 {
			return b
		}
	}
	return Unmet
}

// Add sums figures of places that do not overlap.
func (f Figures) Add(o Figures) Figures {
	f.Units += o.Units
	f.UnitsBehind += o.UnitsBehind
	f.Owed += o.Owed
	f.OnTime += o.OnTime
	f.Late += o.Late
	f.Overdue += o.Overdue
	f.Pending += o.Pending
	for b := range f.Bands {
		f.Bands[b] += o.Bands[b]
	}
	return f
}

func figuresOfLot(band Band, dueOn, today string, n int64) Figures {
	f := Figures{Owed: n}
	switch {
	case band == Unmet && dueOn < today:
		f.Overdue = n
	case band == Unmet:
		f.Pending = n
	case band <= InTime:
		f.OnTime, f.Bands[band] = n, n
	default:
		f.Late, f.Bands[band] = n, n
	}
	return f
}

func figuresOfUnits(openSince, today string, n int64) Figures {
	f := Figures{Units: n}
	if openSince != "" && openSince < today {
		f.UnitsBehind = n
	}
	return f
}

// Standing is how the obligations within a division stand today: the whole, a
// part for each division directly below, and by what is owed and by whom.
type Standing struct {
	Code       agency.Code
	On         clock.Date
	Total      Figures
	Own        Figures // what the agencies of the division itself owe
	Below      map[agency.Code]Figures
	ByCategory map[string]Figures
	ByKind     map[agency.Kind]Figures // units only
	ByAgency   map[int64]Figures       // of the division's own agencies
}

func (s *Standing) put(child agency.Code, f Figures) {
	s.Total = s.Total.Add(f)
	if child == s.Code {
		s.Own = s.Own.Add(f)
		return
	}
	s.Below[child] = s.Below[child].Add(f)
}

// At reads how a division stands: down to prefectures from the counters, below
// from the obligations themselves.
func At(tx *db.Tx, c agency.Code) (*Standing, error) {
	s := &Standing{Code: c, On: clock.DateOf(tx.Now), Below: map[agency.Code]Figures{}, ByCategory: map[string]Figures{},
		ByKind: map[agency.Kind]Figures{}, ByAgency: map[int64]Figures{}}
	tx = tx.Of(PlaceTag(c)) // whatever is read below counts what lies within c
	var err error
	switch c.Level() {
	case agency.LevelNation:
		err = s.fill(tx, lotsOfNation, unitLotsOfNation)
	case agency.LevelProvince:
		err = s.fill(tx, func(tx *db.Tx) ([]lot, error) { return lotsOfProvince(tx, c.Province()) },
			func(tx *db.Tx) ([]unitLot, error) { return unitLotsOfProvince(tx, c.Province()) })
	case agency.LevelPrefecture:
		err = s.fill(tx, func(tx *db.Tx) ([]lot, error) { return lotsOfPrefecture(tx, c) },
			func(tx *db.Tx) ([]unitLot, error) { return unitLotsOfPrefecture(tx, c) })
		if err == nil && s.Own.Owed > 0 {
			err = s.fillOwn(tx)
		}
	default:
		return s, s.fillRows(tx)
	}
	if err == nil && c.Level() != agency.LevelPrefecture && s.Own.Owed > 0 {
		err = s.fillAgencies(tx)
	}
	return s, err
}

// fillAgencies reads what each agency of a province or the nation itself owes.
func (s *Standing) fillAgencies(tx *db.Tx) error {
	rows, err := rowsAt(tx, s.Code)
	if err != nil {
		return err
	}
	own := Standing{Code: s.Code, On: s.On, ByAgency: s.ByAgency}
	own.divide(rows, func(agency.Code) agency.Code { return s.Code })
	return nil
}

func (s *Standing) fill(tx *db.Tx, lots func(*db.Tx) ([]lot, error), units func(*db.Tx) ([]unitLot, error)) error {
	today := s.On.String()
	ls, err := lots(tx)
	if err != nil {
		return err
	}
	for _, x := range ls {
		f := figuresOfLot(x.band, x.dueOn, today, x.n)
		s.put(s.child(x.child), f)
		s.ByCategory[x.category] = s.ByCategory[x.category].Add(f)
	}
	us, err := units(tx)
	for _, x := range us {
		f := figuresOfUnits(x.openSince, today, x.n)
		s.put(s.child(x.child), f)
		s.ByKind[x.kind] = s.ByKind[x.kind].Add(f)
	}
	return err
}

// child is the key of a counter as a division: what no prefecture or county
// holds is the division's own.
func (s *Standing) child(c agency.Code) agency.Code {
	if c == agency.Nation {
		return s.Code
	}
	return c
}

// fillOwn divides what a prefecture's counters hold of no county between its
// own agencies and, where it has no counties, its townships.
func (s *Standing) fillOwn(tx *db.Tx) error {
	rows, err := rowsWithin(tx, s.Code)
	if err != nil {
		return err
	}
	whole := s.Total
	s.Own = Figures{}
	s.divide(rows, func(region agency.Code) agency.Code { return region.At(agency.LevelTownship) })
	s.Total = whole
	return nil
}

func (s *Standing) fillRows(tx *db.Tx) error {
	rows, err := rowsWithin(tx, s.Code)
	if err != nil {
		return err
	}
	level := min(s.Code.Level()+1, agency.LevelVillage)
	c := newCounts()
	c.add(rows, 1)
	today := s.On.String()
	for k, n := range c.rows {
		s.ByCategory[k.category] = s.ByCategory[k.category].Add(figuresOfLot(k.band, k.dueOn, today, n))
	}
	for k, n := range c.units {
		kind := agency.Kind(k.kind)
		s.ByKind[kind] = s.ByKind[kind].Add(figuresOfUnits(k.openSince, today, n))
	}
	s.divide(rows, func(region agency.Code) agency.Code { return region.At(level) })
	return nil
}

// divide puts rows where they belong, agency by agency.
func (s *Standing) divide(rows []placed, child func(agency.Code) agency.Code) {
	today := s.On.String()
	at := map[int64]agency.Code{}
	each := map[int64]Figures{}
	for i := range rows {
		x := &rows[i]
		at[x.Agency] = x.Region
		each[x.Agency] = each[x.Agency].Add(figuresOfLot(bandOf(x.DueOn, x.MetOn), x.DueOn.String(), today, 1))
	}
	for id, f := range each {
		f.Units = 1
		if f.Overdue > 0 {
			f.UnitsBehind = 1
		}
		if at[id] == s.Code {
			s.ByAgency[id] = f
		}
		s.put(child(at[id]), f)
	}
}

// Total is how a division stands as a whole, without its parts.
func Total(tx *db.Tx, c agency.Code) (Figures, error) {
	if c.Level() != agency.LevelCounty {
		s, err := At(tx, c)
		if err != nil {
			return Figures{}, err
		}
		return s.Total, nil
	}
	tx = tx.Of(PlaceTag(c))
	s := &Standing{Code: c, On: clock.DateOf(tx.Now), Below: map[agency.Code]Figures{}, ByCategory: map[string]Figures{}, ByKind: map[agency.Kind]Figures{}}
	err := s.fill(tx, func(tx *db.Tx) ([]lot, error) { return lotsOfPlace(tx, c) }, func(tx *db.Tx) ([]unitLot, error) { return unitLotsOfPlace(tx, c) })
	return s.Total, err
}
