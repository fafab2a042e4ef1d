package yearly

import (
	"context"
	"strings"
	"testing"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

func TestAReportGoesFromItsFiguresToThePublicAndIsCorrectedInSight(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *bureau) {
		check, y := disclosuretest.Check, o.Yearly
		v, err := y.Start(o.writer(), o.County.ID, 2025)
		check(t, err)
		if n := v.Figures.Three.At("granted", Total); n != 15 || !strings.Contains(v.Text.Overview, "新收申请20件") {
			t.Errorf("the draft begins with %d granted and the text %q", n, v.Text.Overview)
		}
		again, err := y.Start(o.writer(), o.County.ID, 2025)
		if check(t, err); again.ID != v.ID {
			t.Error("a report begun twice became two")
		}
		disclosuretest.Refused(t, y.Submit(o.writer(), v.Province, v.ID), fault.Invalid, "n-rules_made:yearly.need_number")
		half := whole()
		half.Two["licences"] = Entry{Number: "十二", Source: ""}
		disclosuretest.Refused(t, y.Save(o.writer(), v.Province, v.ID, 0, half), fault.Invalid, "n-licences:yearly.bad_number")
		check(t, y.Save(o.writer(), v.Province, v.ID, 0, whole()))
		disclosuretest.Refused(t, y.Save(o.writer(), v.Province, v.ID, 0, whole()), fault.Conflict, "yearly.saved_by_other")
		disclosuretest.Refused(t, y.Approve(o.approver(), v.Province, v.ID), fault.Conflict, "yearly.not_submitted")
		check(t, y.Submit(o.writer(), v.Province, v.ID))
		disclosuretest.Refused(t, y.Save(o.writer(), v.Province, v.ID, o.get(v).Saved, whole()), fault.Conflict, "yearly.saved_by_other")
		check(t, y.Return(o.approver(), v.Province, v.ID, "请补充问题"))
		if got := o.get(v); got.State != Draft || got.Note != "请补充问题" {
			t.Errorf("sent back, it is %s with %q", got.State, got.Note)
		}
		check(t, y.Submit(o.writer(), v.Province, v.ID))
		check(t, y.Approve(o.approver(), v.Province, v.ID))
		if got := o.get(v); got.State != Published || got.Approver != o.Approver.ID || got.Figures.Two.At(fees, count) != 9_000_000 {
			t.Errorf("published, it is %s by %d with fees %d", got.State, got.Approver, got.Figures.Two.At(fees, count))
		}

		disclosuretest.Refused(t, second(y.Correct(o.writer(), v.Province, v.ID, "错")), fault.Invalid, "reason:yearly.need_reason")
		c, err := y.Correct(o.writer(), v.Province, v.ID, "行政许可数量有误")
		check(t, err)
		disclosuretest.Refused(t, second(y.Correct(o.writer(), v.Province, v.ID, "又一处错误")), fault.Conflict, "yearly.not_published")
		text := whole()
		text.Two["licences"] = Entry{Number: "66", Source: "许可台账"}
		check(t, y.Save(o.writer(), c.Province, c.ID, c.Saved, text))
		if got := o.get(v); got.State != Published || got.Figures.Two.At("licences", count) != 6 {
			t.Error("a correction under way changed what the public reads")
		}
		check(t, y.Submit(o.writer(), c.Province, c.ID))
		check(t, y.Approve(o.approver(), c.Province, c.ID))
		if old, now := o.get(v), o.get(c); old.State != Superseded || now.State != Published || now.Reason != "行政许可数量有误" || now.Figures.Two.At("licences", count) != 66 {
			t.Errorf("corrected, the first is %s and the second %s", old.State, now.State)
		}
		d, err := y.Correct(o.writer(), c.Province, c.ID, "误以为有错")
		check(t, err)
		check(t, y.Discard(o.writer(), d.Province, d.ID))
		disclosuretest.Refused(t, y.Discard(o.writer(), c.Province, c.ID), fault.Conflict, "yearly.not_discardable")
		o.auditHas(t, map[string]int{"yearly.start": 3, "yearly.save": 2, "yearly.submit": 3, "yearly.return": 1, "yearly.approve": 2, "yearly.discard": 1})
	})
}

func second(_ *Revision, err error) error { return err }

