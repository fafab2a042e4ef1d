package export

import (
	"context"
	"time"

	"yangguang/agency/front"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
)

// Copying is the right to see when copies were made and to have one made.
const Copying = "export.copies"

// Verbs lists the package's rights, for Accounts.Register.
func Verbs() []string { return []string{Copying} }

// jobKind is the job that makes a copy.
const jobKind = "export.copy"

// Copies keeps the installation's own copy up to date.
type Copies struct {
	DB    *db.DB
	Front *front.Front
	Site  Asker
	// Options of the copy; without a Dir no copy is made by itself.
	Options Options
	Every   time.Duration // 0: only when somebody asks for one
}

// Join puts the page into the desk's navigation.
func (c *Copies) Join(f *front.Front) { f.DeskNav(front.House, "export.nav", "/desk/copies", Copying) }

// longest is how long one copy may take: a county's takes a quarter of an hour
// or more, a province's hours.
const longest = 12 * time.Hour

// Register names the job. One at a time: the folder is locked as well.
func (c *Copies) Register(r *jobs.Runner) {
	if c.Options.Dir == "" {
		return
	}
	r.HandleLong(jobKind, longest, func(ctx context.Context, _ jobs.Job) error { return c.Run(ctx) })
	if c.Every == 0 {
		return
	}
	r.Every("export.regular", jobs.Each(c.Every), func(ctx context.Context, _ jobs.Job) error {
		return c.DB.Write(ctx, c.wanted)
	})
}

// wanted has a copy made soon; one that waits already is enough.
func (c *Copies) wanted(tx *db.Tx) error {
	return jobs.Add(tx, jobs.Job{Kind: jobKind, Key: "site"})
}

// Run makes the copy and notes what it came to.
func (c *Copies) Run(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "export.Run")
	var id int64
	if err := c.DB.Write(ctx, func(tx *db.Tx) (err error) {
		id, err = begin(tx)
		return err
	}); err != nil {
		return err
	}
	o := c.Options
	o.Now = c.DB.Clock().Now()
	rep, failed := Make(ctx, c.Site, o)
	note := ""
	if failed != nil {
		note = fault.KindOf(failed).String()
	}
	// The end is noted even when the process was told to stop meanwhile.
	err = c.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error { return end(tx, id, rep, note) })
	if failed != nil {
		return failed
	}
	return err
}
