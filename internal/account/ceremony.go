package account

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// ceremonyLasts is how long the second half of a passkey or OpenID Connect ceremony may take.
const ceremonyLasts = 5 * time.Minute

// The cookie that carries a ceremony's ticket. It is Lax, not Strict, because the provider sends the browser back from
// another site.
const (
	ticketCookieName      = "__Host-yg-t"
	plainTicketCookieName = "yg-t"
)

// TicketCookie carries a ceremony's ticket; an empty one takes it away.
func (a *Accounts) TicketCookie(ticket string) *http.Cookie {
	c := a.cookie(ticketCookieName, plainTicketCookieName, ticket, http.SameSiteLaxMode) //nolint:gosec // see cookie
	if ticket != "" {
		c.MaxAge = int(ceremonyLasts / time.Second)
	}
	return c
}

// TicketFrom is the ceremony's ticket a request carries, "" for none.
func TicketFrom(r *http.Request) string {
	return cookieValue(r, ticketCookieName, plainTicketCookieName)
}

// beginCeremony keeps what the second half needs, sealed, under a ticket only this browser holds.
func (a *Accounts) beginCeremony(tx *db.Tx, kind string, login int64, data any) (ticket string, err error) {
	plain, err := json.Marshal(data)
	if err != nil {
		return "", err
	}
	ticket, hash := secret.NewToken()
	return ticket, insertCeremony(tx, hash, kind, login, a.keys.Seal("account.ceremony", hash, plain), tx.Now.Add(ceremonyLasts))
}

// spendTicket ends a ceremony and reads what was kept into data; ok is false for a ticket that is unknown, used or too old.
// It commits by itself: a ticket is good once, whatever comes of it.
func (a *Accounts) spendTicket(ctx context.Context, kind, ticket string, data any) (login int64, ok bool, err error) {
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		login, ok, err = a.takeCeremony(tx, kind, ticket, data)
		return err
	})
	return login, ok, err
}

func (a *Accounts) takeCeremony(tx *db.Tx, kind, ticket string, data any) (login int64, ok bool, err error) {
	hash := secret.HashToken(ticket)
	c, err := deleteCeremony(tx, hash)
	if fault.Is(err, fault.NotFound) || err == nil && (c.kind != kind || !tx.Now.Before(c.expires)) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	plain, err := a.keys.Open("account.ceremony", hash, c.data)
	if err != nil {
		return 0, false, err
	}
	return c.login, true, json.Unmarshal(plain, data)
}
