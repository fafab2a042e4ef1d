package agency

import (
	"context"
	"fmt"
	"strconv"

	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Post is an office within an agency (职务), which persons hold in turn.
type Post struct {
	ID       int64
	Agency   int64
	Title    string
	Duty     string // what it answers for, as published
	Head     bool   // its holder answers for the agency
	Rank     int    // the order in which posts are shown
	ClosedOn clock.Date
}

// Member is a person's time in an agency, in a post or in none.
type Member struct {
	ID     int64
	Agency int64
	Person int64 // internal/account's number
	Post   int64 // 0: none
	Since  clock.Date
	Until  clock.Date // first day no longer; zero: open
}

// Current tells whether the membership holds on the day.
func (m Member) Current(on clock.Date) bool {
	return !m.Since.After(on) && (m.Until.IsZero() || on.Before(m.Until))
}

// Posts are the posts of an agency that are not closed, in the order they are shown.
func Posts(tx *db.Tx, agency int64) ([]Post, error) { return listPosts(tx, agency) }

// Members are those who belong to an agency on the day, by id, beginning after the given one.
func Members(tx *db.Tx, agency int64, on clock.Date, after int64, limit int) ([]Member, error) {
	return listMembers(tx, agency, on, after, page(limit))
}

// Memberships are all the person's times in agencies, the newest first.
func Memberships(tx *db.Tx, person int64, limit int) ([]Member, error) {
	return listMemberships(tx, person, page(limit))
}

// Holders are the persons who hold or held a post, the newest first.
func Holders(tx *db.Tx, post int64, limit int) ([]Member, error) {
	return listHolders(tx, post, page(limit))
}

// IsMember tells whether the person belongs to the agency today.
func IsMember(tx *db.Tx, agency, person int64) (bool, error) {
	return isMember(tx, agency, person, today(tx))
}

// AddPost creates a post in an active agency and gives it an id.
func (r *Registry) AddPost(ctx context.Context, by int64, p Post) (out Post, err error) {
	defer fault.Wrap(&err, "agency.AddPost(%d)", p.Agency)
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		out, err = r.AddPostIn(tx, by, p)
		return err
	})
	return out, err
}

// AddPostIn is AddPost inside a transaction of the caller's.
func (r *Registry) AddPostIn(tx *db.Tx, by int64, p Post) (Post, error) {
	a, err := activeAgency(tx, p.Agency)
	if err != nil {
		return Post{}, err
	}
	tidy(&p.Title, &p.Duty)
	c := &checker{tx: tx}
	c.text("title", p.Title, 1, maxName)
	c.text("duty", p.Duty, 0, maxBasis)
	if c.saw(postTaken(tx, p.Agency, p.Title)) {
		c.say("title", "agency.post_taken")
	}
	if err := c.done(); err != nil {
		return Post{}, err
	}
	p.ID = tx.ID(a.Province())
	if err := insertPost(tx, p); err != nil {
		return Post{}, err
	}
	return p, r.audit(tx, staffEntry(by, p.Agency, "agency.add_post", p.ID, ""))
}

// ClosePost ends a post that nobody holds.
func (r *Registry) ClosePost(ctx context.Context, by, post int64, on clock.Date) (err error) {
	defer fault.Wrap(&err, "agency.ClosePost(%d)", post)
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := openPost(tx, post)
		if err != nil {
			return err
		}
		held, err := listHolders(tx, p.ID, 1)
		if err != nil {
			return err
		}
		if len(held) > 0 && held[0].Until.IsZero() {
			return fault.Say(fault.Conflict, "agency.post_held")
		}
		if err := closePost(tx, p.ID, on); err != nil {
			return err
		}
		return r.audit(tx, staffEntry(by, p.Agency, "agency.close_post", p.ID, on.String()))
	})
}

// Join makes a person a member of an agency (到岗), in a post or in none.
func (r *Registry) Join(ctx context.Context, by int64, m Member) (out Member, err error) {
	defer fault.Wrap(&err, "agency.Join(%d)", m.Agency)
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		out, err = r.JoinIn(tx, by, m)
		return err
	})
	return out, err
}

