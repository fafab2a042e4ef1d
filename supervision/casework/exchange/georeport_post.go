package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/norm"
	"yangguang/supervision/casework"
)

// apiKey is the key of a client: the standard's parameter, or a header.
func apiKey(r *http.Request) string {
	if k := bearer(r); k != "" {
		return k
	}
	if k := r.PostForm.Get("api_key"); k != "" {
		return k
	}
	return r.URL.Query().Get("api_key")
}

func (e *Exchange) geoPost(r *http.Request, name string) (string, any, error) {
	if name != "requests" {
		return "", nil, notFound()
	}
	form, err := postedForm(r)
	if err != nil {
		return "", nil, err
	}
	k, err := e.admit(r.Context(), ForOpen311, or(form.Get("api_key"), apiKey(r)))
	if err != nil {
		return "", nil, err
	}
	f, token, err := e.geoFiling(r.Context(), k, form, r.Header.Get("Idempotency-Key"))
	if err != nil {
		return "", nil, err
	}
	var m *casework.Matter
	var code string
	err = e.db().Write(caller(r.Context()), func(tx *db.Tx) error {
		old, err := e.Cases.Known(tx, k.Region.Province(), f.Token)
		if err != nil {
			return err
		}
		if m, code, err = e.Cases.FileIn(tx, f); err != nil || old != nil {
			return err // filed before: the same receipt
		}
		return insertArrival(tx, arrival{Province: m.Province, Matter: m.ID, Agency: k.Agency, Source: "open311", Key: k.ID, token: e.index(k.ID, token), listed: e.Cases.Public(m)})
	})
	if err != nil {
		return "", nil, err
	}
	return "service_requests", []receipt{{ID: m.Number, Notice: i18n.T(r.Context(), "exchange.geo_notice", m.Number, secret.Group(code))}}, nil
}

// postedForm is what was posted: a form, or the same names in a JSON object.
func postedForm(r *http.Request) (url.Values, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return r.PostForm, nil
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, maxOrder+1))
	if err != nil {
		return nil, fault.As(fault.Invalid, err)
	}
	var m map[string]any
	if len(b) > maxOrder || json.Unmarshal(b, &m) != nil {
		return nil, fault.Say(fault.Invalid, "exchange.bad_json", "")
	}
	out := url.Values{}
	for name, v := range m {
		switch v := v.(type) {
		case string:
			out.Set(name, v)
		case float64:
			out.Set(name, strconv.FormatFloat(v, 'f', -1, 64))
		case []any:
			if name == "media_url" && len(v) > 0 {
				out.Set(name, "several")
			}
		}
	}
	return out, nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// geoFiling reads a posted request.
func (e *Exchange) geoFiling(ctx context.Context, k *Key, form url.Values, once string) (f casework.Filing, token string, err error) {
	get := func(name string) string { return clean(form.Get(name)) }
	var bad []fault.Field
	if !slices.ContainsFunc(e.services(), func(t norm.CaseType) bool { return t.ID == get("service_code") }) {
		bad = append(bad, fault.Field{Name: "service_code", Key: "exchange.geo_no_service"})
	}
	place, err := placeOf(get("lat"), get("long"), or(get("address_string"), get("address_id")))
	if err != nil {
		bad = append(bad, fault.FieldsOf(err)...)
	}
	if n := utf8.RuneCountInString(get("description")); n < 4 || n > 4000 {
		bad = append(bad, fault.Field{Name: "description", Key: "exchange.geo_description"})
	}
	if get("media_url") != "" { // the gate looks at what is handed in here, not at what lies elsewhere and may change
		bad = append(bad, fault.Field{Name: "media_url", Key: "exchange.geo_media"})
	}
	if len(once) > 100 {
		bad = append(bad, fault.Field{Name: "Idempotency-Key", Key: "exchange.geo_key_long"})
	}
	if len(bad) > 0 {
		return f, "", fault.Fields(bad...)
	}
	_, u, err := e.jurisdiction(ctx, get("jurisdiction_id"))
	if err != nil {
		return f, "", err
	}
	if u.ID == 0 || !k.Region.Contains(u.Division) && u.ID != k.Agency {
		return f, "", fault.Say(fault.Forbidden, "exchange.geo_elsewhere")
	}
	if token = once; token == "" { // the same words on the same day are the same request
		token = fingerprint(form, e.db().Clock().Now())
	}
	f = casework.Filing{Agency: u.ID, Channel: "api", Type: get("service_code"), Token: "open311:" + itoa(k.ID) + ":" + token, Silent: true, Lang: i18n.LangOf(ctx),
		Told: casework.Told{Text: get("description"), Place: place},
		Who:  casework.Contact{Name: strings.TrimSpace(get("last_name") + get("first_name")), Phone: get("phone"), Email: get("email")}}
	return f, token, nil
}

// fingerprint is the same for the same request of a day.
func fingerprint(form url.Values, now time.Time) string {
	h := sha256.New()
	for _, name := range []string{"service_code", "jurisdiction_id", "description", "lat", "long", "address_string", "address_id", "email", "phone", "first_name", "last_name", "device_id", "account_id"} {
		_, _ = io.WriteString(h, form.Get(name)+"\x00")
	}
	_, _ = io.WriteString(h, clock.DateOf(now).String())
	return hex.EncodeToString(h.Sum(nil))
}

// placeOf is where it is: in words, by coordinates, or both.
func placeOf(lat, long, words string) (string, error) {
	if lat == "" && long == "" {
		return words, nil
	}
	y, err1 := strconv.ParseFloat(lat, 64)
	x, err2 := strconv.ParseFloat(long, 64)
	if err1 != nil || err2 != nil || !(y >= -90 && y <= 90) || !(x >= -180 && x <= 180) {
		return "", fault.Fields(fault.Field{Name: "lat", Key: "exchange.geo_place"})
	}
	at := strconv.FormatFloat(y, 'f', 5, 64) + ", " + strconv.FormatFloat(x, 'f', 5, 64)
	if words == "" {
		return at, nil
	}
	return words + " (" + at + ")", nil
}
