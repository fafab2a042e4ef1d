package knowledge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/flow"
	"yangguang/norm"
)

// Knowledge is the room.
type Knowledge struct {
	DB        *db.DB
	Front     *front.Front
	Calendars *calendar.Keeper
	Topics    []norm.Choice
}

// topic is the title of a topic; a topic of an earlier profile shows its id.
func (k *Knowledge) topic(ctx context.Context, id string) string {
	for _, t := range k.Topics {
		if t.ID == id {
			return t.Title.In(ctx)
		}
	}
	return id
}

func (k *Knowledge) hasTopic(id string) bool {
	return slices.ContainsFunc(k.Topics, func(t norm.Choice) bool { return t.ID == id })
}

// Whom an article is for.
const (
	ForPublic = "public"
	ForStaff  = "staff" // never on a public page, never quoted in a reply
)

// Text is what an article says.
type Text struct {
	Title      string
	Questions  []string // how people ask
	Answer     string   // paragraphs, a line each
	Topic      string
	Law        string // the legal basis
	LawArticle string
	LawURL     string
	From       clock.Date // the first day it holds
	To         clock.Date // the last one; none: until it is revised or retired
	Review     clock.Date // when it is to be looked at again
	Audience   string
	Lang       string
	Link       string // the address of a published item on this site
}

// Article is one article as lists show it: what it says stands in its versions.
type Article struct {
	Province int
	ID       int64
	Region   agency.Code // where it holds, with all below
	Agency   int64       // whose it is
	Seat     agency.Code // where that sits
	Standing int         // the version that passed last; 0 before the first
	Working  int         // the version under way; 0 without
	State    string
	Title    string
	Topic    string
	Audience string
	Lang     string
	From, To clock.Date
	Review   clock.Date
}

// Version is one version of an article.
type Version struct {
	Province  int
	Article   int64
	Number    int
	State     string
	Note      string // why it was sent back
	Reason    string // why it was retired
	Hash      string // of its text, once it passed
	Saves     int    // counts the savings, so that nobody overwrites another's
	Author    int64
	Reviewer  int64
	WrittenAt time.Time
	DecidedAt time.Time
	Text

	authorFor, reviewerFor int64
}

func (a *Article) target() account.Target {
	return account.Target{Agency: a.Agency, Division: int64(a.Seat)}
}

// InForce answers whether the article may be relied on that day.
func (a *Article) InForce(on clock.Date) bool {
	return a.State == Valid && !a.From.After(on) && !a.over(on)
}

// over answers whether its last day has passed.
func (a *Article) over(on clock.Date) bool { return !a.To.IsZero() && a.To.Before(on) }

// mirror takes over from a version what lists show.
func (a *Article) mirror(v *Version) {
	a.Title, a.Topic, a.Audience, a.Lang, a.From, a.To, a.Review = v.Title, v.Topic, v.Audience, v.Lang, v.From, v.To, v.Review
}

// Basis is the legal basis in one line.
func (t *Text) Basis() string { return strings.TrimSpace(t.Law + " " + t.LawArticle) }

// sum is the hash of what a quotation holds on to: question, answer and basis,
// each with its length, so that no two texts are written alike.
func (t *Text) sum() string {
	h := sha256.New()
	for _, s := range []string{"yangguang knowledge 1", t.Title, strings.Join(t.Questions, "\n"), t.Answer, t.Law, t.LawArticle, t.LawURL} {
		_, _ = h.Write([]byte(strconv.Itoa(len(s)) + ":" + s))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// allTag is the public articles as a part of the record; tagOf is one article.
const allTag = "knowledge"

func tagOf(id int64) string { return "knowledge/" + strconv.FormatInt(id, 10) }

// writes answers whether a person writes or reviews for the owner.
func writes(a *account.Actor, t account.Target) bool {
	return a.May(Writing, t) || a.May(Reviewing, t)
}

// knows answers whether a member of the staff may know of an article: those who
// write or review for its owner always; the others once it has stood, when it is
// for the public, or holds where they work, above or below.
func knows(a *account.Actor, x *Article) bool {
	if a == nil {
		return false
	}
	home := agency.Code(a.Behalf().Division)
	return writes(a, x.target()) || x.Standing > 0 && (x.Audience == ForPublic || x.Region.Contains(home) || home.Contains(x.Region))
}

// reach locks an article for whoever may know of it; verb is what he must hold.
func reach(tx *db.Tx, province int, id int64, verb string) (*Article, *account.Actor, error) {
	x, err := articleByID(tx, province, id, tx.ForUpdate())
	if err != nil {
		return nil, nil, err
	}
	a := account.From(tx.Ctx)
	switch {
	case !knows(a, x):
		return nil, nil, notFound()
	case !a.May(verb, x.target()):
		return nil, nil, fault.Say(fault.Forbidden, "knowledge.no_grant_"+strings.TrimPrefix(verb, "knowledge."))
	}
	return x, a, nil
}

// step locks an article and a version of it, for a verb of the flow.
func step(tx *db.Tx, province int, id int64, number func(x *Article) int, verb string) (*Article, *Version, *account.Actor, error) {
	who := ""
	for _, r := range Flow.Rules {
		if r.Verb == verb {
			who = r.Who
		}
	}
	x, a, err := reach(tx, province, id, who)
	if err != nil {
		return nil, nil, nil, err
	}
	n := number(x)
	if n == 0 {
		return nil, nil, nil, fault.Say(fault.Conflict, "flow.not_now")
	}
	v, err := versionOf(tx, province, id, n)
	if err != nil {
		return nil, nil, nil, err
	}
	r, err := Flow.Next(v.State, verb)
	if err != nil {
		return nil, nil, nil, err
	}
	if r.Own && !a.Is(v.Author) && (v.authorFor == 0 || !a.Is(v.authorFor)) {
		return nil, nil, nil, fault.Say(fault.Conflict, "knowledge.not_own")
	}
	move(x, v, r)
	return x, v, a, nil
}

func working(x *Article) int  { return x.Working }
func standing(x *Article) int { return x.Standing }

// move brings a version into the state that follows, and the article with it
// while it has no version that stands or the one that stands moves.
func move(x *Article, v *Version, r flow.Rule) {
	v.State = r.To
	if x.Standing == 0 || v.Number == x.Standing {
		x.State = r.To
	}
}

// record writes the audit row of an act, last in its transaction.
func record(tx *db.Tx, a *account.Actor, x *Article, verb, reason string, number int) error {
	return audit.Append(tx, audit.Entry{Province: int64(x.Province), Person: a.Person, Login: a.Login, Agency: x.Agency, Verb: "knowledge." + verb, Object: "article " + itoa(x.ID), Reason: reason, Detail: "version " + strconv.Itoa(number)})
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func notFound() error { return fault.Say(fault.NotFound, "fault.not_found") }

func today(tx *db.Tx) clock.Date { return clock.DateOf(tx.Now) }
