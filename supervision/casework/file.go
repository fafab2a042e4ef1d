package casework

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/notify"
	"yangguang/internal/privacy"
	"yangguang/internal/secret"
)

// Lengths of what a person may write, in characters.
const (
	MaxSubject = 100
	MaxText    = 5000
	maxName    = 60
	maxLine    = 200
	maxNote    = 2000
)

const (
	purposeTold    = "casework.told"
	purposeContact = "casework.contact"
	purposeNote    = "casework.note"
	purposeReply   = "casework.reply"
)

// Filing is a matter as it comes in.
type Filing struct {
	Agency   int64 // the unit it is brought to
	Channel  string
	Type     string
	Class    string // "" is the usual one; only staff choose another
	Topic    string // "" is suggested from the words
	Told     Told
	Who      Contact
	Ack      string // sms, email or "": how steps are told
	About    int64  // the unit complained of; 0 = none named
	Item     string
	Outside  string
	Stage    string
	RemedyOf int64
	Token    string // of the form: sent twice, it files once
	Lang     i18n.Lang
	Evidence string      // letters and orders: where it lies
	Files    []FiledFile // through the gate
	Secret   bool        // whoever sent it asks for secrecy: kept like a protected type
	Silent   bool        // whoever files acknowledges it himself
}

// File takes a matter. Number and code are told once; of the code only a keyed
// hash is kept. A form sent again gives the same receipt and files nothing. A
// protected matter about the unit it is brought to goes to that unit's superior.
func (c *Casework) File(ctx context.Context, f Filing) (m *Matter, code string, err error) {
	return c.FileWith(ctx, f, nil)
}

// FileWith is File with more to be written in the same transaction.
func (c *Casework) FileWith(ctx context.Context, f Filing, also func(tx *db.Tx, m *Matter, code string) error) (m *Matter, code string, err error) {
	defer fault.Wrap(&err, "casework.File")
	f.tidy()
	files, wrong, err := c.inspect(ctx, f.Files)
	if err != nil {
		return nil, "", err
	}
	err = c.DB.Write(ctx, func(tx *db.Tx) error {
		if m, code, err = c.file(tx, f, files, wrong); err != nil || also == nil {
			return err
		}
		return also(tx, m, code)
	})
	return m, code, err
}

// Check answers what File would refuse of a matter, before it is sent, and which
// unit it would go to.
func (c *Casework) Check(ctx context.Context, f Filing) (to agency.Agency, err error) {
	defer fault.Wrap(&err, "casework.Check")
	f.tidy()
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		u, err := agency.Find(tx, f.Agency)
		if err != nil {
			return err
		}
		if err := c.checkFiling(u, f); err != nil {
			return err
		}
		to, err = c.keptFrom(tx, u, f)
		return err
	})
	return to, err
}

// FileIn is File without attachments, within a transaction of the caller's.
func (c *Casework) FileIn(tx *db.Tx, f Filing) (*Matter, string, error) {
	f.tidy()
	return c.file(tx, f, nil, nil)
}

func (c *Casework) file(tx *db.Tx, f Filing, files []inspected, wrong []fault.Field) (*Matter, string, error) {
	u, err := agency.Find(tx, f.Agency)
	if err != nil {
		return nil, "", err
	}
	if err := c.checkFiling(u, f); err != nil || len(wrong) > 0 {
		return nil, "", withFields(err, wrong)
	}
	token := c.Keys.Index("casework.token", f.Token)
	// Not from the token's own hash: that one is stored, and whoever read the
	// store alone would know every code.
	code := secret.CodeFrom(c.Keys.Index("casework.first_code", f.Token), 10)
	if u, err = c.keptFrom(tx, u, f); err != nil {
		return nil, "", err
	}
	if m, err := matterByToken(tx, u.Province(), token); !fault.Is(err, fault.NotFound) {
		return m, code, err
	}
	m, err := c.newMatter(tx, u, f, code)
	if err != nil {
		return nil, "", err
	}
	if err := insertMatter(tx, m, token); err != nil {
		return nil, "", err
	}
	// Before the audit row, which holds its book until the commit.
	if err := c.keep(tx, m, "told", files); err != nil {
		return nil, "", err
	}
	if err := c.note(tx, m, Event{Kind: evFiled, At: m.FiledAt, Unit: m.Agency, Code: m.Channel}, account.From(tx.Ctx), f.Evidence, true); err != nil {
		return nil, "", err
	}
	if !f.Silent {
		if err := c.tell(tx, m, f.Who, "notify.step_registered"); err != nil {
			return nil, "", err
		}
	}
	if err := c.changed(tx, nil, m); err != nil {
		return nil, "", err
	}
	return m, code, c.audit(tx, account.From(tx.Ctx), m, "file", m.Channel)
}