func (o *bureau) auditHas(t *testing.T, want map[string]int) {
	t.Helper()
	o.Read(t, func(tx *db.Tx) error {
		ls, err := audit.List(tx, audit.Filter{Province: 35, Verb: "yearly.", Limit: 100})
		got := map[string]int{}
		for _, l := range ls {
			got[l.Verb]++
			if l.Agency != o.County.ID || l.Person == 0 {
				t.Errorf("%s is written down for agency %d by %d", l.Verb, l.Agency, l.Person)
			}
		}
		for verb, n := range want {
			if got[verb] != n {
				t.Errorf("%s stands in the audit book %d times, want %d", verb, got[verb], n)
			}
		}
		return err
	})
}

// TestNobodyApprovesWhatHeWrote compares natural persons: another login, a
// colleague's right used for him, and whoever merely saved once.
func TestNobodyApprovesWhatHeWrote(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *bureau) {
		check, y := disclosuretest.Check, o.Yearly
		both := o.Author.With(o.County, Writing, Approving)
		v, err := y.Start(o.writer(), o.County.ID, 2025)
		check(t, err)
		check(t, y.Save(o.as(o.Reviewer, o.County, Writing), v.Province, v.ID, 0, whole()))
		check(t, y.Save(o.standIn(o.Second, o.Deputy, o.County, Writing), v.Province, v.ID, 1, whole()))
		check(t, y.Submit(o.as(o.Colleague, o.County, Writing), v.Province, v.ID))
		for name, ctx := range map[string]context.Context{
			"the author":                           o.As(both),
			"the author by another login":          o.Through(both, 2),
			"the author for the approver":          o.standIn(o.Author, o.Approver, o.County, Approving),
			"somebody for the author":              o.For(o.Other, both),
			"whoever saved once":                   o.as(o.Reviewer, o.County, Approving),
			"whoever saved once for somebody else": o.as(o.Second, o.County, Approving),
			"the one for whom somebody saved":      o.as(o.Deputy, o.County, Approving),
			"whoever submitted":                    o.as(o.Colleague, o.County, Approving),
		} {
			t.Run(name, func(t *testing.T) {
				disclosuretest.Refused(t, y.Approve(ctx, v.Province, v.ID), fault.Conflict, "yearly.same_person")
			})
		}
		check(t, y.Approve(o.approver(), v.Province, v.ID))
	})
}

// TestTheSchemaRefusesOneHandInTwoRoles writes around the rules.
func TestTheSchemaRefusesOneHandInTwoRoles(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *bureau) {
		v := o.published(o.County, 2025)
		for set, constraint := range map[string]string{
			"approver = author":           "yearly_author_approves",
			"submitter = 7, approver = 7": "yearly_submitter_approves",
			"approver = null":             "yearly_unapproved",
			"state = 'secret'":            "yearly_state",
			"number = 2":                  "yearly_reason",
		} {
			err := o.DB.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec("update yearly_revision set "+set+" where province = $1 and id = $2", v.Province, v.ID)
				return err
			})
			if err == nil || !db.Broken(err, constraint) {
				t.Errorf("%s: got %v, want %s broken", set, err, constraint)
			}
		}
		err := o.DB.Write(t.Context(), func(tx *db.Tx) error {
			return insertReport(tx, o.County, &report{province: v.Province, id: tx.ID(v.Province), agency: o.County.ID, year: 2025})
		})
		if !db.Broken(err, "yearly_of_unit", "yearly_report.agency") {
			t.Errorf("two reports of a unit and year: %v", err)
		}
	})
}

func TestStrangersAndColleaguesAreToldNoMoreThanTheyMay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	y := o.Yearly
	v, err := y.Start(o.writer(), o.County.ID, 2025)
	disclosuretest.Check(t, err)
	disclosuretest.Refused(t, y.Save(t.Context(), v.Province, v.ID, 0, whole()), fault.Unauthenticated, "fault.unauthenticated")
	disclosuretest.Refused(t, y.Save(o.as(o.Other, o.Institution, Writing), v.Province, v.ID, 0, whole()), fault.NotFound, "fault.not_found")
	disclosuretest.Refused(t, y.Save(o.approver(), v.Province, v.ID, 0, whole()), fault.Forbidden, "yearly.no_grant_write")
	disclosuretest.Refused(t, y.Approve(o.writer(), v.Province, v.ID), fault.Forbidden, "yearly.no_grant_approve")
	disclosuretest.Refused(t, second(y.Start(o.as(o.Other, o.Institution, Writing), o.County.ID, 2024)), fault.NotFound, "fault.not_found")
	disclosuretest.Refused(t, second(y.Start(o.writer(), o.County.ID, 2027)), fault.Invalid, "year:yearly.bad_year")
	if _, err := y.openDesk(o.as(o.Other, o.Institution, Writing), v.Province, v.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger who opens a draft gets %v", err)
	}
}

