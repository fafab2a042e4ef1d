package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework/casedesk"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// shown is what a request adds to the page.
type shown struct {
	refused string
	call    *hotline.Call // the one worked on; the seat's own when nil
	form    *casedesk.Intake
	slip    *slip
	earlier earlierPart
}

// page is the desk.
type page struct {
	NoSeat  bool
	At      string // its own address, for the script
	Events  string
	Join    string // where the browser's voice is agreed on; "" where it is not wanted
	Places  string // the telephone processes it is to speak with
	Now     time.Time
	Phone   phonePart
	Work    workPart
	Say     []ui.Pair
	Answers answersPart
	Earlier earlierPart
}

// phonePart is the seat and its telephone.
type phonePart struct {
	Warn, Record string // of his qualification, and where he reads it
	Now          time.Time
	Refused      string
	Off          string // why no call can come here
	Label        string
	State        string
	Tag          ui.TagKind
	Since        time.Time
	Reason       string
	WrapUntil    time.Time
	Way          string // how it answers
	Wait         bool   // the browser is not joined yet
	Acts         []act
	Ring         *ringPart
	Beside       *besidePart
	Talk         *talkPart
	Watched      []string
	Failed       string
	Backs        []backRow
	Unsent       []ui.Link
	AllBacks     string
	Action       string // of the seat
	Order        string // of the telephone
	Settle       ui.Input
	NothingBack  string
}

// ringPart is a call that rings.
type ringPart struct {
	Facts []ui.Pair
	By    string // the seat that asks, "" for a caller
	Offer string // "" rings at a telephone on the desk
	Until time.Time
}

// besidePart is the call of another seat, which asked this one.
type besidePart struct {
	By    string
	Three bool
	Facts []ui.Pair
}

// talkPart is the call a seat is in.
type talkPart struct {
	Call      string
	Facts     []ui.Pair
	Since     time.Time
	Voice     bool // the telephone can be told what to do from here
	AtPhone   bool // it is told at the desk phone
	Held      bool
	Consult   string
	With      string
	Three     bool
	Recording string
	Sealed    bool
	To        []ui.Option
	About     []ui.Option
}

// backRow is somebody to call back.
type backRow struct {
	Key, Who, Meta, Why string
	Tag                 ui.TagKind
	Dial                bool
	Settle              string
}

// workPart is the form of the call in hand.
type workPart struct {
	Call   string
	Draft  string
	Form   *casedesk.Intake
	Number string // of the matter there is already
	Open   string
	Sealed bool
	Slip   *slip
	New    string
}

// answersPart is the search of the knowledge base.
type answersPart struct {
	Action  string
	Call    string
	Query   string
	Asked   bool
	Results []answer
}

type answer struct{ Title, Text, Basis, Href string }

// earlierPart shows an earlier matter to whoever was given number and code.
type earlierPart struct {
	Action string
	Number string
	Wrong  string
	Facts  []ui.Pair
	Open   string
}

var seatTags = map[string]ui.TagKind{hotline.Ready: ui.TagPublished, hotline.Ringing: ui.TagReview, hotline.Busy: ui.TagReview, hotline.WrapUp: ui.TagWaiting, hotline.Away: ui.TagDanger, hotline.Off: ui.TagWithdrawn}

func (d *Desk) show(w http.ResponseWriter, r *http.Request) error {
	return d.render(w, r, http.StatusOK, shown{})
}

func (d *Desk) render(w http.ResponseWriter, r *http.Request, status int, x shown) error {
	ctx := r.Context()
	f := d.Frame(r, words(ctx, "duty"))
	f.Side, f.NoIndex, f.Styles, f.Scripts = nil, true, []string{casedesk.Style, "hotline.css"}, []string{"hotline.js"}
	s, err := d.mine(ctx)
	if fault.Is(err, fault.NotFound) {
		return web.Render(w, r, status, deskView(f, page{NoSeat: true, Phone: phonePart{Refused: x.refused}}))
	}
	if err != nil {
		return err
	}
	p, err := d.page(r, s, x)
	if err != nil {
		return err
	}
	return web.Render(w, r, status, deskView(f, p))
}

func (d *Desk) page(r *http.Request, s *hotline.Seat, x shown) (p page, err error) {
	ctx := r.Context()
	hand, err := d.inHand(r, s, x.call)
	if err != nil {
		return p, err
	}
	at := root
	if q := r.URL.Query().Get("call"); q != "" {
		at += "?call=" + keyOf(refOf(q))
	}
	p = page{At: web.URL(ctx, at), Events: web.URL(ctx, root+"/events"), Now: d.now()}
	if s.State != hotline.Off && s.Reach == "browser" && d.Exchange != nil {
		p.Join = web.URL(ctx, root+"/voice")
		st, _ := d.stateOf(ctx, s.Ref())
		p.Places = placesOf(st)
	}
	if p.Phone, err = d.phone(r, s, x.refused); err != nil {
		return p, err
	}
	if p.Work, err = d.work(r, hand, x); err != nil {
		return p, err
	}
	if p.Answers, err = d.answers(r, s, hand); err != nil {
		return p, err
	}
	p.Say, err = d.say(ctx, s, hand)
	p.Earlier = x.earlier
	p.Earlier.Action = web.URL(ctx, root+"/earlier")
	if hand != nil {
		p.Earlier.Action += "?call=" + keyOf(hand.Ref())
	}
	return p, err
}

