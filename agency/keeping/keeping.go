package keeping

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/goccy/go-yaml"

	"yangguang/agency/front"
	"yangguang/internal/audit"
	"yangguang/internal/calendar"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/jobs"
	"yangguang/internal/secret"
)

//go:embed retention.yaml
var retention []byte

// Record is one line of the retention table.
type Record struct {
	ID      string    `yaml:"id"`
	Room    string    `yaml:"room"`    // which room holds it
	Carrier string    `yaml:"carrier"` // who carries it out; "" = it is kept
	Days    int       `yaml:"days"`
	Title   i18n.Text `yaml:"title"`
	Why     i18n.Text `yaml:"why"`
	Basis   i18n.Text `yaml:"basis"`
	Long    i18n.Text `yaml:"long"`
	Then    string    `yaml:"then"` // delete, anonymise, keep
}

// Table is the retention table that ships.
func Table() []Record {
	var t struct {
		Records []Record `yaml:"records"`
	}
	if err := yaml.UnmarshalWithOptions(retention, &t, yaml.Strict()); err != nil {
		panic("keeping: retention.yaml: " + err.Error()) // tested
	}
	return t.Records
}

// Carrier destroys what is older than a time and tells how many records it
// touched; -1 when it cannot tell. It may run twice.
type Carrier func(ctx context.Context, before time.Time) (n int64, err error)

// Keeping is the room.
type Keeping struct {
	DB        *db.DB
	Keys      *secret.Keys
	Calendars *calendar.Keeper
	Front     *front.Front // its Home is the division whose administrators answer requests

	carriers map[string]Carrier
}

// Carry names who carries a line of the table out.
func (k *Keeping) Carry(name string, c Carrier) {
	if k.carriers == nil {
		k.carriers = map[string]Carrier{}
	}
	if !slices.ContainsFunc(Table(), func(r Record) bool { return r.Carrier == name }) {
		panic("keeping: no line of the retention table names " + name)
	}
	k.carriers[name] = c
}

// Register names the daily job.
func (k *Keeping) Register(r *jobs.Runner) {
	r.Every("keeping.carry", jobs.Daily(3, 20), func(ctx context.Context, _ jobs.Job) error { return k.Run(ctx) })
}

// Run carries every line of the table out. A carrier that fails does not keep
// the others from their work; the job is tried again.
func (k *Keeping) Run(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "keeping.Run")
	var failed error
	for _, rec := range Table() {
		if rec.Carrier == "" {
			continue
		}
		carry := k.carriers[rec.Carrier]
		if rec.Carrier == "keeping.requests" {
			carry = k.destroyRequests
		}
		if carry == nil {
			failed = fmt.Errorf("nobody carries out %s", rec.Carrier)
			continue
		}
		n, err := carry(ctx, k.DB.Clock().Now().AddDate(0, 0, -rec.Days))
		if err != nil {
			failed = err
			continue
		}
		if err := k.ran(ctx, rec, n); err != nil {
			failed = err
		}
	}
	return failed
}

// ran notes a line as carried out, in the audit book with the count.
func (k *Keeping) ran(ctx context.Context, rec Record, n int64) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		if err := noteRun(tx, rec.ID, n); err != nil || n == 0 {
			return err
		}
		return audit.Append(tx, audit.Entry{Province: int64(k.Front.Home.Province()), Verb: "keeping." + rec.Then, Object: "record " + rec.ID, Detail: "records " + strconv.FormatInt(n, 10)})
	})
}