// keptFrom is the unit that answers for a matter: what is protected is answered
// for by a unit above the one it is about, so that nobody judges himself, his
// superior or his neighbour.
func (c *Casework) keptFrom(tx *db.Tx, u agency.Agency, f Filing) (agency.Agency, error) {
	t := c.Norm.Casework.Type(f.Type)
	if t == nil || !t.Protected && !f.Secret || f.About == 0 {
		return u, nil
	}
	if f.About != u.ID {
		if below, err := agency.InSubtree(tx, u.ID, f.About); err != nil || below {
			return u, err
		}
	}
	above, err := agency.Superior(tx, f.About)
	if fault.Is(err, fault.NotFound) || err == nil && above.ID == f.About {
		return u, fault.Fields(fault.Field{Name: "about", Key: "casework.nobody_above"})
	}
	return above, err
}

func (f *Filing) tidy() {
	for _, s := range []*string{&f.Told.Subject, &f.Told.Text, &f.Told.Place, &f.Told.When, &f.Told.Wanted, &f.Told.About, &f.Who.Name, &f.Who.Phone, &f.Who.Email, &f.Who.Address,
		&f.Who.Helper, &f.Who.HelperTie, &f.Evidence, &f.Outside} {
		*s = strings.TrimSpace(*s)
	}
	f.Who.Phone = strings.NewReplacer(" ", "", "-", "").Replace(f.Who.Phone)
	if f.Told.Subject == "" {
		f.Told.Subject = firstLine(f.Told.Text)
	}
}

// firstLine stands in for a subject nobody wrote.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func (c *Casework) checkFiling(u agency.Agency, f Filing) error {
	if !Takes(u) {
		return fault.Say(fault.Conflict, "casework.takes_none")
	}
	k := checker{}
	k.when(!slices.Contains(Channels, f.Channel), "channel", "casework.need_channel")
	k.when(c.Norm.Casework.Type(f.Type) == nil, "type", "casework.need_type")
	if f.Class != "" {
		k.code("class", f.Class, c.Norm.Casework.Classes)
	}
	k.when(f.Topic != "" && c.Norm.Casework.Topic(f.Topic) == nil, "topic", "casework.need_topic")
	k.length("text", f.Told.Text, 4, MaxText)
	k.length("subject", f.Told.Subject, 0, MaxSubject)
	for name, s := range map[string]string{"place": f.Told.Place, "when": f.Told.When, "wanted": f.Told.Wanted, "about_whom": f.Told.About, "evidence": f.Evidence, "outside": f.Outside} {
		k.length(name, s, 0, maxLine)
	}
	k.reachable(f.Who)
	k.when(f.Ack == "sms" && !Mobile(f.Who.Phone), "phone", "casework.need_mobile")
	k.when(f.Ack == "email" && f.Who.Email == "", "email", "casework.need_email")
	k.when(f.Ack != "" && f.Ack != "sms" && f.Ack != "email", "ack", "casework.need_ack")
	k.when(f.Token == "", "text", "casework.need_token")
	return k.err()
}

func (c *Casework) newMatter(tx *db.Tx, u agency.Agency, f Filing, code string) (*Matter, error) {
	t := c.Norm.Casework.Type(f.Type)
	m := &Matter{Province: u.Province(), Agency: u.ID, Region: u.Division, Holder: u.ID, HolderRegion: u.Division, Channel: f.Channel, Type: f.Type, Class: f.Class, Topic: f.Topic, Stage: f.Stage,
		State: Registered, Ack: f.Ack, Lang: f.Lang, Helped: f.Who.Helper != "", About: f.About, Hidden: f.Secret || t.Protected && f.About != 0, Item: f.Item, Outside: f.Outside, FiledAt: tx.Now, RemedyOf: f.RemedyOf}
	if m.Class == "" {
		m.Class = c.Norm.Casework.Classes[0].ID
	}
	if m.Topic == "" {
		m.Topic = c.SuggestTopic(f.Told.Subject + " " + f.Told.Text)
	}
	m.ID = tx.ID(m.Province)
	var err error
	if m.Number, err = c.freeNumber(tx, m, u); err != nil {
		return nil, err
	}
	m.code = c.codeIndex(m.Number, code)
	m.who = c.whoIndex(f.Who)
	c.sealTold(m, f.Told)
	c.sealContact(m, f.Who)
	cal, err := c.Calendars.In(tx, int64(m.Region))
	if err != nil {
		return nil, err
	}
	c.follow(m, Reckon(cal, c.rules(m), []Event{{Kind: evFiled, At: m.FiledAt}}), cal.Version())
	return m, nil
}

