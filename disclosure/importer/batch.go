package importer

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
	"yangguang/internal/secret"
)

// Importer is the room's import of past publications.
type Importer struct {
	Disclosure *disclosure.Disclosure
	Front      *front.Front
}

// The states of a batch.
const (
	Reading   = "reading"   // a job reads what was handed in
	Failed    = "failed"    // it could not be read
	Checking  = "checking"  // the preparer mends the entries
	Submitted = "submitted" // waits for the first acceptor
	Accepted  = "accepted"  // waits for the second
	Writing   = "writing"   // a job publishes the entries
	Done      = "done"
	Undoing   = "undoing" // a job takes them down
	Undone    = "undone"
	Dropped   = "dropped"
)

// The states of an entry.
const (
	RowReady   = "ready"
	RowWrong   = "wrong"
	RowDropped = "dropped"
	RowWritten = "written"
	RowFailed  = "failed"
	RowUndone  = "undone"
	RowKept    = "kept" // corrected since, so not taken back
)

// Batch is one hand-over of past publications.
type Batch struct {
	Province       int
	ID             int64
	Number         string // public
	Region         agency.Code
	Agency         int64
	Kind           string // sheet, site, feed
	Name           string // of the file handed in
	Hash           string
	Size           int64
	State          string
	Fault          *Problem
	Read, Total    int // entries read, of how many
	Done, Failed   int // entries published or taken back, and refused
	Preparer       int64
	First, Second  int64
	Released       string
	Note           string // why it was returned
	UndoReason     string
	UndoneBy       int64
	Created, Ended time.Time
}

// Row is one entry of a batch.
type Row struct {
	Province  int
	ID, Batch int64
	Position  int
	State     string
	Source    string
	Title     string
	Category  string
	Guessed   bool // the category is a guess nobody has confirmed
	Period    string
	Number    string
	DocNumber string
	Formed    clock.Date
	Published clock.Date
	Body      string
	Old       string
	Files     []disclosure.Stowed
	Problems  []Problem
	Findings  []disclosure.Finding // in title and text, masked
	Item      int64
}

// Doubtful counts what a second person must release before the entry may be
// published.
func (r *Row) Doubtful() (n int) {
	n = len(r.Findings)
	for _, f := range r.Files {
		n += len(f.Findings)
		if f.File.Uncertain != "" {
			n++
		}
	}
	return n
}

const (
	readKind  = "import.read"
	writeKind = "import.write"
	undoKind  = "import.undo"
)

// Register names the jobs of import.
func (m *Importer) Register(r *jobs.Runner) {
	r.HandleSome(readKind, 1, m.job(m.read))
	r.HandleSome(writeKind, 1, m.job(m.write))
	r.HandleSome(undoKind, 1, m.job(m.undo))
}

func (m *Importer) job(do func(ctx context.Context, province int, id int64) error) jobs.Func {
	return func(ctx context.Context, j jobs.Job) error {
		p, i, ok := strings.Cut(j.Payload, "/")
		province, err1 := strconv.Atoi(p)
		id, err2 := strconv.ParseInt(i, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			return jobs.GiveUp(errors.New("import job without a batch"))
		}
		return do(ctx, province, id)
	}
}

func addJob(tx *db.Tx, kind string, b *Batch) error {
	key := strconv.Itoa(b.Province) + "/" + strconv.FormatInt(b.ID, 10)
	return jobs.Add(tx, jobs.Job{Province: int64(b.Province), Kind: kind, Key: key, Payload: key})
}

// Upload takes a file for an agency and leaves it to a job to read.
func (m *Importer) Upload(ctx context.Context, unit int64, name string, r io.Reader) (b *Batch, err error) {
	defer fault.Wrap(&err, "importer.Upload(%d)", unit)
	u, a, err := m.unit(ctx, unit)
	if err != nil {
		return nil, err
	}
	name = strings.TrimSpace(name)
	if !acceptable(name) || utf8.RuneCountInString(name) > 150 {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "importer.bad_kind"})
	}
	hash, size, err := m.Disclosure.Blobs.Put(ctx, r, MaxUpload)
	if err != nil {
		return nil, err
	}
	if size == 0 {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "importer.bad_kind"})
	}
	err = m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
		province := u.Division.Province()
		b = &Batch{Province: province, ID: tx.ID(province), Region: u.Division, Agency: u.ID, Name: name, Hash: hash, Size: size, State: Reading,
			Preparer: a.Person, Created: tx.Now}
		b.Number = secret.Number(u.Division.Short(), clock.DateOf(tx.Now).Start().In(clock.Shanghai).Format("200601"))
		if err := insertBatch(tx, b); err != nil {
			return err
		}
		if err := insertHands(tx, b, a, "prepare"); err != nil {
			return err
		}
		if err := addJob(tx, readKind, b); err != nil {
			return err
		}
		return record(tx, a, b, "upload", "")
	})
	return b, err
}

