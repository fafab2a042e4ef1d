package inforequest

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"yangguang/agency/keeping"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/pdf"
)

// ArchiveSchema names the form of a package (docs/archive.md).
const ArchiveSchema = "yangguang.inforequest.archive/1"

// openedArchive begins the note of an opening for the archive; what was typed
// follows.
const openedArchive = "inforequest.opened_archive"

// Package is a closed request for the agency's archive 归档. It holds who asked.
type Package struct {
	Number string

	r       *Requests
	c       *Case
	meta    archived
	letters []printedLetter
	at      time.Time
	keep    retained
	archive string // its number 档号
	values  letter.Values
	cover   *letter.Form
	list    *letter.Form
}

type printedLetter struct {
	Letter
	pdf, docx string // paths
}

// archived is metadata.json: what is known of the request, who asked included.
type archived struct {
	Schema        string            `json:"schema"`
	ArchiveNumber string            `json:"archive_number"`
	Number        string            `json:"number"`
	Agency        string            `json:"agency"`
	Address       string            `json:"address"` // of the agency, as in the site's addresses
	Channel       string            `json:"channel"`
	Applicant     string            `json:"applicant"`
	Who           archivedWho       `json:"who"`
	Subject       string            `json:"subject"`
	Detail        string            `json:"detail,omitempty"`
	Reasons       string            `json:"reasons,omitempty"`
	Delivery      string            `json:"delivery"`
	Medium        string            `json:"medium"`
	FiledOn       string            `json:"filed_on"`
	ReceivedOn    string            `json:"received_on,omitempty"`
	DueOn         string            `json:"due_on,omitempty"`
	DecidedOn     string            `json:"decided_on,omitempty"`
	ClosedOn      string            `json:"closed_on"`
	Late          bool              `json:"late"`
	Decision      string            `json:"decision"`
	DecisionTitle string            `json:"decision_title"`
	Variant       string            `json:"variant,omitempty"`
	Reviewed      string            `json:"reviewed,omitempty"`
	Author        string            `json:"author,omitempty"`
	Approver      string            `json:"approver,omitempty"`
	Steps         []archivedStep    `json:"steps"`
	Consultations []archivedConsult `json:"consultations"`
	Fees          []archivedFee     `json:"fees"`
	Letters       []archivedLetter  `json:"letters"`
	Files         []archivedFile    `json:"files"`
	Remedies      []archivedRemedy  `json:"remedies"`
}

type archivedWho struct {
	Name           string `json:"name"`
	IDKind         string `json:"id_kind,omitempty"`
	IDNumber       string `json:"id_number,omitempty"`
	Representative string `json:"representative,omitempty"`
	Phone          string `json:"phone,omitempty"`
	Email          string `json:"email,omitempty"`
	Address        string `json:"address,omitempty"`
	Helper         string `json:"helper,omitempty"`
	HelperTie      string `json:"helper_tie,omitempty"`
}

type archivedStep struct {
	On     string `json:"on"`
	Kind   string `json:"kind"`
	Words  string `json:"words"`
	Note   string `json:"note,omitempty"`
	By     string `json:"by,omitempty"`
	Public bool   `json:"public"`
}

type archivedConsult struct {
	Kind       string `json:"kind"`
	Whom       string `json:"whom"`
	Address    string `json:"address,omitempty"`
	AskedOn    string `json:"asked_on"`
	DueOn      string `json:"due_on"`
	Answer     string `json:"answer,omitempty"`
	AnsweredOn string `json:"answered_on,omitempty"`
	Reasons    string `json:"reasons,omitempty"`
	ToldOn     string `json:"told_on,omitempty"`
}

type archivedFee struct {
	Ladder  string `json:"ladder"`
	Units   int    `json:"units"`
	Yuan    int    `json:"yuan"`
	AskedOn string `json:"asked_on"`
	PaidOn  string `json:"paid_on,omitempty"`
	Receipt string `json:"receipt,omitempty"`
}