// inHand is the call the page works on: the one asked for, where it is one of
// the person's own, else the seat's.
func (d *Desk) inHand(r *http.Request, s *hotline.Seat, own *hotline.Call) (*hotline.Call, error) {
	if own != nil {
		return own, nil
	}
	c, err := d.Hotline.InHand(r.Context(), s)
	if err != nil || c != nil && c.State != hotline.Ended {
		return c, err
	}
	if q := r.URL.Query().Get("call"); q != "" {
		asked, err := d.Hotline.OwnCall(r.Context(), refOf(q))
		if err == nil || !fault.Is(err, fault.NotFound) {
			return asked, err
		}
	}
	return c, nil
}

// endingSoon is how many days before its end a qualification is brought to mind.
const endingSoon = 30

// qualification says what is wrong with somebody's qualification to answer (上岗),
// "" when nothing is.
func qualification(ctx context.Context, q hotline.Qualified, day clock.Date) string {
	switch {
	case q.Refused():
		return words(ctx, "not_qualified")
	case !q.OK:
		return words(ctx, "not_qualified_warn")
	case !q.Until.IsZero() && q.Until.Sub(day) <= endingSoon:
		return words(ctx, "qualified_until", i18n.Date(ctx, q.Until))
	}
	return ""
}

func (d *Desk) phone(r *http.Request, s *hotline.Seat, refused string) (p phonePart, err error) {
	ctx := r.Context()
	st, away := d.stateOf(ctx, s.Ref())
	p = phonePart{Now: d.now(), Refused: refused, Label: s.Label, State: words(ctx, "seat_"+s.State), Tag: seatTags[s.State], Since: s.Since, WrapUntil: s.WrapUntil, Acts: d.actsOf(s, st.Joined),
		Action: web.URL(ctx, root), Order: web.URL(ctx, root+"/call"), AllBacks: web.URL(ctx, root+"/callbacks"), NothingBack: words(ctx, "callbacks_none_open")}
	if s.Reason != "" && s.State == hotline.Away {
		p.Reason = t(ctx, "reason_"+reasonOf(s.Reason))
	}
	switch {
	case d.Exchange == nil:
		p.Off = t(ctx, "not_connected")
	case away:
		p.Off = t(ctx, "phone_away")
	}
	q, err := d.Hotline.QualifiedAt(ctx, s)
	if err != nil {
		return p, err
	}
	p.Warn, p.Record = qualification(ctx, q, clock.DateOf(d.now())), web.URL(ctx, root+"/training/mine")
	if s.State != hotline.Off {
		p.Way = t(ctx, "way_"+s.Reach)
		p.Wait = s.Reach == "browser" && !st.Joined && p.Off == ""
	}
	if st.Failed != "" {
		p.Failed = t(ctx, "failed_"+failureOf(st.Failed))
	}
	if p.Watched, err = d.watched(ctx, st.Watched); err != nil {
		return p, err
	}
	if err := d.fillCall(ctx, &p, s, st); err != nil {
		return p, err
	}
	return p, d.fillBacks(ctx, &p, s)
}

// reasonOf and failureOf know the words there are; another is said in general.
func reasonOf(s string) string {
	if slices.Contains([]string{"signed_on", "break", "meal", "training", "declined", "no_answer", "lost", "node_lost"}, s) {
		return s
	}
	return "other"
}

func failureOf(s string) string {
	if slices.Contains([]string{seatwire.Unreachable, seatwire.Busy, seatwire.NoAnswer, seatwire.Refused}, s) {
		return s
	}
	return "other"
}

