package casework

import (
	"slices"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// Historic is a matter that was handled before this platform kept it. Moments
// that are not known are zero: nothing is made up, and a matter without a due
// moment is left out of what counts punctuality.
type Historic struct {
	Agency                                                          int64
	Token                                                           string // imported twice, it is there once
	Outside                                                         string // its number then
	Type, Class, Topic                                              string
	Subject, Text                                                   string
	FiledAt, AcceptedAt, FirstDue, RepliedAt, DeliveredAt, ClosedAt time.Time
	Result, Refusal, Delivery, Rated, Satisfied, Discontent         string // codes
	Note                                                            string // the reply then given
}

// Elsewhere is the delivery of what another platform told and does not say how.
const Elsewhere = "elsewhere"

// Import writes a closed matter with its own dates. Nobody is told, no clock
// begins, and nothing of who brought it is taken. A token known already gives
// the matter there is.
func (c *Casework) Import(tx *db.Tx, h Historic) (m *Matter, err error) {
	defer fault.Wrap(&err, "casework.Import")
	h.Subject, h.Text, h.Outside, h.Note = strings.TrimSpace(h.Subject), strings.TrimSpace(h.Text), strings.TrimSpace(h.Outside), strings.TrimSpace(h.Note)
	if h.Text == "" {
		h.Text = h.Subject
	}
	if h.Subject == "" {
		h.Subject = firstLine(h.Text)
	}
	if err := c.checkHistoric(tx, &h); err != nil {
		return nil, err
	}
	u, err := agency.Find(tx, h.Agency)
	if err != nil {
		return nil, err
	}
	token := c.Keys.Index("casework.token", h.Token)
	if m, err := matterByToken(tx, u.Province(), token); !fault.Is(err, fault.NotFound) {
		return m, err
	}
	// The row begins as every row does; then it is what it became.
	f := Filing{Agency: u.ID, Channel: "import", Type: h.Type, Class: h.Class, Topic: h.Topic, Told: Told{Subject: h.Subject, Text: h.Text}, Outside: h.Outside}
	if m, err = c.newMatter(tx, u, f, secret.Code(10)); err != nil {
		return nil, err
	}
	m.FiledAt, m.Step, m.StepFrom, m.StepDue, m.NextAt = h.FiledAt, "", time.Time{}, time.Time{}, time.Time{}
	if m.Number, err = c.freeNumber(tx, m, u); err != nil {
		return nil, err
	}
	m.code = c.codeIndex(m.Number, secret.Code(10)) // nobody was told one
	if err := insertMatter(tx, m, token); err != nil {
		return nil, err
	}
	m.State, m.Result, m.Refusal, m.Delivery, m.Rated, m.Discontent = Closed, h.Result, h.Refusal, h.Delivery, h.Rated, h.Discontent
	if m.Delivery == "" {
		m.Delivery = Elsewhere // nothing closes unheard; the other platform knows how
	}
	m.AcceptedAt, m.FirstDue, m.DueAt, m.RepliedAt, m.DeliveredAt, m.ClosedAt = h.AcceptedAt, h.FirstDue, h.FirstDue, h.RepliedAt, h.DeliveredAt, h.ClosedAt
	m.Late = !h.FirstDue.IsZero() && !h.RepliedAt.IsZero() && !h.RepliedAt.Before(h.FirstDue)
	if err := updateMatter(tx, m); err != nil {
		return nil, err
	}
	if err := c.past(tx, m, h); err != nil {
		return nil, err
	}
	if err := c.changed(tx, nil, m); err != nil {
		return nil, err
	}
	return m, c.audit(tx, account.From(tx.Ctx), m, "import", "")
}

// past writes the events of a matter at their own times, and what the person said.
func (c *Casework) past(tx *db.Tx, m *Matter, h Historic) error {
	a := account.From(tx.Ctx)
	replied := Event{Kind: evReplied, At: h.RepliedAt, Code: h.Result}
	if h.Refusal != "" {
		replied.Code = h.Refusal
	}
	for _, e := range []struct {
		Event
		note string
	}{{Event{Kind: evFiled, At: h.FiledAt, Code: m.Channel}, ""}, {Event{Kind: evAccepted, At: h.AcceptedAt}, ""}, {replied, h.Note},
		{Event{Kind: evDelivered, At: h.DeliveredAt, Code: h.Delivery, N: 1}, ""}, {Event{Kind: evEnded, At: h.ClosedAt}, ""}} {
		if e.At.IsZero() {
			continue
		}
		e.Unit = m.Agency
		if err := c.note(tx, m, e.Event, a, e.note, e.Kind != evEnded); err != nil {
			return err
		}
	}
	if h.Rated == "" && h.Satisfied == "" {
		return nil
	}
	_, err := tx.Exec("insert into casework_rating (province, matter, id, at, channel, reached, solved, satisfied, discontent) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		m.Province, m.ID, tx.ID(m.Province), clock.Millis(h.ClosedAt), "import", h.Rated != "unreached", h.Rated, h.Satisfied, h.Discontent)
	return err
}

func (c *Casework) checkHistoric(tx *db.Tx, h *Historic) error {
	k := checker{}
	k.when(c.Norm.Casework.Type(h.Type) == nil, "type", "casework.need_type")
	k.when(h.Topic != "" && c.Norm.Casework.Topic(h.Topic) == nil, "topic", "casework.need_topic")
	if h.Class != "" {
		k.code("class", h.Class, c.Norm.Casework.Classes)
	}
	k.length("subject", h.Subject, 1, MaxSubject)
	k.length("text", h.Text, 1, MaxText)
	k.length("outside", h.Outside, 1, maxLine)
	k.length("note", h.Note, 0, MaxText)
	if h.Refusal != "" {
		k.when(c.Norm.Casework.Refusal(h.Refusal) == nil, "refusal", "casework.need_refusal")
	} else if h.Result != "withdrawn" {
		k.code("result", h.Result, c.Norm.Casework.Results)
		k.when(h.RepliedAt.IsZero(), "replied", "casework.need_moment")
	}
	k.when(!slices.Contains([]string{"", "web", "sms", "email", "post", "counter", "phone", "oral"}, h.Delivery), "delivery", "casework.need_way")
	k.when(!slices.Contains([]string{"", "yes", "partly", "no", "unreached"}, h.Rated), "rated", "casework.need_solved")
	k.when(!slices.Contains([]string{"", "yes", "fair", "no"}, h.Satisfied), "satisfied", "casework.need_satisfied")
	if h.Discontent != "" {
		k.code("discontent", h.Discontent, c.Norm.Casework.Discontents)
	}
	k.when(h.FiledAt.IsZero(), "filed", "casework.need_moment")
	k.when(h.ClosedAt.IsZero(), "closed", "casework.need_moment")
	last, by := h.FiledAt, "filed"
	for _, x := range []struct {
		name string
		at   time.Time
	}{{"accepted", h.AcceptedAt}, {"replied", h.RepliedAt}, {"delivered", h.DeliveredAt}, {"closed", h.ClosedAt}} {
		if x.at.IsZero() {
			continue
		}
		k.when(x.at.Before(last), x.name, "casework.before_"+by)
		last, by = x.at, x.name
	}
	k.when(!h.FirstDue.IsZero() && h.FirstDue.Before(h.FiledAt), "due", "casework.before_filed")
	k.when(h.ClosedAt.After(tx.Now), "closed", "casework.still_to_come")
	k.when(h.Token == "", "outside", "casework.need_token")
	return k.err()
}
