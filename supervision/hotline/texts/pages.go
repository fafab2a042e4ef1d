package texts

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/casedesk"
	"yangguang/supervision/hotline"
)

const (
	root    = "/desk/hotline/texts"
	one     = root + "/{province}/{chat}"
	numbers = root + "/numbers"
	inbound = "/api/hotline/texts"
)

// Join adds the pages to the staff navigation.
func (s *Texts) Join(f *front.Front) {
	f.DeskNav(front.Hotline, "texts.nav", root, hotline.Answering, hotline.Leading)
}

// Routes are the room's pages and the gateway's address; which conversation a
// person may see is asked again by the use case.
func (s *Texts) Routes() []web.Route {
	answer, manage := web.SignedIn, web.May(hotline.Managing)
	return []web.Route{
		{Pattern: "GET " + root, Access: answer, Handler: s.list},
		{Pattern: "GET " + root + "/events", Access: answer, Handler: s.listEvents},
		{Pattern: "GET " + numbers, Access: manage, Handler: s.numbers},
		{Pattern: "POST " + numbers, Access: manage, Handler: s.saveNumber},
		{Pattern: "GET " + one, Access: answer, Handler: s.one},
		{Pattern: "GET " + one + "/events", Access: answer, Handler: s.oneEvents},
		{Pattern: "POST " + one + "/take", Access: answer, Handler: s.do(s.Take)},
		{Pattern: "POST " + one + "/give-back", Access: answer, Handler: s.do(s.GiveBack)},
		{Pattern: "POST " + one + "/close", Access: answer, Handler: s.do(s.Close)},
		{Pattern: "POST " + one + "/reply", Access: answer, Handler: s.reply, Limit: web.Rate{N: 60, Per: time.Minute}},
		{Pattern: "GET " + one + "/matter", Access: web.May(casework.Registering), Handler: s.matterForm},
		{Pattern: "POST " + one + "/matter", Access: web.May(casework.Registering), Handler: s.file, Upload: 64 << 20},
	}
}

// Inbound is the gateway's address; no signed-in person reaches it.
func (s *Texts) Inbound() []web.Route {
	return []web.Route{{Pattern: "POST " + inbound, Access: web.Public, Handler: s.take, Limit: web.Rate{N: 600, Per: time.Minute}, Upload: maxBody + 1024}}
}

func word(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "texts."+key, args...)
}

func href(ctx context.Context, parts ...string) string { return web.URL(ctx, strings.Join(parts, "")) }

func pathOf(r hotline.Ref, rest string) string {
	return root + "/" + strconv.Itoa(r.Province) + "/" + strconv.FormatInt(r.ID, 10) + rest
}

func refOf(r *http.Request) (hotline.Ref, error) {
	p, err := web.PathID(r, "province")
	if err != nil || p > 99 {
		return hotline.Ref{}, fault.Say(fault.NotFound, "fault.not_found")
	}
	id, err := web.PathID(r, "chat")
	return hotline.Ref{Province: int(p), ID: id}, err
}

// ranges are where the actor answers or leads.
func ranges(a *account.Actor) []account.Range {
	return append(append([]account.Range(nil), a.Scope(hotline.Answering)...), a.Scope(hotline.Leading)...)
}

// listPage is the conversations there are.
type listPage struct {
	Tabs    []ui.Link
	Works   []ui.Work
	Nothing string
	Numbers string
	Live    string
}

// stateOf is which conversations a list is asked for.
func stateOf(r *http.Request) string {
	if r.URL.Query().Get("state") == "closed" {
		return "closed"
	}
	return "open"
}

func (s *Texts) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a := account.From(ctx)
	if len(ranges(a)) == 0 {
		return fault.Say(fault.Forbidden, "fault.forbidden")
	}
	state := stateOf(r)
	p := listPage{Nothing: word(ctx, "none_"+state)}
	if a.Holds(hotline.Managing) {
		p.Numbers = href(ctx, numbers)
	}
	for _, x := range []string{"open", "closed"} {
		p.Tabs = append(p.Tabs, ui.Link{Text: word(ctx, "tab_"+x), Href: href(ctx, root, "?state=", x), Current: x == state})
	}
	err := s.Hotline.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := chats(tx, ranges(a), state)
		if err != nil {
			return err
		}
		p.Live = liveList(ctx, state, found)
		var persons []int64
		for _, c := range found {
			persons = append(persons, c.Person)
		}
		names, err := account.Names(tx, persons)
		for i := range found {
			p.Works = append(p.Works, s.work(ctx, &found[i], names))
		}
		return err
	})
	if err != nil {
		return err
	}
	f := s.Frame(r, word(ctx, "nav"))
	f.Lead = word(ctx, "lead")
	return web.Render(w, r, http.StatusOK, listView(f, p))
}