// watched says who of the shift hears the call, and how.
func (d *Desk) watched(ctx context.Context, ws []seatwire.Watch) (out []string, err error) {
	var ids []int64
	for _, w := range ws {
		ids = append(ids, w.Person)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	who, err := d.personNames(ctx, ids)
	for _, w := range ws {
		if slices.Contains(modes, w.Mode) {
			out = append(out, t(ctx, "watched_"+w.Mode, who[w.Person]))
		}
	}
	return out, err
}

// mostBacks is how many call-backs the desk shows.
const mostBacks = 5

// fillBacks adds whom to call back, and what was written and not sent.
func (d *Desk) fillBacks(ctx context.Context, p *phonePart, s *hotline.Seat) error {
	me := account.From(ctx).Person
	taken, err := d.Hotline.CallBacks(ctx, "taken")
	if err != nil {
		return err
	}
	taken = slices.DeleteFunc(taken, func(b hotline.CallBack) bool { return b.Person != me })
	open, err := d.Hotline.CallBacks(ctx, "open")
	if err != nil {
		return err
	}
	now := d.now()
	open = slices.DeleteFunc(open, func(b hotline.CallBack) bool { return b.DueAt.After(now) })
	p.Settle = ui.Input{Name: "result", Label: words(ctx, "f_result"), Free: true, Options: []ui.Option{{Text: words(ctx, "result_later")}}}
	for _, x := range hotline.Results {
		p.Settle.Options = append(p.Settle.Options, ui.Option{Value: x, Text: words(ctx, "result_"+x)})
	}
	can := d.Exchange != nil && (s.State == hotline.Ready || s.State == hotline.Away || s.State == hotline.WrapUp)
	for _, b := range append(taken, open[:min(len(open), mostBacks)]...) {
		row := backRow{Key: keyOf(b.Ref()), Who: callerOf(ctx, b.Sealed, d.Hotline.MaskedOf(&b)), Why: words(ctx, "reason_"+b.Reason), Tag: ui.TagWaiting, Meta: t(ctx, "back_meta", i18n.Time(ctx, b.QueuedAt)), Dial: can}
		if b.Tries > 0 {
			row.Meta += " · " + words(ctx, "callback_tries", b.Tries)
		}
		if b.First {
			row.Tag = ui.TagDanger
		}
		if b.State == "taken" {
			row.Settle = web.URL(ctx, root+"/callbacks/"+strings.Replace(row.Key, "-", "/", 1)+"/settle")
		}
		p.Backs = append(p.Backs, row)
	}
	unsent, err := d.Hotline.Unsent(ctx, s)
	for i := range unsent {
		p.Unsent = append(p.Unsent, ui.Link{Text: t(ctx, "unsent_of", i18n.Time(ctx, unsent[i].ArrivedAt)), Href: web.URL(ctx, root+"?call="+keyOf(unsent[i].Ref()))})
	}
	return err
}

// work is the middle: the form of the call in hand, or what it became.
func (d *Desk) work(r *http.Request, c *hotline.Call, x shown) (p workPart, err error) {
	ctx := r.Context()
	p.New = web.URL(ctx, "/desk/matters/new")
	if c == nil {
		return p, nil
	}
	p.Call, p.Sealed, p.Slip = keyOf(c.Ref()), c.Sealed, x.slip
	switch {
	case x.slip != nil:
		return p, nil
	case c.Matter != 0:
		p.Number, p.Open = c.Number, d.readable(ctx, c.Province, c.Matter)
		return p, nil
	}
	p.Draft = web.URL(ctx, root+"/draft?call="+p.Call)
	if p.Form = x.form; p.Form != nil {
		return p, nil
	}
	typed, err := d.withDraft(r, c)
	if err != nil {
		return p, err
	}
	if typed == r && r.Method == http.MethodPost { // an act of the telephone is no form that was typed
		typed = r.WithContext(ctx)
		typed.Method, typed.PostForm, typed.Form = http.MethodGet, map[string][]string{}, map[string][]string{}
	}
	form, err := d.form(typed, c, nil)
	p.Form = &form
	return p, err
}

// mostAnswers is how many answers a search shows.
const mostAnswers = 8

func (d *Desk) answers(r *http.Request, s *hotline.Seat, c *hotline.Call) (p answersPart, err error) {
	ctx := r.Context()
	p = answersPart{Action: web.URL(ctx, root), Query: strings.TrimSpace(r.URL.Query().Get("q"))}
	if c != nil {
		p.Call = keyOf(c.Ref())
	}
	if d.Look == nil || p.Query == "" {
		return p, nil
	}
	at := s.Region
	if c != nil {
		at = c.Region
	}
	p.Asked = true
	found, err := d.Look(ctx, at, p.Query, "", true, mostAnswers)
	for _, f := range found {
		p.Results = append(p.Results, answer{Title: f.Title, Text: f.Answer, Basis: f.Basis, Href: web.URL(ctx, "/desk/knowledge/"+num(int64(f.Province))+"/"+num(f.Article))})
	}
	return p, err
}

// say are the sentences at hand, in the order of a call.
func (d *Desk) say(ctx context.Context, s *hotline.Seat, c *hotline.Call) (out []ui.Pair, err error) {
	add := func(key string, args ...any) {
		out = append(out, ui.Pair{Term: t(ctx, "when_"+key), Text: t(ctx, "say_"+key, args...)})
	}
	records := false
	if c != nil {
		l, err := d.Hotline.Line(ctx, hotline.Ref{Province: c.Province, ID: c.Line})
		if err != nil {
			return nil, err
		}
		records = l.Record && !c.Sealed
	}
	switch {
	case c != nil && c.Sealed:
		add("open_sealed")
	case c != nil && c.Way == "out":
		add("open_back", s.Label)
	default:
		add("open", s.Label)
	}
	if records {
		add("record")
		add("identity")
	}
	add("earlier")
	add("hold")
	add("resume")
	add("danger")
	if c == nil || !c.Sealed {
		add("seal")
	}
	add("close")
	return out, nil
}
