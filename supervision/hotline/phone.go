package hotline

import (
	"context"
	"crypto/md5" //nolint:gosec // what SIP digest (RFC 2617) is made of; not a choice
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// Realm is what desk phones sign in to.
const Realm = "yangguang"

const purposePhone = "hotline.phone"

// Phone is a desk phone that may sign in.
type Phone struct {
	Province   int
	ID         int64
	Agency     int64
	Region     agency.Code
	Name       string // the SIP user: the province's two digits and six more
	Label      string
	Active     bool
	Contact    string
	Source     string
	Transport  string
	Node       string
	Registered time.Time
	Expires    time.Time
	ha1        []byte
}

// Ref is the phone's key.
func (p *Phone) Ref() Ref { return Ref{p.Province, p.ID} }

// Reachable answers whether the phone can be rung.
func (p *Phone) Reachable(now time.Time) bool {
	return p.Active && p.Contact != "" && p.Expires.After(now)
}

const phoneCols = `province, id, agency, region, name, label, ha1, active, contact, source, transport, node, registered_at, expires_at`

func scanPhone(r *db.Rows, p *Phone) error {
	return r.Scan(&p.Province, &p.ID, &p.Agency, &p.Region, &p.Name, &p.Label, &p.ha1, &p.Active, &p.Contact, &p.Source, &p.Transport, &p.Node, db.OrZero(&p.Registered), db.OrZero(&p.Expires))
}

func phoneByID(tx *db.Tx, r Ref) (*Phone, error) {
	return db.Only(db.List(tx, scanPhone, "select "+phoneCols+" from hotline_phone where province = $1 and id = $2", r.Province, r.ID))
}

func phoneByName(tx *db.Tx, name string) (*Phone, error) {
	if len(name) != 8 {
		return nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	p, err := strconv.Atoi(name[:2])
	if err != nil {
		return nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	return db.Only(db.List(tx, scanPhone, "select "+phoneCols+" from hotline_phone where province = $1 and name = $2 and active = $3", p, name, true))
}

// CreatePhone makes a desk phone for an agency. The secret is told once; what is
// kept is its digest form, sealed.
func (h *Hotline) CreatePhone(ctx context.Context, unit int64, label string) (p *Phone, told string, err error) {
	defer fault.Wrap(&err, "hotline.CreatePhone")
	if n := len([]rune(label)); n == 0 || n > 40 {
		return nil, "", fault.Fields(fault.Field{Name: "label", Key: "hotline.need_label"})
	}
	told = secret.Code(16)
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		u, err := manages(tx, unit)
		if err != nil {
			return err
		}
		p = &Phone{Province: u.Province(), ID: tx.ID(u.Province()), Agency: u.ID, Region: u.Division, Label: label, Active: true}
		for range 20 {
			p.Name = fmt.Sprintf("%02d%06d", p.Province, uint64(tx.RandomID(p.Province))%1_000_000)
			if _, err = phoneByName(tx, p.Name); fault.Is(err, fault.NotFound) {
				break
			}
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		if _, err := tx.Exec(`insert into hotline_phone (province, id, prefecture, county, region, agency, name, label, realm, ha1, at, by_person) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			p.Province, p.ID, p.Region.Prefecture(), p.Region.County(), p.Region, p.Agency, p.Name, p.Label, Realm, h.sealHA1(p, told), clock.Millis(tx.Now), db.OrNull(actor(tx).Person)); err != nil {
			return err
		}
		return record(tx, p.Province, p.Agency, "phone_create", "phone "+p.Name, "")
	})
	return p, told, err
}

func (h *Hotline) sealHA1(p *Phone, told string) []byte {
	sum := md5.Sum([]byte(p.Name + ":" + Realm + ":" + told)) //nolint:gosec // see the import
	return h.Keys.Seal(purposePhone, placeOf(p.ID), []byte(hex.EncodeToString(sum[:])))
}

// RenewPhone gives a phone another secret; the old one no longer signs in.
func (h *Hotline) RenewPhone(ctx context.Context, ref Ref) (p *Phone, told string, err error) {
	defer fault.Wrap(&err, "hotline.RenewPhone(%d)", ref.ID)
	told = secret.Code(16)
	err = h.managePhone(ctx, ref, "phone_renew", func(tx *db.Tx, q *Phone) error {
		p = q
		_, err := tx.Exec("update hotline_phone set ha1 = $3, contact = '', expires_at = null where province = $1 and id = $2", q.Province, q.ID, h.sealHA1(q, told))
		return err
	})
	return p, told, err
}

// ClosePhone takes a phone out of use.
func (h *Hotline) ClosePhone(ctx context.Context, ref Ref) (err error) {
	defer fault.Wrap(&err, "hotline.ClosePhone(%d)", ref.ID)
	return h.managePhone(ctx, ref, "phone_close", func(tx *db.Tx, p *Phone) error {
		_, err := tx.Exec("update hotline_phone set active = $3, contact = '', expires_at = null where province = $1 and id = $2", p.Province, p.ID, false)
		return err
	})
}

func (h *Hotline) managePhone(ctx context.Context, ref Ref, verb string, f func(tx *db.Tx, p *Phone) error) error {
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := phoneByID(tx, ref)
		if err != nil {
			return err
		}
		if _, err := manages(tx, p.Agency); err != nil {
			return err
		}
		if err := f(tx, p); err != nil {
			return err
		}
		return record(tx, p.Province, p.Agency, verb, "phone "+p.Name, "")
	})
}

// PhoneSecret is what the registrar checks a phone's answer with: HA1 of its
// user in Realm. It is for the process that carries calls only.
func (h *Hotline) PhoneSecret(ctx context.Context, user string) (ha1 string, err error) {
	defer fault.Wrap(&err, "hotline.PhoneSecret")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := phoneByName(tx, user)
		if err != nil {
			return err
		}
		b, err := h.Keys.Open(purposePhone, placeOf(p.ID), p.ha1)
		ha1 = string(b)
		return err
	})
	return ha1, err
}

// Registration is where a phone can be reached.
type Registration struct {
	User, Contact, Source, Transport string
	Expires                          time.Time
}

// Registered keeps where a phone can be reached, through this process.
func (h *Hotline) Registered(ctx context.Context, r Registration) (err error) {
	defer fault.Wrap(&err, "hotline.Registered")
	return h.register(ctx, r.User, func(tx *db.Tx, p *Phone) error {
		_, err := tx.Exec("update hotline_phone set contact = $3, source = $4, transport = $5, node = $6, registered_at = $7, expires_at = $8 where province = $1 and id = $2",
			p.Province, p.ID, r.Contact, r.Source, r.Transport, h.Node, clock.Millis(tx.Now), clock.Millis(r.Expires))
		return err
	})
}

// Unregistered forgets it.
func (h *Hotline) Unregistered(ctx context.Context, user string) (err error) {
	defer fault.Wrap(&err, "hotline.Unregistered")
	return h.register(ctx, user, func(tx *db.Tx, p *Phone) error {
		_, err := tx.Exec("update hotline_phone set contact = '', expires_at = null where province = $1 and id = $2", p.Province, p.ID)
		return err
	})
}

func (h *Hotline) register(ctx context.Context, user string, f func(tx *db.Tx, p *Phone) error) error {
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := phoneByName(tx, user)
		if err != nil {
			return err
		}
		return f(tx, p)
	})
}

// PhoneOf is a phone by its user, with where it can be reached.
func (h *Hotline) PhoneOf(ctx context.Context, user string) (p *Phone, err error) {
	defer fault.Wrap(&err, "hotline.PhoneOf")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		p, err = phoneByName(tx, user)
		return err
	})
	return p, err
}

// manages is an agency, for whoever manages the hotline there.
func manages(tx *db.Tx, unit int64) (agency.Agency, error) {
	u, err := agency.Find(tx, unit)
	if err != nil {
		return u, err
	}
	if !account.From(tx.Ctx).May(Managing, account.Target{Agency: u.ID, Division: int64(u.Division)}) {
		return u, fault.Say(fault.Forbidden, "fault.forbidden")
	}
	return u, nil
}