// work is a conversation as a line of the list.
func (s *Texts) work(ctx context.Context, c *Chat, names map[int64]string) ui.Work {
	x := ui.Work{Href: href(ctx, pathOf(c.Ref(), "")), Title: s.masked(c), Meta: []string{i18n.Time(ctx, c.Last)}, Tag: ui.TagPublished, TagWords: word(ctx, "read"), Spent: -1}
	if x.Title == "" {
		x.Title = word(ctx, "forgotten")
	}
	if names[c.Person] != "" {
		x.Meta = append(x.Meta, names[c.Person])
	}
	if c.Number != "" {
		x.Meta = append(x.Meta, c.Number)
	}
	switch {
	case c.State == "closed":
		x.Tag, x.TagWords = ui.TagWithdrawn, word(ctx, "closed_"+c.Why)
	case c.Unread > 0:
		x.Tag, x.TagWords, x.Next = ui.TagWaiting, word(ctx, "unread_n", c.Unread), word(ctx, "next")
	}
	return x
}

// onePage is one conversation.
type onePage struct {
	Errors   ui.Errors
	Refused  string
	Facts    []ui.Pair
	Messages []ui.Event
	Base     string
	Text     ui.Input
	Reply    bool
	Take     bool
	Mine     bool
	File     bool
	Slip     *ui.Slip
	Live     string
}

func (s *Texts) one(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, http.StatusOK, nil, "", nil)
}

func (s *Texts) show(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, refused string, slip *ui.Slip) error {
	ctx := r.Context()
	ref, err := refOf(r)
	if err != nil {
		return err
	}
	a := account.From(ctx)
	p := onePage{Errors: bad, Refused: refused, Base: href(ctx, pathOf(ref, "")), Slip: slip}
	var line hotline.Ref
	err = s.Hotline.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := chatByID(tx, ref)
		if err != nil {
			return err
		}
		if err := may(a, c); err != nil {
			return err
		}
		line = hotline.Ref{Province: c.Province, ID: c.Line}
		all, err := s.read(tx, c)
		if err != nil {
			return err
		}
		persons := []int64{c.Person}
		for _, m := range all {
			persons = append(persons, m.Person)
		}
		names, err := account.Names(tx, persons)
		if err != nil {
			return err
		}
		p.fill(ctx, s.masked(c), c, all, names)
		p.Live = liveOne(ctx, ref, c)
		ours := mine(a, c) == nil
		p.Reply, p.Take, p.Mine = ours, ours && (c.Person != a.Person || c.Unread > 0), ours && c.Person != 0
		p.File = c.Matter == 0 && len(c.number) > 0 && a.May(casework.Registering, c.target())
		return nil
	})
	if err != nil {
		return err
	}
	l, err := s.Hotline.Line(ctx, line)
	if err != nil {
		return err
	}
	p.Facts = append([]ui.Pair{{Term: word(ctx, "line"), Text: l.Name}}, p.Facts...)
	p.Text = ui.Input{Name: "text", Label: word(ctx, "f_text"), Help: word(ctx, "text_help", maxReply), Value: r.PostFormValue("text"), Rows: 4, MaxLen: maxReply, Error: bad.Of(ctx, "text")}
	return web.Render(w, r, status, oneView(s.Frame(r, word(ctx, "one"), ui.Link{Text: word(ctx, "nav"), Href: href(ctx, root)}), p))
}

