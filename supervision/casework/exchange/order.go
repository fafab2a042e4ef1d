package exchange

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// Order is a work order of a 12345 platform.
type Order struct {
	Order   string `json:"order"` // its number there
	Unit    string `json:"unit"`  // path of the unit it is for; "" is the key's own
	Type    string `json:"type"`
	Class   string `json:"class"`
	Topic   string `json:"topic"`
	Title   string `json:"title"`
	Text    string `json:"text"`
	Place   string `json:"place"`
	When    string `json:"when"`
	About   string `json:"about"` // whom it is about, as told
	Secret  bool   `json:"secret"`
	Contact struct {
		Name    string `json:"name"`
		Phone   string `json:"phone"`
		Email   string `json:"email"`
		Address string `json:"address"`
	} `json:"contact"`
}

// Taken is the receipt of an order.
type Taken struct {
	Order  string `json:"order"`
	Number string `json:"number"`
	State  string `json:"state"`
	Seen   bool   `json:"seen"` // it was here before, and nothing of it was changed
	At     string `json:"received_at"`
}

// orderToken is by which an order of a unit is known again, however it comes.
func orderToken(unit int64, number string) string { return "order:" + itoa(unit) + ":" + number }

// filingOf is an order as casework takes it.
func (o *Order) filing(unit int64) casework.Filing {
	return casework.Filing{Agency: unit, Channel: "hotline12345", Type: o.Type, Class: o.Class, Topic: o.Topic, Outside: o.Order, Secret: o.Secret, Token: orderToken(unit, o.Order), Silent: true,
		Told: casework.Told{Subject: o.Title, Text: o.Text, Place: o.Place, When: o.When, About: o.About},
		Who:  casework.Contact{Name: o.Contact.Name, Phone: o.Contact.Phone, Email: o.Contact.Email, Address: o.Contact.Address}, Lang: i18n.ZH}
}

// takeOrder files an order unless it was filed before, whoever brought it then.
func (e *Exchange) takeOrder(tx *db.Tx, u agency.Agency, o *Order, source string, key int64) (m *casework.Matter, seen bool, err error) {
	o.Order = strings.TrimSpace(o.Order)
	if o.Order == "" || utf8.RuneCountInString(o.Order) > 100 {
		return nil, false, fault.Fields(fault.Field{Name: "order", Key: "exchange.need_order"})
	}
	f := o.filing(u.ID)
	if m, err = e.Cases.Known(tx, u.Province(), f.Token); err != nil || m != nil {
		return m, true, err
	}
	if m, _, err = e.Cases.FileIn(tx, f); err != nil {
		return nil, false, err
	}
	return m, false, insertArrival(tx, arrival{Province: m.Province, Matter: m.ID, Agency: u.ID, Source: source, Key: key, Outside: o.Order, token: e.index(key, o.Order)})
}

func (e *Exchange) index(key int64, token string) []byte {
	return e.Cases.Keys.Index("exchange.token", itoa(key)+"\x00"+token)
}

// maxOrder is how long the JSON of one order may be.
const maxOrder = 64 << 10

// postOrder is POST /api/v1/orders.
func (e *Exchange) postOrder(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	k, err := e.admit(r.Context(), ForOrders, bearer(r))
	if err != nil {
		return err
	}
	o, err := readOrder(r.Body)
	if err != nil {
		return showFields(w, r, err)
	}
	var out Taken
	ctx := caller(r.Context())
	err = e.db().Write(ctx, func(tx *db.Tx) error {
		u, err := e.unitOfKey(tx, k, o.Unit)
		if err != nil {
			return err
		}
		m, seen, err := e.takeOrder(tx, u, o, "orders", k.ID)
		if err != nil {
			return err
		}
		if seen {
			// Of an order another brought the number is not told.
			a, err := arrivalOf(tx, m.Province, m.ID)
			if err != nil || a.Key != k.ID {
				return fault.Say(fault.Conflict, "exchange.order_taken")
			}
		}
		out = Taken{Order: o.Order, Number: m.Number, State: stateOf(m), Seen: seen, At: stamp(m.FiledAt)}
		return nil
	})
	if err != nil {
		return showFields(w, r, err)
	}
	status := http.StatusCreated
	if out.Seen {
		status = http.StatusOK
	}
	return web.JSON(w, status, out)
}

