package agency

import (
	"context"
	"io"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

var memberTable = []column{
	{id: "agency", required: true, width: 24},
	{id: "person_name", required: true, width: 16},
	{id: "mobile", width: 16},
	{id: "post", width: 24},
	{id: "since", width: 14},
}

// NewPerson is what a sheet says of a person before there is a number for them. It goes to Enrol and is not kept here.
type NewPerson struct {
	Agency Agency
	Name   string
	Mobile string
}

// Enrol finds or creates the person in the transaction and gives their number; internal/account does it. It may
// refuse with fault.Fields named person_name or mobile, and must do nothing outside tx, for a check is undone.
type Enrol func(tx *db.Tx, p NewPerson) (int64, error)

// MemberTemplate writes the empty workbook to fill in, in the reader's language.
func MemberTemplate(ctx context.Context, w io.Writer) error {
	return writeSheet(ctx, w, memberTable, nil)
}

// CheckMembers tells what ImportMembers would say, and writes nothing.
func (r *Registry) CheckMembers(ctx context.Context, in Import, enrol Enrol, file io.Reader) (*Report, error) {
	return r.importMembers(ctx, in, enrol, file, false)
}

// ImportMembers makes every person of a sheet a member, creating the posts it names, or none when any row has a problem.
func (r *Registry) ImportMembers(ctx context.Context, in Import, enrol Enrol, file io.Reader) (*Report, error) {
	return r.importMembers(ctx, in, enrol, file, true)
}

func (r *Registry) importMembers(ctx context.Context, in Import, enrol Enrol, file io.Reader, commit bool) (rep *Report, err error) {
	defer fault.Wrap(&err, "agency.ImportMembers")
	t, err := readSheet(ctx, file, memberTable)
	if err != nil {
		return nil, err
	}
	return r.run(ctx, t, commit, func(tx *db.Tx, row tableRow) error { return r.joinRow(tx, in, enrol, row) })
}

func (r *Registry) joinRow(tx *db.Tx, in Import, enrol Enrol, row tableRow) error {
	c, cells := &checker{tx: tx}, row.cells
	a, err := findReference(tx, cells["agency"])
	switch {
	case fault.Is(err, fault.NotFound):
		c.say("agency", "agency.reference_unknown")
	case err != nil:
		return err
	case !in.Within.Contains(a.Division):
		c.say("agency", "agency.outside_scope")
	case a.State != Active:
		c.say("agency", "agency.not_active")
	}
	c.text("person_name", cells["person_name"], 1, maxName)
	c.text("post", cells["post"], 0, maxName)
	since := sinceOf(tx, c, cells["since"])
	if err := c.done(); err != nil {
		return err
	}
	person, err := enrol(tx, NewPerson{Agency: a, Name: cells["person_name"], Mobile: cells["mobile"]})
	if err != nil {
		return err
	}
	post, err := r.postNamed(tx, in.By, a.ID, cells["post"])
	if err != nil {
		return err
	}
	_, err = r.JoinIn(tx, in.By, Member{Agency: a.ID, Person: person, Post: post, Since: since})
	return err
}

// postNamed is the post of the title, created where there is none; 0 for no title.
func (r *Registry) postNamed(tx *db.Tx, by, agency int64, title string) (int64, error) {
	if title == "" {
		return 0, nil
	}
	p, err := findPostByTitle(tx, agency, title)
	if fault.Is(err, fault.NotFound) {
		p, err = r.AddPostIn(tx, by, Post{Agency: agency, Title: title})
	}
	return p.ID, err
}
