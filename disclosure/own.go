package disclosure

import (
	"slices"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// mayWithdraw refuses whoever takes back what is another's: not even a
// colleague who may draft. A substitute does it in the author's name, and the
// unit's manager where the author cannot.
func mayWithdraw(tx *db.Tx, by signer, v *Version, u agency.Agency) error {
	if by.is(v.Author) {
		return nil
	}
	if by.May(account.Managing, target(u)) {
		away, err := unattended(tx, v.Author)
		if err != nil || away {
			return err
		}
	}
	return fault.Say(fault.Forbidden, "disclosure.not_your_submission")
}

// unattended answers whether an author cannot be expected to act himself now.
func unattended(tx *db.Tx, author int64) (bool, error) {
	gone, err := account.Absent(tx, author)
	if err != nil || gone[author] {
		return true, err
	}
	return account.StoodIn(tx, author)
}

// HandOver is the room's part of a leaver's hand-over: his drafts become the
// successor's, and are not lost when there is none, since a leaver's drafts
// are in the inbox of everybody who drafts for the unit. What is under review
// stays with whoever reviews: a return finds the unit.
func (d *Disclosure) HandOver(tx *db.Tx, from, to int64) (lines []string, err error) {
	defer fault.Wrap(&err, "disclosure.HandOver")
	ts, err := tasksBy(tx, from, maxInbox)
	if err != nil {
		return nil, err
	}
	for i := range ts {
		t := &ts[i]
		lines = append(lines, d.handedOver(tx, t))
		if to == 0 || t.State != Drafted {
			continue
		}
		steps, err := stepsOf(tx, t.Province, t.ID)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(steps, func(s Step) bool { return s.Verb != "save" && s.Person == to }) {
			continue // he reviewed it once: it goes back to the unit instead
		}
		// Whoever wrote a word of it never reviews it, also when he comes back.
		if err := insertStep(tx, &t.Version, Step{Verb: "save", Person: from}); err != nil {
			return nil, err
		}
		if err := setAuthor(tx, &t.Version, to); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// handedOver is a line of the list both sign.
func (d *Disclosure) handedOver(tx *db.Tx, t *Task) string {
	key, title := "disclosure.handed_review", t.Title
	if t.State == Drafted {
		key = "disclosure.handed_draft"
	}
	if title == "" {
		title = i18n.T(tx.Ctx, "disclosure.handed_untitled")
		if c := d.Norm.Category(t.Category); c != nil {
			title = c.Title.In(tx.Ctx)
		}
	}
	return i18n.T(tx.Ctx, key, title, t.Unit)
}