// TestTheIdentitiesAreEnforced holds that nothing that contradicts itself or
// last year is handed in.
func TestTheIdentitiesAreEnforced(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	y := o.Yearly
	o.published(o.County, 2025) // carries 3 forward
	o.Clock.Set(at("2027-01-10"))
	o.had(o.County, 2026, 30, 1, 2)
	v, err := y.Start(o.writer(), o.County.ID, 2026)
	disclosuretest.Check(t, err)
	if !strings.Contains(v.Text.Overview, "比上年增加10件") {
		t.Errorf("the text does not compare: %s", v.Text.Overview)
	}
	disclosuretest.Check(t, y.Save(o.writer(), v.Province, v.ID, 0, whole()))
	disclosuretest.Refused(t, y.Submit(o.writer(), v.Province, v.ID), fault.Conflict, "yearly.contradicts")
	o.had(o.County, 2026, 30, 1, 3)
	o.counts[o.County.ID][2026] = twice(o.counts[o.County.ID][2026], func(x Figures) { must(x.Three.Add(New, "legal", 1)) })
	disclosuretest.Refused(t, y.Submit(o.writer(), v.Province, v.ID), fault.Conflict, "yearly.contradicts")
	o.had(o.County, 2026, 30, 1, 3)
	disclosuretest.Check(t, y.Submit(o.writer(), v.Province, v.ID))
	if got := o.get(v).Figures.Three.At("granted", Total); got != 30 {
		t.Errorf("submitted with %d granted, want what was counted then: 30", got)
	}
	// What was signed is what is published, though the count changes since.
	o.had(o.County, 2026, 99, 1, 3)
	disclosuretest.Check(t, y.Approve(o.approver(), v.Province, v.ID))
	if got := o.get(v).Figures.Three.At(New, Total); got != 30 {
		t.Errorf("published with %d received, want the 30 that were signed", got)
	}
}

func twice(fs ...func(Figures)) func(Figures) {
	return func(x Figures) {
		for _, f := range fs {
			f(x)
		}
	}
}

func TestAYearIsNotReportedBeforeItIsOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	v, err := o.Yearly.Start(o.writer(), o.County.ID, 2026)
	disclosuretest.Check(t, err)
	disclosuretest.Check(t, o.Yearly.Save(o.writer(), v.Province, v.ID, 0, whole()))
	disclosuretest.Refused(t, o.Yearly.Submit(o.writer(), v.Province, v.ID), fault.Conflict, "yearly.year_not_over")
}

func TestReportsBelowAreSummedAndTheMissingListed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.had(o.Township, 2025, 10, 2, 0)
	o.published(o.Township, 2025)
	b, err := o.Yearly.readBelow(o.writer(), o.County.ID, 2025, false)
	disclosuretest.Check(t, err)
	if len(b.units) != 1 || len(b.reports) != 1 || b.withOwn || b.total.Three.At(New, Total) != 10 || len(b.problems) > 0 {
		t.Errorf("before the county's own: %d units, %d reports, %d received, %v", len(b.units), len(b.reports), b.total.Three.At(New, Total), b.problems)
	}
	o.published(o.County, 2025)
	b, err = o.Yearly.readBelow(o.writer(), o.County.ID, 2025, false)
	disclosuretest.Check(t, err)
	if n := b.total.Three.At(New, Total); !b.withOwn || n != 30 {
		t.Errorf("with the county's own: %d received, want 30", n)
	}
	g, words := o.Yearly.belowGrid(t.Context(), b, 2025)
	if len(g.Rows) != 1 || !strings.Contains(words, "已公布1个") {
		t.Errorf("the list has %d rows and says %q", len(g.Rows), words)
	}
	b, err = o.Yearly.readBelow(o.as(o.Overseer, o.Prefecture, Approving), o.Prefecture.ID, 2024, false)
	disclosuretest.Check(t, err)
	g, words = o.Yearly.belowGrid(t.Context(), b, 2024)
	if len(g.Rows) != 1 || g.Rows[0][1].Text != "逾期未公布" || !strings.Contains(words, "未公布1个") {
		t.Errorf("of a year nobody reported: %v, %q", g.Rows, words)
	}
	b, err = o.Yearly.readBelow(o.as(o.Overseer, o.Prefecture, Approving), o.Prefecture.ID, 2025, true)
	disclosuretest.Check(t, err)
	if n := b.total.Three.At(New, Total); len(b.units) != 2 || n != 30 {
		t.Errorf("all below the prefecture: %d units, %d received; want the county and the township with 30", len(b.units), n)
	}
	if _, err := o.Yearly.readBelow(o.as(o.Other, o.Institution, Writing), o.County.ID, 2025, false); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger sums up the county: %v", err)
	}
}

