package casedesk

import (
	"context"

	"yangguang/internal/fault"
	"yangguang/internal/privacy"
	"yangguang/supervision/casework"
)

// act is one step as a page of its own: the rule it follows, what it asks.
type act struct {
	name    string // in the address; its words are do_<name> and do_<name>_lead
	verb    string // the grant; "": whoever sees the matter
	danger  bool
	upload  bool
	key     string // presses it on the page of the matter
	offered func(ctx context.Context, k *casework.Case) bool
	fields  questions
	do      func(ctx context.Context, d *Desk, k *casework.Case, in input) error
}

// flow offers what the state table and the grants allow.
func flow(verbs ...string) func(context.Context, *casework.Case) bool {
	return func(_ context.Context, k *casework.Case) bool {
		for _, v := range verbs {
			if k.May(v) {
				return true
			}
		}
		return false
	}
}

// grant offers what needs no state, only a grant where the matter is.
func grant(when func(k *casework.Case) bool, verbs ...string) func(context.Context, *casework.Case) bool {
	return func(ctx context.Context, k *casework.Case) bool { return when(k) && mayAt(ctx, k, verbs...) }
}

func always(*casework.Case) bool { return true }

// acts are the steps, in the order they are offered.
var acts = []act{
	{name: "accept", verb: casework.Accepting, key: "a", offered: flow("accept"), fields: ask(optional(of("area", "note"))),
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Accept(ctx, k.Province, k.ID, in.text("note"))
		}},
	{name: "answer", verb: casework.Registering, key: "r", offered: flow("answer"), fields: answerFields, do: answer},
	{name: "ask", verb: casework.Accepting, offered: flow("ask"), fields: ask(of("area", "question")),
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Ask(ctx, k.Province, k.ID, in.text("question"))
		}},
	{name: "take", verb: casework.Handling, key: "t", offered: flow("take"), fields: ask(),
		do: func(ctx context.Context, d *Desk, k *casework.Case, _ input) error {
			return d.Cases.Take(ctx, k.Province, k.ID)
		}},
	{name: "dispatch", verb: casework.Accepting, key: "d", offered: flow("dispatch"), fields: dispatchFields,
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Dispatch(ctx, k.Province, k.ID, in.id("lead"), in.ids("co"), in.text("note"))
		}},
	{name: "sign", verb: casework.Handling, key: "s", offered: flow("sign"), fields: ask(),
		do: func(ctx context.Context, d *Desk, k *casework.Case, _ input) error {
			return d.Cases.Sign(ctx, k.Province, k.ID)
		}},
	{name: "object", verb: casework.Handling, offered: flow("object"),
		fields: func(ctx context.Context, d *Desk, _ *casework.Case) ([]field, error) {
			return []field{named("radios", "reason", choices(ctx, d.norm().Objections)), of("area", "explain")}, nil
		},
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Object(ctx, k.Province, k.ID, in.text("reason"), in.text("explain"))
		}},
	{name: "rule", verb: casework.Accepting, offered: flow("uphold", "overrule"), fields: ask(choose("ruling", "ruling_", "uphold", "overrule"), of("area", "explain")),
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			how := in.text("ruling")
			if how != "uphold" && how != "overrule" {
				return fault.Fields(fault.Field{Name: "ruling", Key: "casedesk.need_ruling"})
			}
			return d.Cases.Rule(ctx, k.Province, k.ID, how == "uphold", in.text("explain"))
		}},
	{name: "reply", verb: casework.Handling, key: "r", offered: flow("save", "submit"), fields: replyFields, do: reply},
	{name: "assign", offered: flow("assign"), fields: assignFields,
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Assign(ctx, k.Province, k.ID, in.id("handler"), in.text("section"))
		}},
	{name: "contribute", verb: casework.Handling, offered: helps, fields: ask(of("area", "contribution")),
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Contribute(ctx, k.Province, k.ID, in.text("contribution"))
		}},
	{name: "approve", verb: casework.Reviewing, key: "a", offered: flow("approve"), fields: ask(),
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			if err := unchanged(k, in); err != nil {
				return err
			}
			return d.Cases.Approve(ctx, k.Province, k.ID)
		}},
	{name: "return", verb: casework.Reviewing, offered: flow("return"), fields: ask(of("area", "explain")),
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			if err := unchanged(k, in); err != nil {
				return err
			}
			return d.Cases.Return(ctx, k.Province, k.ID, in.text("explain"))
		}},
	{name: "deliver", verb: casework.Registering, key: "d", offered: flow("deliver"), fields: deliverFields,
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Deliver(ctx, k.Province, k.ID, in.text("way"), in.text("proof"))
		}},
	{name: "call", verb: casework.Registering, key: "c", offered: flow("settle"), fields: callFields,
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.CallBack(ctx, k.Province, k.ID, casework.Rating{Channel: "phone", Reached: in.text("reached") != "no", Contacted: in.text("contacted"), Solved: in.text("solved"),
				Satisfied: in.text("satisfied"), Discontent: in.text("discontent"), Note: in.text("note")})
		}},
	{name: "dial", offered: grant(canBeCalled, casework.Registering, casework.Handling), fields: ask(), do: dial},
	{name: "keep", verb: casework.Handling, offered: flow("keep"), fields: ask(of("area", "explain")),
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Keep(ctx, k.Province, k.ID, in.text("explain"))
		}},
	{name: "resume", verb: casework.Handling, offered: flow("resume"), fields: ask(optional(of("area", "note"))),
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Resume(ctx, k.Province, k.ID, in.text("note"))
		}},
	{name: "refuse", verb: casework.Accepting, danger: true, offered: flow("refuse"), fields: refuseFields,
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Refuse(ctx, k.Province, k.ID, in.text("reason"), in.text("explain"))
		}},
	{name: "refer", verb: casework.Accepting, offered: flow("refer"),
		fields: func(ctx context.Context, d *Desk, _ *casework.Case) ([]field, error) {
			return []field{named("radios", "target", choices(ctx, d.norm().Targets)), of("text", "whom"), of("area", "explain")}, nil
		},
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Refer(ctx, k.Province, k.ID, in.text("target"), in.text("whom"), in.text("explain"))
		}},
	{name: "reclassify", verb: casework.Accepting, offered: flow("reclassify"), fields: reclassifyFields,
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Reclassify(ctx, k.Province, k.ID, casework.Change{Type: in.text("type"), Class: in.text("class"), Topic: in.text("topic"), About: in.id("about"), Subject: in.text("subject"), Reason: in.text("reason")})
		}},
	{name: "merge", verb: casework.Accepting, danger: true, offered: flow("merge"), fields: mergeFields, do: merge},
	{name: "unmerge", verb: casework.Accepting, offered: flow("unmerge"), fields: ask(of("text", "reason")),
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Unmerge(ctx, k.Province, k.ID, in.text("reason"))
		}},
	{name: "recall", verb: casework.Accepting, danger: true, offered: flow("recall"), fields: ask(of("area", "explain")),
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Recall(ctx, k.Province, k.ID, in.text("explain"))
		}},
	{name: "extend", verb: casework.Reviewing, offered: flow("extend"), fields: extendFields,
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Extend(ctx, k.Province, k.ID, in.number("n"), in.text("reason"))
		}},
	{name: "suspend", verb: casework.Reviewing, offered: flow("suspend"),
		fields: func(ctx context.Context, d *Desk, _ *casework.Case) ([]field, error) {
			return []field{named("radios", "ground", choices(ctx, d.norm().Grounds)), of("area", "evidence")}, nil
		},
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Suspend(ctx, k.Province, k.ID, in.text("ground"), in.text("evidence"))
		}},
	{name: "reopen", verb: casework.Accepting, danger: true, offered: flow("reopen"), fields: ask(of("area", "reason")),
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Reopen(ctx, k.Province, k.ID, in.text("reason"))
		}},
	{name: "release", offered: grant(releasable, casework.Accepting, casework.Handling), fields: releaseFields,
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.ProposeRelease(ctx, k.Province, k.ID, in.text("release"))
		}},
	{name: "contact", key: "p", offered: grant(func(k *casework.Case) bool { return !k.Destroyed }, casework.Registering, casework.Accepting, casework.Handling), fields: ask(of("text", "reason"))},
	{name: "note", offered: grant(always, casework.Registering, casework.Accepting, casework.Handling, casework.Reviewing), fields: ask(of("area", "note")),
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Note(ctx, k.Province, k.ID, in.text("note"))
		}},
	{name: "attach", upload: true, offered: grant(always, casework.Handling, casework.Registering), fields: attachFields, do: attach},
	{name: "group", verb: casework.Accepting, offered: grant(always, casework.Accepting), fields: groupFields, do: group},
	{name: "recuse", danger: true, offered: func(context.Context, *casework.Case) bool { return true }, fields: recuseFields,
		do: func(ctx context.Context, d *Desk, k *casework.Case, in input) error {
			return d.Cases.Recuse(ctx, k.Province, k.ID, in.id("person"), in.text("reason"))
		}},
	{name: "renew", verb: casework.Registering, offered: grant(always, casework.Registering), fields: ask(of("text", "reason"))},
	{name: "archive", offered: grant(func(k *casework.Case) bool { return k.State == casework.Closed && !k.Destroyed }, casework.Registering, casework.Handling), fields: ask(of("text", "reason"))},
}