// readOrder reads one order; a field that is not described is refused, since it
// would be lost.
func readOrder(body io.Reader) (*Order, error) {
	b, err := io.ReadAll(io.LimitReader(body, maxOrder+1))
	if err != nil {
		return nil, fault.As(fault.Invalid, err)
	}
	if len(b) > maxOrder {
		return nil, fault.Say(fault.TooLarge, "exchange.order_large", maxOrder>>10)
	}
	var o Order
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return nil, fault.Say(fault.Invalid, "exchange.bad_json", jsonPlace(err))
	}
	if d.More() || !utf8.Valid(b) || bytes.Contains(b, []byte(`\u0000`)) {
		return nil, fault.Say(fault.Invalid, "exchange.bad_json", "")
	}
	return &o, nil
}

// jsonPlace names the field that is of the wrong kind; never what stood in it.
func jsonPlace(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return kind.Field
	}
	return ""
}

// showFields answers refusals beside their fields; the edge tells only one sentence.
func showFields(w http.ResponseWriter, r *http.Request, err error) error {
	fields := fault.FieldsOf(err)
	if len(fields) == 0 {
		return err
	}
	type wrong struct {
		Field   string `json:"field"`
		Message string `json:"message"`
	}
	out := struct {
		Error   string  `json:"error"`
		Message string  `json:"message"`
		Fields  []wrong `json:"fields"`
	}{Error: fault.KindOf(err).String(), Message: i18n.T(r.Context(), "exchange.bad_fields")}
	for _, f := range fields {
		out.Fields = append(out.Fields, wrong{f.Name, i18n.T(r.Context(), f.Key, f.Args...)})
	}
	return web.JSON(w, fault.KindOf(err).Status(), out)
}

// unitOfKey is the unit an order is for: the key's own, or one below it.
func (e *Exchange) unitOfKey(tx *db.Tx, k *Key, path string) (agency.Agency, error) {
	if path == "" {
		return agency.Find(tx, k.Agency)
	}
	u, err := unitByPath(tx, path)
	if err == nil && u.ID != k.Agency {
		var below bool
		if below, err = agency.InSubtree(tx, k.Agency, u.ID); err == nil && !below {
			err = notFound()
		}
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return u, fault.Fields(fault.Field{Name: "unit", Key: "exchange.need_unit"})
	}
	return u, err
}

func unitByPath(tx *db.Tx, path string) (agency.Agency, error) {
	division, slug, _ := strings.Cut(strings.Trim(path, "/"), "/")
	code, err := agency.ParseCode(division)
	if err != nil {
		return agency.Agency{}, err
	}
	return agency.FindByPath(tx, code, slug)
}

// Feedback is how far an order is.
type Feedback struct {
	Order       string `json:"order"`
	Number      string `json:"number"`
	State       string `json:"state"`
	Refusal     string `json:"refusal,omitempty"`   // why it was returned: a code
	Objection   string `json:"objection,omitempty"` // why the unit it was passed to objects
	Result      string `json:"result,omitempty"`
	Reply       string `json:"reply,omitempty"` // once it was delivered
	AcceptedAt  string `json:"accepted_at,omitempty"`
	DueAt       string `json:"due_at,omitempty"`
	RepliedAt   string `json:"replied_at,omitempty"`
	DeliveredAt string `json:"delivered_at,omitempty"`
	ClosedAt    string `json:"closed_at,omitempty"`
	Late        bool   `json:"late"`
	Rated       string `json:"rated,omitempty"`
	ChangedAt   string `json:"changed_at"`
}

