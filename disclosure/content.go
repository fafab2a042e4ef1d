package disclosure

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"yangguang/internal/clock"
)

// Kinds of leaves the room writes into the public log. A publication's verb is
// its leaf's kind, but for these.
const (
	loggedEmergency = "emergency" // published on the emergency path; the full review follows as "reviewed"
	loggedExisting  = "existing"  // public before there was a log
	loggedHistory   = "history"   // what happened to it before there was a log
	loggedValidity  = "validity"
	loggedTakenDown = "taken_down"
	loggedClosed    = "closed"
	loggedReviewed  = "reviewed"
)

// contentV1 goes first into what is hashed; another layout gets another number.
const contentV1 = "yangguang content 1"

// publicContent is what the public reads of one version, in its one spelling.
// Fields are only ever added with omitempty, so that old hashes stay.
type publicContent struct {
	Format    string          `json:"format"`
	Item      string          `json:"item"`
	Agency    string          `json:"agency"`
	Number    string          `json:"index_number"`
	Address   string          `json:"address"`
	Category  string          `json:"category"`
	Period    string          `json:"period,omitempty"`
	Version   int             `json:"version"`
	Title     string          `json:"title"`
	Summary   string          `json:"summary,omitempty"`
	DocNumber string          `json:"document_number,omitempty"`
	Keywords  string          `json:"keywords,omitempty"`
	Form      string          `json:"form,omitempty"`
	Data      json.RawMessage `json:"data,omitempty"`
	HTML      string          `json:"html,omitempty"`
	FormedOn  string          `json:"formed_on,omitempty"`
	EndsOn    string          `json:"ends_on,omitempty"`
	Explains  string          `json:"explains,omitempty"`
	Reason    string          `json:"reason,omitempty"`
	Published string          `json:"published_at"`
	Emergency bool            `json:"emergency,omitempty"`
	Imported  string          `json:"imported,omitempty"`
	Timely    *bool           `json:"timely,omitempty"`
	Files     []publicFile    `json:"files,omitempty"`
}

type publicFile struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
	Hash string `json:"sha256"`
	Note string `json:"note,omitempty"`
}

// PublicContent is the canonical form of what the public reads of a version:
// the bytes the public log's hash is over, and what a reader who checks it is
// given. Whatever is not shown to the public does not belong into it.
func (d *Disclosure) PublicContent(it *Item, v *Version, files []File) ([]byte, error) {
	c := publicContent{Format: contentV1, Item: objectNumber(it.ID), Agency: objectNumber(it.Agency), Number: it.Number, Address: it.Slug(), Category: it.Category, Period: it.Period,
		Version: v.Number, Title: v.Title, Summary: v.Summary, DocNumber: v.DocNumber, Keywords: v.Keywords, Form: v.Form, HTML: v.Body,
		FormedOn: dateWord(v.FormedOn), EndsOn: dateWord(v.EndsOn), Explains: objectNumber(v.Explains), Reason: v.Reason, Published: instant(v.PublishedAt),
		Emergency: v.Emergency, Imported: objectNumber(it.Imported), Timely: it.Timely}
	if data := d.publicData(v); data != "" {
		c.Data = json.RawMessage(data)
	}
	for _, f := range files {
		c.Files = append(c.Files, publicFile{Name: f.Name, Type: f.Kind, Size: f.Size, Hash: f.Hash, Note: f.Note})
	}
	return canonical(c)
}

// publicData is a version's filled-in form as the public sees it, with small
// figures of people hidden.
func (d *Disclosure) publicData(v *Version) string { return d.Projected(v).Data }

// eventContent is what is hashed of an act that is not a text.
type eventContent struct {
	Format   string  `json:"format"`
	Item     string  `json:"item"`
	Number   string  `json:"index_number"`
	Verb     string  `json:"verb"`
	Version  int     `json:"version,omitempty"`
	Reason   string  `json:"reason,omitempty"`
	At       string  `json:"at"`
	Ground   string  `json:"ground,omitempty"`   // of a take-down
	Address  string  `json:"address,omitempty"`  // of a take-down, as are the next three: when the text is
	Category string  `json:"category,omitempty"` // destroyed, nothing else says what the tombstone was
	Period   string  `json:"period,omitempty"`
	Agency   string  `json:"agency,omitempty"`
	Closed   []int   `json:"closed,omitempty"`    // versions that can no longer be read
	Erased   []int64 `json:"erased,omitempty"`    // leaves whose salt and record were destroyed
	Previous []Event `json:"-"`                   // of a history: the events it stands for
	Events   []event `json:"events,omitempty"`    // the same, as they are written
	State    string  `json:"state,omitempty"`     // of a history
	Title    string  `json:"title,omitempty"`     // of a history
	Ended    string  `json:"ended_at,omitempty"`  // of a history
	Validity string  `json:"validity,omitempty"`  // of a history
	Since    string  `json:"published,omitempty"` // of a history
}

type event struct {
	Verb    string `json:"verb"`
	At      string `json:"at"`
	Version int    `json:"version,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

const eventV1 = "yangguang event 1"

func (e eventContent) bytes(it *Item) ([]byte, error) {
	e.Format, e.Item, e.Number = eventV1, objectNumber(it.ID), it.Number
	if e.Verb == loggedTakenDown {
		e.Address, e.Category, e.Period, e.Agency = it.Slug(), it.Category, it.Period, objectNumber(it.Agency)
	}
	for _, p := range e.Previous {
		e.Events = append(e.Events, event{Verb: p.Verb, At: instant(p.At), Version: p.Version, Reason: p.Reason})
	}
	return canonical(e)
}

// canonical writes a value in the one way its hash is over.
func canonical(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}

func objectNumber(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func dateWord(d clock.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// instant is a stored time, to the millisecond, as it reads back.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return clock.FromMillis(clock.Millis(t)).UTC().Format("2006-01-02T15:04:05.000Z")
}
