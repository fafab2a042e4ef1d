package handling

import (
	"context"

	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/answers"
)

// act is one step as a page of its own: what the law says of it, what it asks.
type act struct {
	name    string // in the address; its words are do_<name> and do_<name>_lead
	verb    string // the grant; "": whoever sees the request
	danger  bool
	upload  bool
	offered func(c *inforequest.Case) bool
	fields  func(ctx context.Context, d *Desk, c *inforequest.Case) ([]field, error)
	do      func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error
}

// acts are the steps, in the order they are offered.
var acts = []act{
	{name: "confirm", verb: inforequest.Registering, offered: in(inforequest.Filed), fields: ask(of("text", "how")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Confirm(ctx, c.Province, c.ID, in.text("how"))
		}},
	{name: "assign", verb: inforequest.Registering, offered: in(inforequest.Open), fields: assignFields,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Assign(ctx, c.Province, c.ID, in.id("handler"), in.text("unit"))
		}},
	{name: "verify", verb: inforequest.Registering, offered: func(c *inforequest.Case) bool { return c.VerifiedBy == 0 }, fields: nothing,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, _ input) error {
			return d.Requests.Verify(ctx, c.Province, c.ID)
		}},
	{name: "clarify", verb: inforequest.Handling, offered: mayClarify, fields: ask(of("area", "what"), preset(of("number", "days"), "15")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Clarify(ctx, c.Province, c.ID, in.text("what"), in.number("days"))
		}},
	{name: "supplement", verb: inforequest.Registering, offered: in(inforequest.Clarifying), fields: ask(of("area", "text")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.SupplementAtCounter(ctx, c.Province, c.ID, in.text("text"))
		}},
	{name: "consult", verb: inforequest.Handling, offered: in(inforequest.Open),
		fields: ask(choose("kind", "consult_", "third_party", "other_agency"), of("text", "whom"), of("text", "whom_address")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Ask(ctx, c.Province, c.ID, in.text("kind"), in.text("whom"), in.text("whom_address"))
		}},
	{name: "heard", verb: inforequest.Handling, offered: consulting(func(x inforequest.Consult) bool { return x.Answer == "" }),
		fields: consultFields(func(x inforequest.Consult) bool { return x.Answer == "" }, choose("answer", "answer_", inforequest.Answers...), optional(of("area", "reasons")), of("date", "on")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Heard(ctx, c.Province, c.ID, in.id("consultation"), in.text("answer"), in.text("reasons"), in.date("on"))
		}},
	{name: "tell-third", verb: inforequest.Handling, offered: consulting(against), fields: consultFields(against, of("area", "provided"), of("area", "reasons"), of("date", "on")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.TellThird(ctx, c.Province, c.ID, in.id("consultation"), in.text("provided"), in.text("reasons"), in.date("on"))
		}},
	{name: "extend", verb: inforequest.Deciding, offered: in(inforequest.Open), fields: ask(of("number", "days"), of("area", "why")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Extend(ctx, c.Province, c.ID, in.number("days"), in.text("why"))
		}},
	{name: "ask-reasons", verb: inforequest.Handling, offered: in(inforequest.Open), fields: ask(of("area", "why")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.AskReasons(ctx, c.Province, c.ID, in.text("why"))
		}},
	{name: "defer", verb: inforequest.Deciding, offered: func(c *inforequest.Case) bool { return c.State == inforequest.Open && c.Asked.Reasons != "" }, fields: ask(of("number", "days"), of("area", "why")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Defer(ctx, c.Province, c.ID, in.number("days"), in.text("why"))
		}},
	{name: "charge", verb: inforequest.Handling, offered: func(c *inforequest.Case) bool { return c.State == inforequest.Open && len(c.Fees) == 0 },
		fields: ask(choose("ladder", "ladder_", "case", "page"), optional(of("number", "pages"))),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Charge(ctx, c.Province, c.ID, in.text("ladder"), in.number("pages"))
		}},
	{name: "pay", verb: inforequest.Registering, offered: in(inforequest.Paying), fields: ask(of("text", "receipt"), of("date", "on")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Pay(ctx, c.Province, c.ID, in.text("receipt"), in.date("on"))
		}},
	{name: "attach", verb: inforequest.Handling, upload: true, offered: in(inforequest.Open), fields: ask(choose("purpose", "purpose_", inforequest.Source, inforequest.Release), of("file", "file")),
		do: attach},
	{name: "attach-proof", verb: inforequest.Registering, upload: true, offered: func(*inforequest.Case) bool { return true },
		fields: ask(choose("purpose", "purpose_", inforequest.IdentityImage, inforequest.AskedFile, inforequest.Scanned, inforequest.ProofFile), of("file", "file")), do: attach},
	{name: "redact", verb: inforequest.Handling, offered: func(c *inforequest.Case) bool { return c.State == inforequest.Open && len(sources(c)) > 0 }, fields: redactFields,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			_, err := d.Requests.Redact(ctx, c.Province, c.ID, in.id("source"), in.lines("remove"), in.yes("keep_persons"), in.yes("drawn"))
			return err
		}},
	{name: "split", verb: inforequest.Registering, offered: in(inforequest.Open), fields: splitFields, do: nil},
	{name: "merge", verb: inforequest.Registering, danger: true, offered: func(c *inforequest.Case) bool { return c.State == inforequest.Open && len(c.Others) > 0 }, fields: ask(of("text", "into")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Merge(ctx, c.Province, c.ID, in.text("into"))
		}},
	{name: "approve", verb: inforequest.Deciding, offered: in(inforequest.InReview), fields: nothing,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, _ input) error {
			return d.Requests.Approve(ctx, c.Province, c.ID)
		}},
	{name: "return", verb: inforequest.Deciding, offered: in(inforequest.InReview), fields: ask(of("area", "why")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Return(ctx, c.Province, c.ID, in.text("why"))
		}},
	{name: "seal", verb: inforequest.Registering, offered: func(c *inforequest.Case) bool { return len(unsealed(c)) > 0 }, fields: sealFields,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Seal(ctx, c.Province, c.ID, in.id("letter"), in.date("on"))
		}},
	{name: "deliver", verb: inforequest.Registering, offered: in(inforequest.Decided), fields: deliverFields,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Deliver(ctx, c.Province, c.ID, in.text("by"), in.text("proof"), in.date("on"))
		}},
	{name: "remedy", verb: inforequest.Registering, offered: in(inforequest.Closed), fields: ask(choose("kind", "remedy_", inforequest.RemedyKinds...), of("date", "on")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.AddRemedy(ctx, c.Province, c.ID, in.text("kind"), in.date("on"))
		}},
	{name: "remedy-end", verb: inforequest.Registering, offered: func(c *inforequest.Case) bool { return c.State == inforequest.Closed && len(openRemedies(c)) > 0 }, fields: remedyFields,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.EndRemedy(ctx, c.Province, c.ID, in.id("remedy"), in.text("outcome"), in.date("on"))
		}},
	{name: "answer", verb: inforequest.Handling, offered: func(c *inforequest.Case) bool { return c.Publishable() && c.Answer == "" }, fields: answerFields,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			_, err := d.Answers.Propose(ctx, c.Province, c.ID, answers.Text{Title: in.text("answer_title"), Asked: in.text("answer_asked"), Summary: in.text("answer_summary")}, in.yes("answer_files"))
			return err
		}},
	{name: "withdraw", verb: inforequest.Registering, danger: true, offered: in(inforequest.Filed, inforequest.Open, inforequest.Clarifying, inforequest.Paying, inforequest.InReview), fields: nothing,
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, _ input) error {
			return d.Requests.WithdrawAtCounter(ctx, c.Province, c.ID)
		}},
	{name: "reopen", verb: inforequest.Deciding, danger: true, offered: func(c *inforequest.Case) bool { return c.State == inforequest.Closed && c.MergedInto == 0 }, fields: ask(of("area", "why")),
		do: func(ctx context.Context, d *Desk, c *inforequest.Case, in input) error {
			return d.Requests.Reopen(ctx, c.Province, c.ID, in.text("why"))
		}},
	{name: "identity", offered: func(*inforequest.Case) bool { return true }, fields: ask(of("text", "reason")), do: nil},
	{name: "archive", verb: inforequest.Registering, offered: in(inforequest.Closed), fields: ask(of("text", "reason")), do: nil},
	{name: "renew", verb: inforequest.Registering, offered: func(*inforequest.Case) bool { return true }, fields: ask(of("text", "id_number")), do: nil},
}