// freeNumber is a public number of the month a matter was filed in that no other has.
func (c *Casework) freeNumber(tx *db.Tx, m *Matter, u agency.Agency) (string, error) {
	division := u.Division.Short()
	if u.Division == agency.Nation {
		division = "00"
	}
	for {
		number := secret.Number(division, m.FiledAt.In(shanghai).Format("200601"))
		if taken, err := numberTaken(tx, m.Province, number); err != nil || !taken {
			return number, err
		}
	}
}

// SuggestTopic is the topic most of whose words occur in a text; "" when none does.
func (c *Casework) SuggestTopic(text string) (best string) {
	most := 0
	for _, t := range c.Norm.Casework.Topics {
		n := 0
		for _, w := range t.Words {
			n += strings.Count(text, w)
		}
		if n > most {
			best, most = t.ID, n
		}
	}
	return best
}

// whoIndex recognises the same person again without naming him; nil when he
// left nothing to be recognised by.
func (c *Casework) whoIndex(w Contact) []byte {
	key := w.Phone
	if key == "" {
		key = strings.ToLower(w.Email)
	}
	if key == "" {
		return nil
	}
	return c.Keys.Index("casework.who", key)
}

func (c *Casework) codeIndex(number, code string) []byte {
	return c.Keys.Index("casework.code", number+"\x00"+code)
}

func placeOf(id int64) []byte { return strconv.AppendInt(nil, id, 10) }

// sealTold keeps what was told. The subject of what is confidential stands in
// the sealed part alone: masking finds telephones and numbers, not who is meant.
func (c *Casework) sealTold(m *Matter, t Told) {
	b, _ := json.Marshal(t) // strings: never fails
	m.told = c.Keys.Seal(purposeTold, placeOf(m.ID), b)
	m.Subject = ""
	if !c.Kind(m).Confidential {
		m.Subject = privacy.Mask(t.Subject, privacy.Scan(t.Subject))
	}
}

func (c *Casework) sealContact(m *Matter, w Contact) {
	b, _ := json.Marshal(w)
	m.contact = c.Keys.Seal(purposeContact, placeOf(m.ID), b)
	m.HasContact = w.Phone != "" || w.Email != "" || w.Address != ""
}

func (c *Casework) unseal(purpose string, id int64, sealed []byte, into any) error {
	if sealed == nil {
		return nil // destroyed
	}
	b, err := c.Keys.Open(purpose, placeOf(id), sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

func (c *Casework) toldOf(m *Matter) (t Told, err error) {
	return t, c.unseal(purposeTold, m.ID, m.told, &t)
}

func (c *Casework) contactOf(m *Matter) (w Contact, err error) {
	return w, c.unseal(purposeContact, m.ID, m.contact, &w)
}

// tell queues a notice that says number and step only, by the way the person chose.
func (c *Casework) tell(tx *db.Tx, m *Matter, w Contact, template string) error {
	if c.Outbox == nil || m.Ack == "" {
		return nil
	}
	n := notify.Message{Province: int64(m.Province), Agency: m.Agency, Template: template, Number: m.Number, Lang: m.Lang}
	switch m.Ack {
	case "email":
		n.Channel, n.Address = notify.Email, w.Email
	case "sms":
		n.Channel, n.Address = notify.SMS, w.Phone
	}
	if n.Address == "" || c.Outbox.Senders[n.Channel] == nil {
		return nil // nobody could send it
	}
	_, err := c.Outbox.Queue(tx, n)
	return err
}

// tellStep tells the person, and those whose matters were merged into this one,
// that something moved.
func (c *Casework) tellStep(tx *db.Tx, m *Matter, template string) error {
	with, err := mergedInto(tx, m)
	if err != nil {
		return err
	}
	for _, x := range append([]Matter{*m}, with...) {
		w, err := c.contactOf(&x)
		if err != nil {
			return err
		}
		if err := c.tell(tx, &x, w, template); err != nil {
			return err
		}
	}
	return nil
}

func (c *Casework) audit(tx *db.Tx, a *account.Actor, m *Matter, verb, detail string) error {
	e := audit.Entry{Province: int64(m.Province), Agency: m.Agency, Verb: "casework." + verb, Object: "matter " + m.Number, Detail: detail}
	if a != nil {
		e.Person, e.Login = a.Person, a.Login
	}
	return audit.Append(tx, e)
}