// feedbackOf reads how far arrivals are.
func (e *Exchange) feedbackOf(tx *db.Tx, province int, as []arrival) ([]Feedback, error) {
	ids := make([]int64, len(as))
	for i, a := range as {
		ids[i] = a.Matter
	}
	bs, err := e.Cases.BackOf(tx, province, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Feedback, len(bs))
	for i, b := range bs {
		out[i] = Feedback{Order: as[i].Outside, Number: b.Number, State: stateOf(&b.Matter), Refusal: b.Refusal, Objection: b.Objection, Result: b.Result, Reply: b.Reply,
			AcceptedAt: stamp(b.AcceptedAt), DueAt: stamp(b.DueAt), RepliedAt: stamp(b.RepliedAt), DeliveredAt: stamp(b.DeliveredAt), ClosedAt: stamp(b.ClosedAt), Late: b.Late, Rated: b.Rated,
			ChangedAt: stamp(clock.FromMillis(as[i].Changed))}
	}
	return out, nil
}

// stateOf is the state a platform is told: a coded one of its own for what was
// not accepted, since that goes back to it.
func stateOf(m *casework.Matter) string {
	if m.Refusal != "" {
		return "returned"
	}
	return m.State
}

type feed struct {
	Orders []Feedback `json:"orders"`
	Next   string     `json:"next"` // asked with "after", it goes on from here
}

// getOrders is GET /api/v1/orders: what changed, oldest first, of the key's own orders.
func (e *Exchange) getOrders(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	k, err := e.admit(r.Context(), ForOrders, bearer(r))
	if err != nil {
		return err
	}
	after, limit, err := feedFrom(r)
	if err != nil {
		return err
	}
	out := feed{Orders: []Feedback{}}
	err = e.db().Read(caller(r.Context()), func(tx *db.Tx) error {
		as, err := arrivals(tx, k.Region.Province(), k.ID, 0, after, limit)
		if err != nil {
			return err
		}
		if len(as) > 0 {
			after = place{as[len(as)-1].Changed, as[len(as)-1].Matter}
			out.Orders, err = e.feedbackOf(tx, k.Region.Province(), as)
		}
		return err
	})
	out.Next = after.String()
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, out)
}

// feedFrom reads where a feed begins: at a moment, or after an earlier page.
func feedFrom(r *http.Request) (after place, limit int, err error) {
	q := r.URL.Query()
	if s := q.Get("since"); s != "" {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return after, 0, fault.Say(fault.Invalid, "exchange.bad_parameter", "since")
		}
		after = place{At: clock.Millis(t) - 1, ID: 1<<63 - 1}
	}
	if s := q.Get("after"); s != "" {
		if after, err = parsePlace(s); err != nil {
			return after, 0, fault.Say(fault.Invalid, "exchange.bad_parameter", "after")
		}
	}
	limit = 100
	if s := q.Get("limit"); s != "" {
		if limit, err = strconv.Atoi(s); err != nil || limit < 1 || limit > 1000 {
			return after, 0, fault.Say(fault.Invalid, "exchange.bad_parameter", "limit")
		}
	}
	return after, limit, nil
}

// String is the place as a program is told it.
func (p place) String() string {
	if p == (place{}) {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(p.At, 36) + "." + strconv.FormatInt(p.ID, 36)))
}

func parsePlace(s string) (p place, err error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return p, err
	}
	at, id, _ := strings.Cut(string(b), ".")
	if p.At, err = strconv.ParseInt(at, 36, 64); err != nil {
		return p, err
	}
	p.ID, err = strconv.ParseInt(id, 36, 64)
	return p, err
}

// bearer is the key a program shows.
func bearer(r *http.Request) string {
	k, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return strings.TrimSpace(k)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(clock.Shanghai).Format(time.RFC3339)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