// helps offers a contribution to the units that help.
func helps(ctx context.Context, k *casework.Case) bool {
	for _, h := range k.Hops {
		if !h.Lead && h.EndedAt.IsZero() && k.May("contribute") {
			return mayAtUnit(ctx, h)
		}
	}
	return false
}

func releasable(k *casework.Case) bool {
	return k.Hidden && k.About != 0 && k.Open() && (k.Release == nil || k.Release.State == "refused" || k.Release.State == "withdrawn")
}

// masked is what was told with whoever is recognised in it taken out.
func masked(k *casework.Case) string {
	s := k.Told.Subject + "\n" + k.Told.Text
	return privacy.Mask(s, privacy.Scan(s))
}

func attachFields(context.Context, *Desk, *casework.Case) ([]field, error) {
	f := of("file", "file")
	f.Multiple = true
	return []field{preset(choose("purpose", "purpose_", casework.EvidenceFile, casework.ReplyFile, casework.OrderFile), casework.EvidenceFile), f}, nil
}

func attach(ctx context.Context, d *Desk, k *casework.Case, in input) error {
	files, err := in.files("file")
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fault.Fields(fault.Field{Name: "file", Key: "casework.need_file"})
	}
	return d.Cases.Attach(ctx, k.Province, k.ID, in.text("purpose"), files)
}