func acceptable(name string) bool {
	i := strings.LastIndexByte(name, '.')
	return i > 0 && slices.Contains([]string{".zip", ".xlsx", ".csv", ".xml", ".rss", ".atom", ".html", ".htm"}, strings.ToLower(name[i:]))
}

// unit checks that the person acting may import for an agency.
func (m *Importer) unit(ctx context.Context, id int64) (u agency.Agency, a *account.Actor, err error) {
	if a = account.From(ctx); a == nil {
		return u, nil, fault.Say(fault.Unauthenticated, "fault.unauthenticated")
	}
	err = m.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if u, err = agency.Find(tx, id); err != nil {
			return err
		}
		if !a.May(disclosure.Importing, target(u)) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		if u.State != agency.Active {
			return fault.Say(fault.Conflict, "disclosure.agency_closed")
		}
		return nil
	})
	return u, a, err
}

func target(u agency.Agency) account.Target {
	return account.Target{Agency: u.ID, Division: int64(u.Division)}
}

// open locks a batch for somebody who may do the verb for its agency, in one
// of the states.
func (m *Importer) open(tx *db.Tx, province int, id int64, verb string, states ...string) (*Batch, agency.Agency, *account.Actor, error) {
	b, err := lockBatch(tx, province, id)
	if err != nil {
		return nil, agency.Agency{}, nil, err
	}
	u, err := agency.Find(tx, b.Agency)
	if err != nil {
		return nil, u, nil, err
	}
	a := account.From(tx.Ctx)
	if a == nil || !mayRead(a, u) {
		return nil, u, nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	switch {
	case !a.May(verb, target(u)):
		return nil, u, nil, fault.Say(fault.Forbidden, "fault.forbidden")
	case !slices.Contains(states, b.State):
		return nil, u, nil, fault.Say(fault.Conflict, "importer.not_now")
	}
	return b, u, a, nil
}

func mayRead(a *account.Actor, u agency.Agency) bool {
	return a.May(disclosure.Importing, target(u)) || a.May(disclosure.TakingDown, target(u))
}

// openOwn is open for the preparer, who alone changes the entries: whoever
// accepts has not written.
func (m *Importer) openOwn(tx *db.Tx, province int, id int64, states ...string) (*Batch, agency.Agency, *account.Actor, error) {
	b, u, a, err := m.open(tx, province, id, disclosure.Importing, states...)
	if err != nil {
		return nil, u, nil, err
	}
	if !a.Is(b.Preparer) && a.Person != b.Preparer {
		return nil, u, nil, fault.Say(fault.Forbidden, "importer.only_preparer")
	}
	return b, u, a, insertHands(tx, b, a, "prepare")
}

// Adopt makes the person acting the preparer of a batch that has none: one
// handed in on the command line, or one whose preparer has left. He mends it
// and submits it; whoever prepared it before still accepts nothing in it.
func (m *Importer) Adopt(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "importer.Adopt(%d)", id)
	return m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
		b, _, a, err := m.open(tx, province, id, disclosure.Importing, Checking, Failed)
		if err != nil {
			return err
		}
		orphan, err := orphaned(tx, b)
		if err != nil {
			return err
		}
		hands, err := handsOf(tx, b)
		switch {
		case err != nil:
			return err
		case !orphan || a.Person == 0 || a.Is(b.Preparer):
			return fault.Say(fault.Conflict, "importer.has_preparer")
		case slices.ContainsFunc(hands, a.Is): // he once signed it
			return fault.Say(fault.Conflict, "importer.same_person")
		}
		b.Preparer = a.Person
		if err := setPreparer(tx, b); err != nil {
			return err
		}
		if err := insertHands(tx, b, a, "prepare"); err != nil {
			return err
		}
		return record(tx, a, b, "adopt", "")
	})
}

// orphaned answers whether nobody in office prepares a batch.
func orphaned(tx *db.Tx, b *Batch) (bool, error) {
	if b.Preparer == 0 {
		return true, nil
	}
	gone, err := account.Absent(tx, b.Preparer)
	return gone[b.Preparer], err
}

func record(tx *db.Tx, a *account.Actor, b *Batch, verb, reason string) error {
	e := audit.Entry{Province: int64(b.Province), Agency: b.Agency, Verb: "import." + verb, Object: "batch " + b.Number, Reason: reason}
	if a != nil {
		e.Person, e.Login = a.Person, a.Login
	}
	return audit.Append(tx, e)
}