type archivedLetter struct {
	Number   string `json:"number"`
	Kind     string `json:"kind"`
	Title    string `json:"title"`
	MadeOn   string `json:"made_on"`
	SealedOn string `json:"sealed_on,omitempty"`
	SentOn   string `json:"sent_on,omitempty"`
	SentBy   string `json:"sent_by,omitempty"`
	Proof    string `json:"proof,omitempty"`
	PDF      string `json:"pdf"`
	DOCX     string `json:"docx"`
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

type archivedRemedy struct {
	Kind    string `json:"kind"`
	FiledOn string `json:"filed_on"`
	Outcome string `json:"outcome,omitempty"`
	EndedOn string `json:"ended_on,omitempty"`
}

// retained is the line of the retention table a package is kept by.
type retained struct {
	ID    string `json:"id"`
	Basis string `json:"basis"`
	Long  string `json:"long"`
	Then  string `json:"then"`
}

// manifest is manifest.json: what a package holds.
type manifest struct {
	Schema    string   `json:"schema"`
	Number    string   `json:"number"`
	Retention retained `json:"retention"`
	Parts     []part   `json:"parts"`
}

type part struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Archive makes a closed request ready for the archive. Who asked stands in it,
// so it needs a reason, and the applicant sees that it was read.
func (r *Requests) Archive(ctx context.Context, province int, id int64, reason string) (p *Package, err error) {
	defer fault.Wrap(&err, "inforequest.Archive(%d)", id)
	reason = strings.TrimSpace(reason)
	c := checker{}
	c.length("reason", reason, 4, maxLine)
	if err := fault.Fields(c.bad...); err != nil {
		return nil, err
	}
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		q, a, err := r.reach(tx, province, id, Registering)
		if err != nil {
			return err
		}
		if q.State != Closed || q.Destroyed {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		if p, err = r.pack(tx, q); err != nil {
			return err
		}
		if _, err := tx.Exec("update inforequest set archived_at = $3 where province = $1 and id = $2", q.Province, q.ID, clock.Millis(tx.Now)); err != nil {
			return err
		}
		if err := r.opened(tx, a, q, i18n.T(i18n.With(tx.Ctx, i18n.ZH), openedArchive, reason)); err != nil {
			return err
		}
		return r.audit(tx, a, q, "archive", "")
	})
	return p, err
}

// pack reads all a package holds, but for the bytes of files.
func (r *Requests) pack(tx *db.Tx, q *Request) (*Package, error) {
	tx2 := *tx
	tx2.Ctx = i18n.With(tx.Ctx, i18n.ZH) // an archive speaks the language of the office
	tx = &tx2
	c, err := r.caseOf(tx, q)
	if err != nil {
		return nil, err
	}
	if err := r.name(tx, c); err != nil {
		return nil, err
	}
	w, err := r.identityOf(q)
	if err != nil {
		return nil, err
	}
	o, err := OfficeOf(tx, c.Unit)
	if err != nil {
		return nil, err
	}
	p := &Package{Number: q.Number, r: r, c: c, at: q.ClosedOn.Start(), keep: retention()}
	p.archive = i18n.T(tx.Ctx, "inforequest.archive_number", o.Mark, strconv.Itoa(q.ClosedOn.Year()), q.Number)
	if p.cover, err = r.form(tx, c.Unit, "archive_cover"); err != nil {
		return nil, err
	}
	if p.list, err = r.form(tx, c.Unit, "archive_list"); err != nil {
		return nil, err
	}
	p.describe(tx, w)
	p.values = officeValues(tx, c.Unit, o).With(letter.Values{"number": q.Number, "archive_number": p.archive, "asked": c.Asked.Subject, "decision": or(p.meta.DecisionTitle, q.Decision),
		"opened_on": i18n.Date(tx.Ctx, clock.DateOf(q.FiledAt)), "closed_on": i18n.Date(tx.Ctx, q.ClosedOn), "retention": p.keep.Long})
	return p, nil
}

// retention is the line of the table these requests are kept by.
func retention() retained {
	t := keeping.Table()
	i := slices.IndexFunc(t, func(x keeping.Record) bool { return x.ID == "inforequests" })
	return retained{t[i].ID, t[i].Basis.Zh, t[i].Long.Zh, t[i].Then} // tested
}