// fill tells the facts of a conversation and what was said, in order.
func (p *onePage) fill(ctx context.Context, masked string, c *Chat, all []Message, names map[int64]string) {
	state := word(ctx, "tab_open")
	if c.State == "closed" {
		state = word(ctx, "closed_"+c.Why)
	}
	p.Facts = []ui.Pair{{Term: word(ctx, "from"), Text: masked}, {Term: word(ctx, "state"), Text: state}}
	for _, x := range [][2]string{{"person", names[c.Person]}, {"matter", c.Number}} {
		if x[1] != "" {
			p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, x[0]), Text: x[1]})
		}
	}
	for _, m := range all {
		e := ui.Event{When: i18n.Time(ctx, m.At), WhenISO: m.At.UTC().Format(time.RFC3339), Title: word(ctx, "said_they"), Text: m.Text}
		switch {
		case m.Person != 0:
			e.Title = word(ctx, "said_we", names[m.Person])
		case !m.In:
			e.Title = word(ctx, "said_auto")
		}
		if m.Text == "" {
			e.Text = word(ctx, "destroyed")
		}
		p.Messages = append(p.Messages, e)
	}
}

// refuse shows the conversation again with why an act was refused; other errors
// are handed on.
func (s *Texts) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return s.show(w, r, http.StatusUnprocessableEntity, bad, "", nil)
	}
	if fault.Is(err, fault.Conflict) {
		key, args, _ := fault.Sentence(err)
		return s.show(w, r, http.StatusConflict, nil, i18n.T(r.Context(), key, args...), nil)
	}
	return err
}

// do takes a step with a conversation and shows it again.
func (s *Texts) do(step func(ctx context.Context, ref hotline.Ref) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ref, err := refOf(r)
		if err == nil {
			err = step(r.Context(), ref)
		}
		if err != nil {
			return s.refuse(w, r, err)
		}
		return web.See(w, r, pathOf(ref, ""))
	}
}

func (s *Texts) reply(w http.ResponseWriter, r *http.Request) error {
	return s.do(func(ctx context.Context, ref hotline.Ref) error { return s.Reply(ctx, ref, r.PostFormValue("text")) })(w, r)
}

// chat reads a conversation the actor may see, with what was said.
func (s *Texts) chat(ctx context.Context, ref hotline.Ref) (c *Chat, all []Message, err error) {
	err = s.Hotline.DB.Read(ctx, func(tx *db.Tx) error {
		if c, err = chatByID(tx, ref); err != nil {
			return err
		}
		if err := may(account.From(ctx), c); err != nil {
			return err
		}
		all, err = s.read(tx, c)
		return err
	})
	return c, all, err
}

// form is the desk's form of matters with what the person wrote. The channel and
// his number are known: he is not asked for them, and nobody has to see it.
func (s *Texts) form(r *http.Request, c *Chat, all []Message, bad ui.Errors) (p casedesk.Intake, err error) {
	if r.Method == http.MethodGet {
		var told []string
		for _, m := range all {
			if m.In && m.Text != "" {
				told = append(told, m.Text)
			}
		}
		v := url.Values{"text": {string([]rune(strings.Join(told, "\n"))[:min(len([]rune(strings.Join(told, "\n"))), casework.MaxText)])}, "type": {"enquiry"}, "agency": {strconv.FormatInt(c.Agency, 10)}, "ack": {"sms"}, "about": {"0"}, "helper_unit": {"0"},
			"class": {s.Hotline.Norm.Casework.Classes[0].ID}}
		typed := r.WithContext(r.Context())
		typed.Method, typed.PostForm, typed.Form, typed.MultipartForm = http.MethodPost, v, v, nil
		r = typed
	}
	if p, err = s.Intake.Form(r, bad); err != nil {
		return p, err
	}
	p.Action = href(r.Context(), pathOf(c.Ref(), "/matter"))
	p.Drop("channel", "file", "phone")
	return p, nil
}

func (s *Texts) matterForm(w http.ResponseWriter, r *http.Request) error {
	return s.showForm(w, r, http.StatusOK, nil, nil)
}

func (s *Texts) showForm(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, more func(p *casedesk.Intake) error) error {
	ctx := r.Context()
	ref, err := refOf(r)
	if err != nil {
		return err
	}
	c, all, err := s.chat(ctx, ref)
	if err != nil {
		return err
	}
	if c.Matter != 0 {
		return web.See(w, r, pathOf(ref, ""))
	}
	p, err := s.form(r, c, all, bad)
	if err == nil && more != nil {
		err = more(&p)
	}
	if err != nil {
		return err
	}
	f := s.Frame(r, word(ctx, "file"), ui.Link{Text: word(ctx, "nav"), Href: href(ctx, root)}, ui.Link{Text: word(ctx, "one"), Href: href(ctx, pathOf(ref, ""))})
	f.Lead = word(ctx, "file_lead")
	f.NoIndex, f.Styles = true, []string{casedesk.Style}
	return web.Render(w, r, status, matterView(f, p))
}

