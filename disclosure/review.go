package disclosure

import (
	"context"
	"slices"
	"strings"

	"yangguang/disclosure/form"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/norm"
)

// Submit hands a draft to the first reviewer of its rule. What is missing is
// said beside each field; what may never be released is refused.
func (d *Disclosure) Submit(ctx context.Context, province int, version int64) (err error) {
	defer fault.Wrap(&err, "disclosure.Submit(%d)", version)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		w, err := d.open(tx, province, version, "submit")
		if err != nil {
			return err
		}
		rule, err := d.rule(w.v)
		if err != nil {
			return err
		}
		if err := d.ready(tx, w); err != nil {
			return err
		}
		fs, err := d.examine(tx, w.v)
		if err != nil {
			return err
		}
		if err := gateForSubmit(fs); err != nil {
			return err
		}
		if err := d.keepConcealed(tx, w.u, w.it, w.v); err != nil {
			return err
		}
		w.v.State, w.v.Step, w.v.SubmittedAt = w.next, rule.Steps[0].ID, tx.Now
		w.v.Reviewer, w.v.Reviewer2, w.v.Approver = 0, 0, 0
		return d.signed(tx, w, Step{Step: "submit", Verb: "submit"})
	})
}

// signed writes the version, the step by whoever acts, and the audit row.
func (d *Disclosure) signed(tx *db.Tx, w *work, s Step) error {
	s.Person, s.Principal, s.LentBy = w.by.person(), w.by.principal(), w.lent
	if err := saveVersion(tx, w.v); err != nil {
		return err
	}
	if err := insertStep(tx, w.v, s); err != nil {
		return err
	}
	e := entry(w.by.Actor, w.it, s.Verb, s.Note)
	e.Detail = lentDetail(w.lent)
	return audit.Append(tx, e)
}

// ready checks that a draft is complete.
func (d *Disclosure) ready(tx *db.Tx, w *work) error {
	v, cat := w.v, d.Norm.Category(w.it.Category)
	var bad []fault.Field
	need := func(missing bool, name, key string) {
		if missing {
			bad = append(bad, fault.Field{Name: name, Key: key})
		}
	}
	today := clock.DateOf(tx.Now)
	need(v.Title == "", "title", "disclosure.need_title")
	need(v.FormedOn.IsZero(), "formed_on", "disclosure.need_formed_on")
	need(v.FormedOn.After(today), "formed_on", "disclosure.formed_in_future")
	need(!v.EndsOn.IsZero() && !v.EndsOn.After(today), "ends_on", "disclosure.ends_in_past")
	need(v.Openness != "proactive", "openness", "disclosure.not_proactive")
	need(v.Correction() && v.Reason == "", "reason", "disclosure.need_reason")
	need(cat != nil && cat.Period != "on_change" && w.it.Period == "", "period", "disclosure.need_period")
	files, err := filesOf(tx, v.Province, v.ID)
	if err != nil {
		return err
	}
	bad = append(bad, allRead(files)...)
	linked, err := d.linkFields(tx, w)
	if err != nil {
		return err
	}
	bad = append(bad, linked...)
	if f := d.Norm.Form(v.Form); f != nil {
		data, err := form.Decode([]byte(v.Data))
		if err != nil {
			return err
		}
		bad = append(bad, form.Validate(*f, data)...)
	} else {
		need(v.BodyText == "" && len(files) == 0, "body", "disclosure.need_body")
	}
	return fault.Fields(bad...)
}

// linkFields checks what a draft says about other items: the document number
// is free, and what it interprets (政策解读) is published.
func (d *Disclosure) linkFields(tx *db.Tx, w *work) (bad []fault.Field, err error) {
	if w.v.DocNumber != "" {
		other, err := docNumberOf(tx, w.it, w.v.DocNumber)
		if err != nil {
			return nil, err
		}
		if other != 0 && other != w.it.ID {
			bad = append(bad, fault.Field{Name: "doc_number", Key: "disclosure.doc_number_taken"})
		}
	}
	if w.v.Explains != 0 {
		other, err := itemByID(tx, w.v.Province, w.v.Explains)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err != nil || other.ID == w.it.ID || other.State != ItemPublished {
			bad = append(bad, fault.Field{Name: "explains", Key: "disclosure.explains_unknown"})
		}
	}
	return bad, nil
}