func (p *Package) describe(tx *db.Tx, w Identity) {
	c, ctx := p.c, tx.Ctx
	m := archived{Schema: ArchiveSchema, ArchiveNumber: p.archive, Number: c.Number, Agency: c.Unit.Name, Address: c.Unit.Path(), Channel: c.Channel, Applicant: c.Applicant,
		Who:     archivedWho(w),
		Subject: c.Asked.Subject, Detail: c.Asked.Detail, Reasons: c.Asked.Reasons, Delivery: c.Delivery, Medium: c.Medium, FiledOn: clock.DateOf(c.FiledAt).String(),
		ReceivedOn: c.ReceivedOn.String(), DueOn: c.DueOn.String(), DecidedOn: c.DecidedOn.String(), ClosedOn: c.ClosedOn.String(), Late: c.Late, Decision: c.Decision, Variant: c.Variant,
		Steps: []archivedStep{}, Consultations: []archivedConsult{}, Fees: []archivedFee{}, Letters: []archivedLetter{}, Files: []archivedFile{}, Remedies: []archivedRemedy{}}
	if d := p.r.Norm.Requests.Decision(c.Decision); d != nil {
		m.DecisionTitle = d.Title.Zh
	}
	if c.Draft != nil {
		m.Reviewed, m.Author, m.Approver = c.Draft.Reviewed, c.People[c.Draft.Author], c.People[c.Draft.Approver]
	}
	for _, s := range c.Steps {
		if s.Kind != "opened" { // who looked is in the audit book; a package made again is the same
			m.Steps = append(m.Steps, archivedStep{s.On.String(), s.Kind, s.Words(ctx), s.Note, c.People[s.Person], s.Public})
		}
	}
	for _, x := range c.Consults {
		m.Consultations = append(m.Consultations, archivedConsult{x.Kind, x.Whom, x.Address, x.AskedOn.String(), x.DueOn.String(), x.Answer, x.AnsweredOn.String(), x.Reasons, x.ToldOn.String()})
	}
	for _, x := range c.Fees {
		m.Fees = append(m.Fees, archivedFee{x.Ladder, x.Units, x.Yuan, x.AskedOn.String(), x.PaidOn.String(), x.Receipt})
	}
	for i, l := range c.Letters {
		name := "letters/" + twoDigits(i+1) + "-" + string(l.Kind)
		p.letters = append(p.letters, printedLetter{l, name + ".pdf", name + ".docx"})
		m.Letters = append(m.Letters, archivedLetter{l.Number, string(l.Kind), l.Content.Merged.Title, l.MadeOn.String(), l.SealedOn.String(), l.SentOn.String(), l.SentBy, l.Proof, name + ".pdf", name + ".docx"})
	}
	for i, f := range c.Files {
		x := archivedFile{Name: f.Name, Purpose: f.Purpose, Type: f.Kind, Size: f.Size, SHA256: f.SHA, Destroyed: f.Gone}
		if !f.Gone {
			x.Path = "files/" + twoDigits(i+1) + "-" + f.Purpose + "-" + fileName(f.Name)
		}
		m.Files = append(m.Files, x)
	}
	for _, x := range c.Remedies {
		m.Remedies = append(m.Remedies, archivedRemedy{x.Kind, x.FiledOn.String(), x.Outcome, x.EndedOn.String()})
	}
	p.meta = m
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
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

// packing writes the parts of a package and notes their hashes.
type packing struct {
	z   *zip.Writer
	at  time.Time
	man manifest
}

func (k *packing) add(name string, b []byte) error {
	w, err := k.z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: k.at})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	k.man.Parts = append(k.man.Parts, part{name, int64(len(b)), hex.EncodeToString(sum[:])})
	_, err = w.Write(b)
	return err
}

func (k *packing) json(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return k.add(name, append(b, '\n'))
}

// paper adds a letter under a name, and tells how many pages it has.
func (k *packing) paper(name string, l letter.Letter, at time.Time) (pages int, err error) {
	for _, form := range []string{"pdf", "docx"} {
		b, _, err := l.As(form, at)
		if err != nil {
			return 0, err
		}
		if form == "pdf" {
			pages = pdf.Pages(b)
		}
		if err := k.add(name+"."+form, b); err != nil {
			return 0, err
		}
	}
	return pages, nil
}