// file makes a matter of a conversation, and tells the conversation so.
func (s *Texts) file(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	ref, err := refOf(r)
	if err != nil {
		return err
	}
	c, _, err := s.chat(ctx, ref)
	if err != nil {
		return err
	}
	number, err := s.numberOf(c)
	if err != nil {
		return s.refuse(w, r, err)
	}
	f, err := s.Intake.Filed(r)
	if err != nil {
		return err
	}
	f.Channel, f.Who.Phone = "sms", number
	if err := s.Intake.MayRegister(ctx, f.Agency); err != nil {
		return err
	}
	if r.PostFormValue("do") == "alike" {
		return s.showForm(w, r, http.StatusOK, nil, func(p *casedesk.Intake) error { return s.Intake.Likes(ctx, f, p) })
	}
	m, code, err := s.Hotline.Cases.FileWith(ctx, f, func(tx *db.Tx, m *casework.Matter, _ string) error {
		return s.step(tx, ref, "matter", func(tx *db.Tx, _ *account.Actor, c *Chat) error {
			if c.Matter != 0 && c.Matter != m.ID {
				return fault.Say(fault.Conflict, "texts.filed_already")
			}
			return became(tx, c, m.ID, m.Number)
		})
	})
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return s.showForm(w, r, http.StatusUnprocessableEntity, bad, nil)
	}
	if err != nil {
		return s.refuse(w, r, err)
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.show(w, r, http.StatusOK, nil, "", &ui.Slip{Title: word(ctx, "filed"), Text: word(ctx, "filed_text"), Pairs: []ui.Pair{{Term: word(ctx, "matter"), Text: m.Number}, {Term: word(ctx, "code"), Text: secret.Group(code)}}})
}

// numbersPage says which number people text to each line.
type numbersPage struct {
	Errors ui.Errors
	Action string
	Rows   []numberRow
	Off    bool // no gateway is set up
}

type numberRow struct {
	Line, Name string
	Number     ui.Input
}

func (s *Texts) numbers(w http.ResponseWriter, r *http.Request) error {
	return s.showNumbers(w, r, http.StatusOK, nil)
}

func (s *Texts) showNumbers(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	all, err := s.Hotline.Lines(ctx)
	if err != nil {
		return err
	}
	p := numbersPage{Errors: bad, Action: href(ctx, numbers), Off: s.Secret == ""}
	for _, l := range all {
		if l.Sealed || !account.From(ctx).May(hotline.Managing, account.Target{Agency: l.Agency, Division: int64(l.Region)}) {
			continue
		}
		now, err := s.NumberOf(ctx, l.Ref())
		if err != nil {
			return err
		}
		key := strconv.Itoa(l.Province) + "-" + strconv.FormatInt(l.ID, 10)
		in := ui.Input{Name: "number", Of: key, Label: word(ctx, "f_number", l.Name), Help: word(ctx, "number_help"), Value: now, Type: "tel", Optional: true, Short: true}
		if r.PostFormValue("line") == key {
			in.Of, in.Value, in.Error = "", r.PostFormValue("number"), bad.Of(ctx, "number")
		}
		p.Rows = append(p.Rows, numberRow{key, l.Name, in})
	}
	f := s.Frame(r, word(ctx, "numbers"), ui.Link{Text: word(ctx, "nav"), Href: href(ctx, root)})
	f.Lead = word(ctx, "numbers_lead")
	return web.Render(w, r, status, numbersView(f, p))
}

func (s *Texts) saveNumber(w http.ResponseWriter, r *http.Request) error {
	province, id, _ := strings.Cut(r.PostFormValue("line"), "-")
	p, e1 := strconv.Atoi(province)
	n, e2 := strconv.ParseInt(id, 10, 64)
	if e1 != nil || e2 != nil {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	err := s.SetNumber(r.Context(), hotline.Ref{Province: p, ID: n}, r.PostFormValue("number"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return s.showNumbers(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, numbers)
}
