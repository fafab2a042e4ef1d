package office

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"

	"github.com/a-h/templ"

	"yangguang/internal/account"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/notify"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// ownKeys lists the passkeys of the login and offers to add one. Making a
// passkey is a script's work in every browser, so the page says so where none
// runs.
func (o *Office) ownKeys(ctx context.Context) (templ.Component, error) {
	if !o.Passkeys {
		return nothing, nil
	}
	ks, err := o.Accounts.Passkeys(ctx)
	if err != nil {
		return nil, err
	}
	g := ui.Grid{Caption: say(ctx, "passkeys"), Cards: true, Columns: columns(ctx, "label", "created", "used", "act"), Nothing: say(ctx, "passkeys_none")}
	for _, k := range ks {
		used := say(ctx, "never")
		if !k.Used.IsZero() {
			used = i18n.Time(ctx, k.Used)
		}
		g.Rows = append(g.Rows, []ui.Cell{{Text: k.Label}, {Text: i18n.Time(ctx, k.Created)}, {Text: used}, {Of: press("/account/passkeys/"+id(k.ID)+"/remove", say(ctx, "remove"), k.Label, "danger")}})
	}
	return section(say(ctx, "passkeys"), words(say(ctx, "passkeys_lead")), ui.Table(g), passkeyForm(ui.Input{Name: "label", Label: say(ctx, "f_label"), Help: say(ctx, "h_label"), MaxLen: 60})), nil
}

// begun is what the browser's ceremony needs.
type begun struct {
	PublicKey json.RawMessage `json:"publicKey"`
}

func (o *Office) beginPasskey(w http.ResponseWriter, r *http.Request) error {
	options, ticket, err := o.Accounts.BeginPasskey(r.Context())
	return o.begin(w, r, options, ticket, err)
}

func (o *Office) beginPasskeySignIn(w http.ResponseWriter, r *http.Request) error {
	options, ticket, err := o.Accounts.BeginPasskeySignIn(r.Context())
	return o.begin(w, r, options, ticket, err)
}

// begin answers a script: the options, or where to go first.
func (o *Office) begin(w http.ResponseWriter, r *http.Request, options []byte, ticket string, err error) error {
	if err != nil {
		return scriptError(w, r, err)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.SetCookie(w, o.Accounts.TicketCookie(ticket))
	return web.JSON(w, http.StatusOK, begun{options})
}

// scriptError says a refusal to a script in the reader's language.
func scriptError(w http.ResponseWriter, r *http.Request, err error) error {
	key, args, ok := fault.Sentence(err)
	if !ok {
		return err
	}
	out := map[string]string{"message": i18n.T(r.Context(), key, args...)}
	if key == "account.step_up_needed" {
		out["go"] = web.URL(r.Context(), "/step-up?next=/account")
	}
	return web.JSON(w, fault.KindOf(err).Status(), out)
}

func (o *Office) finishPasskey(w http.ResponseWriter, r *http.Request) error {
	ticket := account.TicketFrom(r)
	http.SetCookie(w, o.Accounts.TicketCookie(""))
	if err := o.Accounts.FinishPasskey(r.Context(), ticket, []byte(r.PostForm.Get("response")), r.PostForm.Get("label")); err != nil {
		return scriptError(w, r, err)
	}
	return web.JSON(w, http.StatusOK, map[string]string{"go": web.URL(r.Context(), "/account?done=passkey")})
}

func (o *Office) finishPasskeySignIn(w http.ResponseWriter, r *http.Request) error {
	ticket := account.TicketFrom(r)
	http.SetCookie(w, o.Accounts.TicketCookie(""))
	token, err := o.Accounts.FinishPasskeySignIn(r.Context(), ticket, []byte(r.PostForm.Get("response")), o.Remote(r))
	if err != nil {
		return scriptError(w, r, err)
	}
	http.SetCookie(w, o.Accounts.Cookie(token))
	return web.JSON(w, http.StatusOK, map[string]string{"go": web.URL(r.Context(), "/desk")})
}

func (o *Office) removePasskey(w http.ResponseWriter, r *http.Request) error {
	n, err := web.PathID(r, "id")
	if err == nil {
		err = o.Accounts.RemovePasskey(r.Context(), n)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, "/account?done=passkey_removed")
}

// SignInMeans are the other ways to sign in that are configured, for the
// sign-in page; a page that shows them names "passkey.js" in its scripts.
func (o *Office) SignInMeans() templ.Component { return signInMeans(o.Passkeys, o.OIDC) }

func (o *Office) beginOIDC(w http.ResponseWriter, r *http.Request) error {
	address, ticket, err := o.Accounts.BeginOIDC(r.Context())
	if err != nil {
		return o.notIn(w, r, err)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.SetCookie(w, o.Accounts.TicketCookie(ticket))
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// finishOIDC answers with a page, not a redirect: the browser came from another
// site, and would not send the strict session cookie along a redirect.
func (o *Office) finishOIDC(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	ctx := i18n.With(r.Context(), account.OIDCLang(q.Get("state")))
	r = r.WithContext(ctx)
	ticket := account.TicketFrom(r)
	http.SetCookie(w, o.Accounts.TicketCookie(""))
	token, err := o.Accounts.FinishOIDC(ctx, ticket, q.Get("state"), q.Get("code"), o.Remote(r))
	if err != nil {
		return o.notIn(w, r, err)
	}
	http.SetCookie(w, o.Accounts.Cookie(token))
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Refresh", "0; url="+web.URL(ctx, "/desk"))
	return o.open(w, r, http.StatusOK, o.quiet(r, say(ctx, "signed_in_title"), ""), buttons(ui.Action{Text: say(ctx, "to_desk"), Href: web.URL(ctx, "/desk")}))
}

// notIn says why somebody who came from the provider is not signed in, and
// leads back to where one can sign in another way.
func (o *Office) notIn(w http.ResponseWriter, r *http.Request, err error) error {
	ctx, kind := r.Context(), fault.KindOf(err)
	key, args, ok := fault.Sentence(err)
	sentence := i18n.T(ctx, key, args...)
	switch {
	case kind == fault.Unavailable:
		slog.WarnContext(ctx, "identity provider failed", "error", err)
		sentence = say(ctx, "oidc_down")
	case !ok || kind != fault.Invalid:
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return o.open(w, r, kind.Status(), o.quiet(r, say(ctx, "not_signed_in"), sentence), buttons(ui.Action{Text: say(ctx, "sign_in_again"), Href: web.URL(ctx, "/sign-in")}))
}

func noticeRow(ctx context.Context, n *names, x notify.Notice) []ui.Cell {
	state := ui.Cell{Tag: map[notify.State]ui.TagKind{notify.Queued: ui.TagWaiting, notify.Sent: ui.TagPublished, notify.Failed: ui.TagDanger}[x.State], Text: i18n.T(ctx, "notify.state_"+x.State.String())}
	act := ui.Cell{}
	if key := x.FaultKey(); key != "" {
		act.Text = i18n.T(ctx, key)
	}
	if x.State == notify.Failed && x.Masked != "" {
		act = ui.Cell{Of: many(words(act.Text), press("/desk/outbox/"+id(x.ID)+"/retry", say(ctx, "retry"), x.Number, "secondary"))}
	}
	return []ui.Cell{{Text: i18n.Time(ctx, x.Created)}, {Text: x.Masked}, {Text: x.Number}, {Text: i18n.T(ctx, x.Template, x.Number)}, {Text: n.unit(x.Agency)}, state, act}
}