// JoinIn is Join inside a transaction of the caller's, such as the one that creates the person.
func (r *Registry) JoinIn(tx *db.Tx, by int64, m Member) (Member, error) {
	a, err := activeAgency(tx, m.Agency)
	if err != nil {
		return Member{}, err
	}
	c := &checker{tx: tx}
	if m.Person <= 0 {
		c.say("person", "agency.required")
	}
	if m.Since.IsZero() {
		m.Since = today(tx)
	}
	if !m.Until.IsZero() && m.Until.Before(m.Since) {
		c.say("until", "agency.until_before_since")
	}
	if err := c.done(); err != nil {
		return Member{}, err
	}
	if m.Post != 0 {
		p, err := openPost(tx, m.Post)
		if err != nil {
			return Member{}, err
		}
		if p.Agency != m.Agency {
			return Member{}, fault.Say(fault.Conflict, "agency.post_elsewhere")
		}
	}
	if open, err := membershipOpen(tx, m); err != nil || open {
		return Member{}, orSay(err, "agency.already_member")
	}
	m.ID = tx.ID(a.Province())
	if err := insertMember(tx, m); err != nil {
		return Member{}, err
	}
	detail := fmt.Sprintf("person %d post %d since %s", m.Person, m.Post, m.Since)
	return m, r.audit(tx, staffEntry(by, m.Agency, "agency.join", m.ID, detail))
}

// Leave ends a membership (离岗); the day given is the first without it.
func (r *Registry) Leave(ctx context.Context, by, member int64, until clock.Date) (err error) {
	defer fault.Wrap(&err, "agency.Leave(%d)", member)
	return r.DB.Write(ctx, func(tx *db.Tx) error { return r.leave(tx, by, member, until) })
}

func (r *Registry) leave(tx *db.Tx, by, member int64, until clock.Date) error {
	m, err := findMember(tx, member)
	if err != nil {
		return err
	}
	if !m.Until.IsZero() {
		return fault.Say(fault.Conflict, "agency.already_left")
	}
	if until.Before(m.Since) {
		return fault.Fields(fault.Field{Name: "until", Key: "agency.until_before_since"})
	}
	return r.end(tx, by, m, until)
}

func (r *Registry) end(tx *db.Tx, by int64, m Member, until clock.Date) error {
	if err := endMember(tx, m.ID, until); err != nil {
		return err
	}
	return r.audit(tx, staffEntry(by, m.Agency, "agency.leave", m.ID, fmt.Sprintf("person %d until %s", m.Person, until)))
}

// staffEntry tells the audit book of people by their numbers only.
func staffEntry(by, agency int64, verb string, object int64, detail string) audit.Entry {
	return audit.Entry{Province: int64(db.ProvinceOf(agency)), Person: by, Agency: agency, Verb: verb,
		Object: strconv.FormatInt(object, 10), Detail: detail}
}

// Appoint moves a member to a post of the same agency, or to none, from a day on (任职).
func (r *Registry) Appoint(ctx context.Context, by, member, post int64, on clock.Date) (out Member, err error) {
	defer fault.Wrap(&err, "agency.Appoint(%d, %d)", member, post)
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := findMember(tx, member)
		if err != nil {
			return err
		}
		if err := r.leave(tx, by, member, on); err != nil {
			return err
		}
		out, err = r.JoinIn(tx, by, Member{Agency: m.Agency, Person: m.Person, Post: post, Since: on})
		return err
	})
	return out, err
}

// LeaveAll ends every open membership of a person, in the transaction of the hand-over that lets them go.
func (r *Registry) LeaveAll(tx *db.Tx, by, person int64, until clock.Date) error {
	list, err := listMemberships(tx, person, MaxPage)
	if err != nil {
		return err
	}
	for _, m := range list {
		if m.Until.IsZero() {
			if err := r.end(tx, by, m, maxDate(m.Since, until)); err != nil {
				return err
			}
		}
	}
	return nil
}

func maxDate(a, b clock.Date) clock.Date {
	if a.After(b) {
		return a
	}
	return b
}

func activeAgency(tx *db.Tx, id int64) (Agency, error) {
	a, err := findAgency(tx, id, tx.ForUpdate())
	if err == nil && a.State != Active {
		err = fault.Say(fault.Conflict, "agency.not_active")
	}
	return a, err
}

func openPost(tx *db.Tx, id int64) (Post, error) {
	p, err := findPost(tx, id)
	if err == nil && !p.ClosedOn.IsZero() {
		err = fault.Say(fault.Conflict, "agency.post_closed")
	}
	return p, err
}

// moveMembers ends the memberships of one agency and begins them in another, without posts; who is
// already there does not begin twice.
func moveMembers(tx *db.Tx, from, to int64, on clock.Date) error {
	list, err := openMembers(tx, from)
	if err != nil {
		return err
	}
	if err := endMembers(tx, from, on); err != nil {
		return err
	}
	for _, m := range list {
		n := Member{Agency: to, Person: m.Person, Since: maxDate(m.Since, on)}
		if open, err := membershipOpen(tx, n); err != nil {
			return err
		} else if open {
			continue
		}
		n.ID = tx.ID(db.ProvinceOf(to))
		if err := insertMember(tx, n); err != nil {
			return err
		}
	}
	return nil
}