// Opinion is what a reviewer says.
type Opinion struct {
	Revision int      // of the version as the reviewer read it
	Checks   []string // what he ticks: secrecy, privacy, accuracy
	Basis    string   // the rule it rests on
	Note     string
}

// Pass signs the step the version waits for; after the last review step it
// waits for approval.
func (d *Disclosure) Pass(ctx context.Context, province int, version int64, o Opinion) (err error) {
	defer fault.Wrap(&err, "disclosure.Pass(%d)", version)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		w, rule, err := d.openStep(tx, province, version, "pass", o)
		if err != nil {
			return err
		}
		step := rule.Step(w.v.Step)
		if step.Slot == "approver" {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		if err := passable(step, o); err != nil {
			return err
		}
		fs, err := d.examine(tx, w.v)
		if err != nil {
			return err
		}
		files, err := filesOf(tx, province, version)
		if err != nil {
			return err
		}
		if slices.Contains(step.Checks, "privacy") {
			if err := gateForApproval(fs, files); err != nil {
				return err
			}
		}
		setSlot(w.v, step.Slot, w.by.person())
		done := step.ID
		w.v.Step = nextStep(rule, step.ID)
		return d.signed(tx, w, Step{Step: done, Verb: "pass", Checks: strings.Join(o.Checks, ","), Basis: o.Basis, Note: o.Note})
	})
}

func (d *Disclosure) openStep(tx *db.Tx, province int, version int64, verb string, o Opinion) (*work, *norm.ReviewRule, error) {
	w, err := d.open(tx, province, version, verb)
	if err != nil {
		return nil, nil, err
	}
	if o.Revision != 0 && o.Revision != w.v.Revision {
		return nil, nil, fault.Say(fault.Conflict, "disclosure.changed_since_read")
	}
	rule, err := d.rule(w.v)
	if err != nil {
		return nil, nil, err
	}
	return w, rule, d.maySignStep(tx, w)
}

// maySignStep refuses whoever may not sign the step the version waits for:
// nor may he send it back or raise a doubt in that role. It notes who lent him.
func (d *Disclosure) maySignStep(tx *db.Tx, w *work) error {
	rule, err := d.rule(w.v)
	if err != nil {
		return err
	}
	step := rule.Step(w.v.Step)
	if step == nil {
		return fault.Say(fault.Conflict, "flow.not_now")
	}
	if err := maySign(w.by, step.Slot, w.v, rule, w.steps); err != nil {
		return err
	}
	w.lent, err = lentBy(tx, w.by, w.u, rule)
	return err
}

// passable asks the reviewer to tick each thing the step checks and to say on
// what basis.
func passable(step *norm.ReviewStep, o Opinion) error {
	var bad []fault.Field
	for _, c := range step.Checks {
		if !slices.Contains(o.Checks, c) {
			bad = append(bad, fault.Field{Name: "check_" + c, Key: "disclosure.need_check_" + c})
		}
	}
	if strings.TrimSpace(o.Basis) == "" {
		bad = append(bad, fault.Field{Name: "basis", Key: "disclosure.need_basis"})
	}
	return fault.Fields(bad...)
}

func nextStep(rule *norm.ReviewRule, id string) string {
	for i, s := range rule.Steps {
		if s.ID == id && i+1 < len(rule.Steps) {
			return rule.Steps[i+1].ID
		}
	}
	return ""
}

func setSlot(v *Version, slot string, person int64) {
	switch slot {
	case "reviewer":
		v.Reviewer = person
	case "reviewer2":
		v.Reviewer2 = person
	case "approver":
		v.Approver = person
	}
}
