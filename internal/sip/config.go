package sip

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"yangguang/internal/clock"
)

// Config is how a Server listens, to whom, and what it asks of the hotline.
type Config struct {
	// Addresses to listen on (":5060"). Requests of our own leave from the first
	// UDP address, so that firewalls and carriers see one place.
	UDP, TCP, TLS []string
	TLSConfig     *tls.Config
	// Host is what others are told to answer to: an address or a name. When empty,
	// the address of the first listener, or 127.0.0.1 where it is every address.
	Host string
	// Realm is what desk phones are asked for a secret of. HA1 hashes are of it.
	Realm string

	Trunks []Trunk

	// Phones knows the desk phones' secrets; without it no phone may register.
	Phones Phones
	// Digests are the algorithms phones are asked for, the preferred first: MD5 when
	// empty, which every telephone knows. Add SHA-256 before it where all phones
	// know RFC 8760 only: older ones (baresip 1.0) refuse a challenge that so much
	// as names it. Secrets are random, so that MD5 is no weakness here.
	Digests []string
	// PhoneNets is from where phones may register; empty is from anywhere.
	PhoneNets []netip.Prefix
	// OnRegister hears of each registration and renewal, OnUnregister of each phone
	// that left or was not heard of in time. They must not wait for long: the
	// phone's answer waits for them.
	OnRegister   func(Registration)
	OnUnregister func(user string)
	// MayCall decides whether a desk phone may call a number. Without it none may.
	MayCall func(ctx context.Context, user, called string) bool

	// OnCall is given every call that came in, on a goroutine of its own. The call
	// rings at the other end when told to; what is never answered ends after
	// Limits.Ringing.
	OnCall func(*Call)

	// SessionExpires is the session timer asked for (RFC 4028), 30 minutes when
	// zero.
	SessionExpires time.Duration
	Limits         Limits
	Log            *slog.Logger

	clock timers // tests set it
}

// Limits are how much is too much. Zero is the figure named here.
type Limits struct {
	TrunkRate int           // INVITE in a second from one address of a trunk: 400
	PhoneRate int           // INVITE or REGISTER in a second from one address of phones: 5, with 60 at once
	Calls     int           // calls at once, both ways: 2000
	PerCaller int           // calls at once of one number: 5
	Ringing   time.Duration // before an answer: 3 minutes
	Conns     int           // TCP and TLS connections at once: 1000
}

// A Trunk is a line to the public network: a carrier's or a gateway's.
type Trunk struct {
	Name string
	// Allow is from where its calls come; nobody else's are answered. The server
	// registered at is allowed when it is named by address.
	Allow []netip.Prefix
	// Proxy is where our calls go: host or host:port. When empty, Register.Server,
	// then the first address allowed.
	Proxy string
	// Transport is UDP when empty.
	Transport string
	// Number is what called parties see, and our name in a registration.
	Number string
	// Calls is how many it carries at once, both ways; 0 is as many as all.
	Calls    int
	Register *TrunkRegistration
	// SRTP: voice is encrypted (SDES, RFC 4568) both ways, or there is none. The
	// keys stand in the signalling, which wants TLS for it.
	SRTP bool
}

// A TrunkRegistration is our name at a carrier that wants us to register.
type TrunkRegistration struct {
	Server         string // host or host:port
	User, Password string
	Expires        time.Duration // asked for; 10 minutes when zero
}

// Phones looks up the secret of a desk phone.
type Phones interface {
	Secret(ctx context.Context, user string) (Secret, bool)
}

// A Secret is a desk phone's: its password, or hashes of user:realm:password in
// hex. A hash serves phones of its algorithm only.
type Secret struct {
	Password    string
	MD5, SHA256 string
}

// A Registration is where a desk phone was last seen.
type Registration struct {
	User      string
	Contact   string // the URI it gave, called in the request line
	Source    string // the address it came from, where calls are sent (NAT)
	Transport string // UDP, TCP or TLS
	Expires   time.Time
}

func (c *Config) defaults() error {
	for _, d := range []struct {
		p    *int
		zero int
	}{{&c.Limits.TrunkRate, 400}, {&c.Limits.PhoneRate, 5}, {&c.Limits.Calls, 2000}, {&c.Limits.PerCaller, 5}, {&c.Limits.Conns, 1000}} {
		if *d.p == 0 {
			*d.p = d.zero
		}
	}
	if c.Limits.Ringing == 0 {
		c.Limits.Ringing = 3 * time.Minute
	}
	if c.SessionExpires == 0 {
		c.SessionExpires = 30 * time.Minute
	}
	if c.Realm == "" {
		c.Realm = "hotline"
	}
	if len(c.Digests) == 0 {
		c.Digests = []string{"MD5"}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.clock == nil {
		c.clock = realTime{clock.System()}
	}
	return c.check()
}

func (c *Config) check() error {
	if len(c.UDP)+len(c.TCP)+len(c.TLS) == 0 {
		return errors.New("sip: no address to listen on")
	}
	if len(c.TLS) > 0 && c.TLSConfig == nil {
		return errors.New("sip: a TLS address without a certificate")
	}
	if c.OnCall == nil {
		return errors.New("sip: nobody takes the calls (OnCall)")
	}
	for _, d := range c.Digests {
		if d != "MD5" && d != "SHA-256" {
			return errors.New("sip: digests are MD5 and SHA-256")
		}
	}
	seen := map[string]bool{}
	for _, t := range c.Trunks {
		if t.Name == "" || seen[t.Name] {
			return errors.New("sip: every trunk has a name of its own")
		}
		seen[t.Name] = true
		if len(t.Allow) == 0 && t.Register == nil && t.Proxy == "" {
			return fmt.Errorf("sip: trunk %s has neither an address to be called from nor one to call", t.Name)
		}
		switch t.Transport {
		case "", "UDP", "TCP", "TLS":
		default:
			return fmt.Errorf("sip: trunk %s: transport is UDP, TCP or TLS", t.Name)
		}
	}
	return nil
}