// Write makes the package: the same request makes the same bytes. The manifest
// comes last; a package without it is broken.
func (p *Package) Write(ctx context.Context, to io.Writer) (err error) {
	defer fault.Wrap(&err, "inforequest.Package.Write(%s)", p.Number)
	k := &packing{z: zip.NewWriter(to), at: p.at, man: manifest{Schema: ArchiveSchema, Number: p.Number, Retention: p.keep}}
	if err := k.json("metadata.json", p.meta); err != nil {
		return err
	}
	var rows [][]string
	all := 0
	for i, l := range p.letters {
		n, err := k.paper(strings.TrimSuffix(l.pdf, ".pdf"), l.Content.Merged, l.MadeOn.Start())
		if err != nil {
			return err
		}
		all += n
		rows = append(rows, []string{strconv.Itoa(i + 1), l.MadeOn.String(), l.Content.Merged.Title, l.Number, strconv.Itoa(n)})
	}
	more, err := p.files(ctx, k, len(rows))
	if err != nil {
		return err
	}
	rows = append(rows, more...)
	if err := p.papers(k, rows, all); err != nil {
		return err
	}
	if err := k.json("manifest.json", k.man); err != nil {
		return err
	}
	return k.z.Close()
}

// files adds what was attached and not destroyed; each must still be what it was.
func (p *Package) files(ctx context.Context, k *packing, before int) (rows [][]string, err error) {
	for i := range p.c.Files {
		f, x := &p.c.Files[i], p.meta.Files[i]
		if f.Gone {
			continue
		}
		b, err := p.r.bytesOf(ctx, f)
		if err != nil {
			return nil, err
		}
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != f.SHA {
			return nil, fault.Say(fault.Conflict, "inforequest.file_changed", f.Name)
		}
		if err := k.add(x.Path, b); err != nil {
			return nil, err
		}
		rows = append(rows, []string{strconv.Itoa(before + len(rows) + 1), clock.DateOf(clock.FromMillis(f.At)).String(), f.Name, "", ""})
	}
	return rows, nil
}

// papers adds cover and list of the file.
func (p *Package) papers(k *packing, rows [][]string, pages int) error {
	list, err := p.list.List(p.values, rows)
	if err != nil {
		return err
	}
	cover, err := p.cover.Merge(letter.Way{}, p.values.With(letter.Values{"file_count": strconv.Itoa(len(rows)), "page_count": strconv.Itoa(pages)}))
	if err != nil {
		return err
	}
	list.Demo, cover.Demo = p.c.Unit.Demo, p.c.Unit.Demo
	if _, err := k.paper("cover", cover, p.at); err != nil {
		return err
	}
	_, err = k.paper("list", list, p.at)
	return err
}

// CheckArchive reads a package again and lists what is not as its manifest says;
// packages of other rooms, whose schemas the caller names, are made the same way.
func CheckArchive(from io.ReaderAt, size int64, also ...string) (number string, parts int, faults []string, err error) {
	z, err := zip.NewReader(from, size)
	if err != nil {
		return "", 0, nil, err
	}
	held := map[string]part{}
	var m manifest
	for _, f := range z.File {
		x, b, err := readPart(f, f.Name == "manifest.json")
		if err != nil {
			faults = append(faults, f.Name+": "+err.Error())
			continue
		}
		if _, twice := held[f.Name]; twice {
			faults = append(faults, f.Name+": stands twice in the package")
		}
		if held[f.Name] = x; b != nil {
			if err := json.Unmarshal(b, &m); err != nil {
				faults = append(faults, f.Name+": "+err.Error())
			}
		}
	}
	if m.Schema != ArchiveSchema && !slices.Contains(also, m.Schema) {
		faults = append(faults, "manifest.json: missing, or of another schema")
	}
	delete(held, "manifest.json")
	for _, want := range m.Parts {
		switch got, ok := held[want.Path]; {
		case !ok:
			faults = append(faults, want.Path+": missing")
		case got != want:
			faults = append(faults, want.Path+": differs from the manifest")
		}
		delete(held, want.Path)
	}
	for name := range held {
		faults = append(faults, name+": not in the manifest")
	}
	slices.Sort(faults)
	return m.Number, len(m.Parts), faults, nil
}

// readPart hashes one part, and gives the bytes of the manifest.
func readPart(f *zip.File, whole bool) (x part, b []byte, err error) {
	in, err := f.Open()
	if err != nil {
		return x, nil, err
	}
	defer in.Close() //nolint:errcheck // it was read
	h := sha256.New()
	var to io.Writer = h
	var buf strings.Builder
	if whole {
		to = io.MultiWriter(h, &buf)
	}
	n, err := io.Copy(to, io.LimitReader(in, MaxFile+1<<20)) // no part is longer than a file may be
	if err != nil {
		return x, nil, err
	}
	if whole {
		b = []byte(buf.String())
	}
	return part{f.Name, n, hex.EncodeToString(h.Sum(nil))}, b, nil
}
