package casedesk

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// ArchiveSchema names the form of a package (docs/archive.md).
const ArchiveSchema = "yangguang.casework.archive/1"

// archived is metadata.json: what is known of a matter, whoever brought it included.
type archived struct {
	Schema      string          `json:"schema"`
	Number      string          `json:"number"`
	Agency      string          `json:"agency"`
	Address     string          `json:"address"` // of the agency, as in the site's addresses
	Channel     string          `json:"channel"`
	Type        string          `json:"type"`
	Class       string          `json:"class"`
	Topic       string          `json:"topic,omitempty"`
	Stage       string          `json:"stage,omitempty"`
	Outside     string          `json:"outside,omitempty"`
	Told        casework.Told   `json:"told"`
	Who         archivedWho     `json:"who"`
	FiledAt     string          `json:"filed_at"`
	AcceptedAt  string          `json:"accepted_at,omitempty"`
	FirstDue    string          `json:"first_due,omitempty"`
	DueAt       string          `json:"due_at,omitempty"`
	RepliedAt   string          `json:"replied_at,omitempty"`
	DeliveredAt string          `json:"delivered_at,omitempty"`
	Delivery    string          `json:"delivery,omitempty"`
	ClosedAt    string          `json:"closed_at"`
	Late        bool            `json:"late"`
	Result      string          `json:"result,omitempty"`
	Refusal     string          `json:"refusal,omitempty"`
	Rated       string          `json:"rated,omitempty"`
	Discontent  string          `json:"discontent,omitempty"`
	Merged      []string        `json:"merged"`
	Hops        []archivedHop   `json:"hops"`
	Replies     []archivedReply `json:"replies"`
	Timeline    []archivedEntry `json:"timeline"`
	Files       []archivedFile  `json:"files"`
}

type archivedWho struct {
	Name      string `json:"name,omitempty"`
	Phone     string `json:"phone,omitempty"`
	Email     string `json:"email,omitempty"`
	Address   string `json:"address,omitempty"`
	Helper    string `json:"helper,omitempty"`
	HelperTie string `json:"helper_tie,omitempty"`
}

type archivedHop struct {
	From         string `json:"from"`
	To           string `json:"to"`
	Lead         bool   `json:"lead"`
	SentAt       string `json:"sent_at"`
	SignedAt     string `json:"signed_at,omitempty"`
	EndedAt      string `json:"ended_at,omitempty"`
	Outcome      string `json:"outcome,omitempty"`
	Contribution string `json:"contribution,omitempty"`
}

type archivedReply struct {
	Result    string   `json:"result"`
	PromiseOn string   `json:"promise_on,omitempty"`
	Text      string   `json:"text"`
	State     string   `json:"state"`
	Author    string   `json:"author,omitempty"`
	Approver  string   `json:"approver,omitempty"`
	Quotes    []string `json:"quotes,omitempty"`
}

type archivedEntry struct {
	At     string `json:"at"`
	Kind   string `json:"kind"`
	Words  string `json:"words"`
	Note   string `json:"note,omitempty"`
	Public bool   `json:"public"`
}

type archivedFile struct {
	Path      string `json:"path,omitempty"`
	Name      string `json:"name"`
	Purpose   string `json:"purpose"`
	Type      string `json:"type"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"`
	Destroyed bool   `json:"destroyed,omitempty"`
}

// manifest is manifest.json: what a package holds. It comes last.
type manifest struct {
	Schema string `json:"schema"`
	Number string `json:"number"`
	Parts  []part `json:"parts"`
}

