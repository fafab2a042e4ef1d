package office

import (
	"time"

	"yangguang/internal/account"
	"yangguang/internal/web"
)

// slipRate is generous, since an office shares one address: wrong codes are
// counted by internal/account.
var slipRate = web.Rate{N: 60, Per: time.Minute}

// Routes are the office's routes, guarded.
func (o *Office) Routes() []web.Route {
	var out []web.Route
	for _, rs := range [][]web.Route{o.openRoutes(), o.ownRoutes(), o.peopleRoutes(), o.unitRoutes(), o.bookRoutes()} {
		out = append(out, rs...)
	}
	return o.Guard(out)
}

func (o *Office) openRoutes() []web.Route {
	out := []web.Route{
		{Pattern: "GET /activate", Access: web.Public, Handler: o.activateForm},
		{Pattern: "POST /activate", Access: web.Public, Handler: o.activate, Limit: slipRate},
		{Pattern: "POST /activate/finish", Access: web.Public, Handler: o.finish, Limit: slipRate},
		{Pattern: "GET /activate/done", Access: web.Public, Handler: o.activated},
		{Pattern: "GET /calendar", Access: web.Public, Handler: o.publicCalendar, Cached: true},
		{Pattern: "GET /calendar/deadline", Access: web.Public, Handler: o.deadline},
	}
	if o.Passkeys {
		out = append(out, web.Route{Pattern: "POST /sign-in/passkey/begin", Access: web.Public, Handler: o.beginPasskeySignIn, Limit: slipRate},
			web.Route{Pattern: "POST /sign-in/passkey/finish", Access: web.Public, Handler: o.finishPasskeySignIn, Limit: slipRate})
	}
	if o.OIDC {
		out = append(out, web.Route{Pattern: "GET /sign-in/oidc", Access: web.Public, Handler: o.beginOIDC, Limit: slipRate},
			web.Route{Pattern: "GET /sign-in/oidc/back", Access: web.Public, Handler: o.finishOIDC, Limit: slipRate})
	}
	return out
}

func (o *Office) ownRoutes() []web.Route {
	out := []web.Route{
		{Pattern: "GET /account", Access: web.SignedIn, Handler: o.own},
		{Pattern: "GET /account/password", Access: web.SignedIn, Handler: o.passwordForm},
		{Pattern: "POST /account/password", Access: web.SignedIn, Handler: o.changePassword},
		{Pattern: "POST /account/sessions/{id}/end", Access: web.SignedIn, Handler: o.endSession},
		{Pattern: "POST /account/act-for", Access: web.SignedIn, Handler: o.actFor},
		{Pattern: "POST /account/substitutes", Access: web.SignedIn, Handler: o.lendOwn},
		{Pattern: "POST /account/substitutes/{id}/end", Access: web.SignedIn, Handler: o.endSubstitute},
		{Pattern: "GET /step-up", Access: web.SignedIn, Handler: o.stepUpForm},
		{Pattern: "POST /step-up", Access: web.SignedIn, Handler: o.stepUp},
		{Pattern: "GET /desk/handovers/{id}", Access: web.SignedIn, Handler: o.handoverList},
		{Pattern: "POST /desk/handovers/{id}/sign", Access: web.SignedIn, Handler: o.signHandover},
	}
	if o.Passkeys {
		out = append(out, web.Route{Pattern: "POST /account/passkeys/begin", Access: web.SignedIn, Handler: o.beginPasskey},
			web.Route{Pattern: "POST /account/passkeys/finish", Access: web.SignedIn, Handler: o.finishPasskey},
			web.Route{Pattern: "POST /account/passkeys/{id}/remove", Access: web.SignedIn, Handler: o.removePasskey})
	}
	return out
}

func (o *Office) peopleRoutes() []web.Route {
	may := web.May(account.Managing)
	return append(o.sheetRoutes(o.memberSheet(), account.Managing),
		web.Route{Pattern: "GET /desk/people", Access: may, Handler: o.people},
		web.Route{Pattern: "GET /desk/people/new", Access: may, Handler: o.enrolForm},
		web.Route{Pattern: "POST /desk/people/new", Access: may, Handler: o.enrol},
		web.Route{Pattern: "GET /desk/people/{id}", Access: may, Handler: o.person},
		web.Route{Pattern: "POST /desk/people/{id}/grants", Access: may, Handler: o.grant},
		web.Route{Pattern: "POST /desk/people/{id}/revoke", Access: may, Handler: o.revoke},
		web.Route{Pattern: "POST /desk/people/{id}/lend", Access: may, Handler: o.lendOut},
		web.Route{Pattern: "POST /desk/people/{id}/substitutes", Access: may, Handler: o.lendFor},
		web.Route{Pattern: "POST /desk/people/{id}/post", Access: may, Handler: o.appoint},
		web.Route{Pattern: "GET /desk/people/{id}/hand-over", Access: may, Handler: o.handOverForm},
		web.Route{Pattern: "POST /desk/people/{id}/hand-over", Access: may, Handler: o.handOver},
		web.Route{Pattern: "GET /desk/people/{id}/logins/{login}/{act}", Access: may, Handler: o.loginForm},
		web.Route{Pattern: "POST /desk/people/{id}/logins/{login}/{act}", Access: may, Handler: o.loginAct},
	)
}

func (o *Office) unitRoutes() []web.Route {
	may := web.May(Units)
	return append(o.sheetRoutes(o.agencySheet(), Units),
		web.Route{Pattern: "GET /desk/agencies", Access: may, Handler: o.agencies},
		web.Route{Pattern: "GET /desk/agencies/found", Access: may, Handler: o.foundForm},
		web.Route{Pattern: "POST /desk/agencies/found", Access: may, Handler: o.found},
		web.Route{Pattern: "GET /desk/agencies/{id}", Access: may, Handler: o.unit},
		web.Route{Pattern: "GET /desk/agencies/{id}/{act}", Access: may, Handler: o.unitForm},
		web.Route{Pattern: "POST /desk/agencies/{id}/{act}", Access: may, Handler: o.changeUnit},
	)
}

func (o *Office) bookRoutes() []web.Route {
	out := []web.Route{
		{Pattern: "GET /desk/calendar", Access: web.May(Calendar), Handler: o.calendars},
		{Pattern: "GET /desk/calendar/file", Access: web.May(Calendar), Handler: o.editionFile},
		{Pattern: "POST /desk/calendar/check", Access: web.May(Calendar), Handler: o.checkNotice, Upload: maxUpload},
		{Pattern: "POST /desk/calendar/publish", Access: web.May(Calendar), Handler: o.publishNotice, Upload: maxUpload},
		{Pattern: "GET /desk/audit", Access: web.May(Audit), Handler: o.book},
		{Pattern: "POST /desk/audit/verify", Access: web.May(Audit), Handler: o.verify},
		{Pattern: "POST /desk/audit/export", Access: web.May(Audit), Handler: o.export},
	}
	if o.Notices != nil {
		out = append(out, web.Route{Pattern: "GET /desk/outbox", Access: web.May(Outbox), Handler: o.outbox},
			web.Route{Pattern: "POST /desk/outbox/{id}/retry", Access: web.May(Outbox), Handler: o.retry})
	}
	return out
}