// merge takes one that was suggested, or one of the same unit by its number.
func merge(ctx context.Context, d *Desk, k *casework.Case, in input) error {
	into := in.id("into")
	if n := in.text("into_number"); n != "" {
		ms, err := d.Cases.List(ctx, casework.Filter{View: casework.All, Text: n, Limit: 2})
		if err != nil {
			return err
		}
		if len(ms) != 1 {
			return fault.Fields(fault.Field{Name: "into_number", Key: "casework.need_into"})
		}
		into = ms[0].ID
	}
	err := d.Cases.Merge(ctx, k.Province, k.ID, into, in.text("reason"))
	if in.text("into_number") != "" || in.text("into") == "" {
		err = renamed(err, "into", "into_number") // beside the field there is
	}
	return err
}

// renamed moves the refusal of a field to another.
func renamed(err error, from, to string) error {
	fs := fault.FieldsOf(err)
	if len(fs) == 0 {
		return err
	}
	for i := range fs {
		if fs[i].Name == from {
			fs[i].Name = to
		}
	}
	return fault.Fields(fs...)
}

// group puts a matter into a group there is, or into a new one.
func group(ctx context.Context, d *Desk, k *casework.Case, in input) error {
	common := in.id("common")
	if title := in.text("title"); title != "" {
		id, err := d.Cases.OpenCommon(ctx, k.Agency, title, in.text("note"))
		if err != nil {
			return err
		}
		common = id
	}
	return d.Cases.Group(ctx, k.Province, k.ID, common)
}

// canBeCalled is a matter whose person may have left a telephone number.
func canBeCalled(k *casework.Case) bool { return k.HasContact && k.State != casework.Merged }

// dial has the person called from one's seat at the hotline. The number is not
// shown; that it was used the person sees, as each reading of how he is reached.
func dial(ctx context.Context, d *Desk, k *casework.Case, _ input) error {
	return d.Dial(ctx, k, func() (string, error) {
		w, err := d.Cases.OpenContact(ctx, k.Province, k.ID, t(ctx, "dial_reason"))
		return w.Phone, err
	})
}