func TestTheDaysOfTheRegulations(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for kind, want := range map[string]string{string(o.County.Kind): "2026-01-31", string(o.Township.Kind): "2026-01-31"} {
		if got := dueOn(o.County.Kind, 2025).String(); got != want {
			t.Errorf("the report of %s is due on %s, want %s", kind, got, want)
		}
	}
	if !dueOn(o.Village.Kind, 2025).IsZero() || !dueOn(o.Institution.Kind, 2025).IsZero() {
		t.Error("villages and service institutions are no administrative organs and owe no report")
	}
	if got := dueDays().Government.of(2025).String(); got != "2026-03-31" {
		t.Errorf("a government's is due on %s", got)
	}
}

// TestTheFirstTextFollowsTheFiguresUntilAPersonWrites: the number entered later
// stands in it too, and what a person wrote stays as it is.
func TestTheFirstTextFollowsTheFiguresUntilAPersonWrites(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	y := o.Yearly
	v, err := y.Start(o.writer(), o.County.ID, 2025)
	disclosuretest.Check(t, err)
	text := whole()
	text.Overview = v.Text.Overview
	disclosuretest.Check(t, y.Save(o.writer(), v.Province, v.ID, 0, text))
	if got := o.get(v).Text.Overview; !strings.Contains(got, "行政许可决定6件") {
		t.Errorf("the number entered does not stand in the text: %s", got)
	}
	o.had(o.County, 2025, 21, 3, 0)
	disclosuretest.Check(t, y.Submit(o.writer(), v.Province, v.ID))
	if got := o.get(v).Text.Overview; !strings.Contains(got, "新收申请21件") {
		t.Errorf("the number counted since does not stand in the text: %s", got)
	}
	disclosuretest.Check(t, y.Return(o.approver(), v.Province, v.ID, "请补充说明"))
	text.Overview = "我们自己写的一段总体情况，其中说到新收申请21件。"
	disclosuretest.Check(t, y.Save(o.writer(), v.Province, v.ID, o.get(v).Saved, text))
	o.had(o.County, 2025, 22, 3, 0)
	disclosuretest.Check(t, y.Submit(o.writer(), v.Province, v.ID))
	if got := o.get(v).Text.Overview; got != text.Overview {
		t.Errorf("what a person wrote became %s", got)
	}
}

// TestWhatWasPublishedHereIsShownToCompare counts documents and not what
// explains them, nor those of another category.
func TestWhatWasPublishedHereIsShownToCompare(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *bureau) {
		c := o.Yearly.Norm.Catalogue("authority").BySlug("documents").ID
		for _, title := range []string{"关于一件事的通知", "关于另一件事的通知"} {
			text := o.Text(c, "", title)
			o.Publish(t, o.County, c, text)
		}
		o.Publish(t, o.County, "county.8", o.Text("county.8", "", "收费依据"))
		v, err := o.Yearly.Start(o.writer(), o.County.ID, 2026)
		disclosuretest.Check(t, err)
		got, err := o.Yearly.hint(o.writer(), opened{u: o.County, v: v})
		if want := "平台已公开的规范性文件：本年形成2件，现行有效2件，已废止0件，供核对。"; err != nil || got != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	})
}

// TestNothingPersonalIsPublished: the gate stands before the report as before
// every published text.
func TestNothingPersonalIsPublished(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	y := o.Yearly
	v, err := y.Start(o.writer(), o.County.ID, 2025)
	disclosuretest.Check(t, err)
	const number = "11010519491231002X" // of the standard's own example
	text := whole()
	text.Problems += "申请人证件号码" + number
	disclosuretest.Refused(t, y.Save(o.writer(), v.Province, v.ID, 0, text), fault.Invalid, "problems:yearly.personal")
	text = whole()
	text.Two["licences"] = Entry{Number: "1", Source: "台账，经办" + number}
	disclosuretest.Refused(t, y.Save(o.writer(), v.Province, v.ID, 0, text), fault.Invalid, "s-licences:yearly.personal")
	disclosuretest.Refused(t, second(y.Correct(o.writer(), v.Province, v.ID, "误写"+number)), fault.Invalid, "reason:yearly.personal")
	text = whole()
	text.Other = "监督电话13800000000"
	if got := doubtful(t.Context(), text); len(got) != 1 || strings.Contains(got[0], "13800000000") {
		t.Errorf("whoever approves is shown %v", got)
	}
}