type part struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// archive gives a closed matter as a package 归档. It is made whole before any of
// it is sent: half a package must not look whole.
func (d *Desk) archive(w http.ResponseWriter, r *http.Request, a act, k *casework.Case) error {
	ctx := i18n.With(r.Context(), i18n.ZH) // an archive speaks the language of the office
	whole, who, err := d.Cases.Archive(ctx, k.Province, k.ID, input{r}.text("reason"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showAct(w, r, a, k, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	b, err := d.pack(ctx, whole, who)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Download(w, t(ctx, "archive_name")+" "+k.Number+".zip", "application/zip", b)
}

// packing writes the parts of a package and notes their hashes.
type packing struct {
	z   *zip.Writer
	at  time.Time
	man manifest
}

func (p *packing) add(name string, b []byte) error {
	w, err := p.z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: p.at})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	p.man.Parts = append(p.man.Parts, part{name, int64(len(b)), hex.EncodeToString(sum[:])})
	_, err = w.Write(b)
	return err
}

func (p *packing) json(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return p.add(name, append(b, '\n'))
}

func (d *Desk) pack(ctx context.Context, k *casework.Case, who casework.Contact) ([]byte, error) {
	var out bytes.Buffer
	p := &packing{z: zip.NewWriter(&out), at: k.ClosedAt, man: manifest{Schema: ArchiveSchema, Number: k.Number}}
	k = settled(k)
	meta := d.metadata(ctx, k, who)
	if err := p.json("metadata.json", meta); err != nil {
		return nil, err
	}
	order, err := d.pdf(ctx, k.ClosedAt, k)
	if err != nil {
		return nil, err
	}
	if err := p.add("order.pdf", order); err != nil {
		return nil, err
	}
	for i := range k.Files {
		if k.Files[i].Gone {
			continue
		}
		f, b, err := d.Cases.FileOf(ctx, k.Province, k.ID, k.Files[i].ID)
		if err != nil {
			return nil, err
		}
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != f.SHA {
			return nil, fault.Say(fault.Conflict, "casedesk.file_changed")
		}
		if err := p.add(meta.Files[i].Path, b); err != nil {
			return nil, err
		}
	}
	if err := p.json("manifest.json", p.man); err != nil {
		return nil, err
	}
	err = p.z.Close()
	return out.Bytes(), err
}

// settled is a matter without who looked at it, which is in the audit book: a
// package made again is the same.
func settled(k *casework.Case) *casework.Case {
	out := *k
	out.ArchivedAt = time.Time{}
	out.Entries = slices.DeleteFunc(slices.Clone(k.Entries), func(e casework.Entry) bool { return e.Kind == "opened" || e.Kind == "archive" })
	return &out
}

func (d *Desk) metadata(ctx context.Context, k *casework.Case, who casework.Contact) archived {
	m := archived{Schema: ArchiveSchema, Number: k.Number, Agency: k.Unit.Name, Address: k.Unit.Path(), Channel: k.Channel, Type: k.Type, Class: k.Class, Topic: k.Topic, Stage: k.Stage, Outside: k.Outside, Told: k.Told,
		Who:     archivedWho{who.Name, who.Phone, who.Email, who.Address, who.Helper, who.HelperTie},
		FiledAt: stamp(k.FiledAt), AcceptedAt: stamp(k.AcceptedAt), FirstDue: stamp(k.FirstDue), DueAt: stamp(k.DueAt), RepliedAt: stamp(k.RepliedAt), DeliveredAt: stamp(k.DeliveredAt), Delivery: k.Delivery,
		ClosedAt: stamp(k.ClosedAt), Late: k.Late, Result: k.Result, Refusal: k.Refusal, Rated: k.Rated, Discontent: k.Discontent,
		Merged: []string{}, Hops: []archivedHop{}, Replies: []archivedReply{}, Timeline: []archivedEntry{}, Files: []archivedFile{}}
	for _, x := range k.Merged {
		m.Merged = append(m.Merged, x.Number)
	}
	for _, h := range k.Hops {
		m.Hops = append(m.Hops, archivedHop{k.Units[h.From], k.Units[h.Unit], h.Lead, stamp(h.SentAt), stamp(h.SignedAt), stamp(h.EndedAt), h.Outcome, h.Contribution})
	}
	for _, x := range k.Replies {
		m.Replies = append(m.Replies, archivedReply{x.Result, x.PromiseOn.String(), x.Text, x.State, k.People[x.Author], k.People[x.Approver], x.Quotes})
	}
	for i := range k.Entries {
		e := &k.Entries[i]
		m.Timeline = append(m.Timeline, archivedEntry{stamp(e.At), e.Kind, d.happened(ctx, k, e), e.Note, e.Public})
	}
	for i, f := range k.Files {
		x := archivedFile{Name: f.Name, Purpose: f.Purpose, Type: f.Kind, Size: f.Size, SHA256: f.SHA, Destroyed: f.Gone}
		if !f.Gone {
			x.Path = "files/" + twoDigits(i+1) + "-" + f.Purpose + "-" + fileName(f.Name)
		}
		m.Files = append(m.Files, x)
	}
	return m
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(clock.Shanghai).Format(time.RFC3339)
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + num(int64(n))
	}
	return num(int64(n))
}

// fileName is a name every system can unpack.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, path.Base(s))
}
