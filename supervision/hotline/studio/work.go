package studio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ivr"
	"yangguang/internal/rtp"
)

// Lengths, in characters.
const (
	maxText   = 600
	maxPinyin = 4000
	maxRemark = 200
)

// find makes sure that a prompt is said in a language.
func find(n Name) (Tongue, ivr.Prompt, error) {
	t, known := tongueOf(n.Lang)
	p, listed := ivr.Catalogue()[n.Key]
	if text, _ := t.wording(p); !known || !listed || text == "" {
		return t, p, fault.Say(fault.NotFound, "fault.not_found")
	}
	return t, p, nil
}

// act runs an act of somebody who holds verb at his unit, and books it.
func (s *Studio) act(ctx context.Context, n Name, verb, act string, f func(tx *db.Tx, u agency.Agency, a *account.Actor) (*Version, error)) error {
	if _, _, err := find(n); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		u, a, err := unit(tx, verb)
		if err != nil {
			return err
		}
		v, err := f(tx, u, a)
		if err != nil {
			return err
		}
		return note(tx, u, a, act, v)
	})
}

func note(tx *db.Tx, u agency.Agency, a *account.Actor, act string, v *Version) error {
	return audit.Append(tx, audit.Entry{Province: int64(u.Province()), Person: a.Person, Login: a.Login, Agency: u.ID, Verb: "studio." + act,
		Object: "prompt " + v.Lang + "/" + v.Key, Reason: v.Remark, Detail: "version " + strconv.Itoa(v.Number)})
}

// unit is where the actor works, when he holds one of the verbs there.
func unit(tx *db.Tx, verbs ...string) (agency.Agency, *account.Actor, error) {
	a := account.From(tx.Ctx)
	t := a.Behalf()
	if t.Agency == 0 || !slices.ContainsFunc(verbs, func(v string) bool { return a.May(v, t) }) {
		return agency.Agency{}, nil, fault.Say(fault.Forbidden, "studio.no_grant")
	}
	u, err := agency.Find(tx, t.Agency)
	return u, a, err
}

// draft is the version a writer works on: the open one, or a new one that
// begins with what callers hear of the unit.
func draft(tx *db.Tx, u agency.Agency, n Name) (*Version, error) {
	v, err := openOf(tx, u.Province(), u.ID, n)
	switch {
	case err == nil && v.State == Sent:
		return nil, fault.Say(fault.Conflict, "studio.is_sent")
	case err == nil || !fault.Is(err, fault.NotFound):
		return v, err
	}
	v = &Version{Name: n, State: Draft}
	if now, err := usedOf(tx, u.Province(), u.ID, n); err == nil {
		v.Text, v.Pinyin, v.basis, v.said, v.Sound, v.Length, v.Speaker, v.Recorded = now.Text, now.Pinyin, now.basis, now.said, now.Sound, now.Length, now.Speaker, now.Recorded
	} else if fault.Is(err, fault.NotFound) {
		t, p, _ := find(n)
		v.Text, v.Pinyin = t.wording(p)
		v.basis = basisOf(n, v.Text)
	} else {
		return nil, err
	}
	v.Province, v.ID, v.Agency, v.Region = u.Province(), tx.ID(u.Province()), u.ID, u.Division
	v.Number, err = nextNumber(tx, v.Province, u.ID, n)
	return v, err
}

// store writes a draft back, or down the first time.
func store(tx *db.Tx, v *Version, a *account.Actor) error {
	v.touch(a)
	if v.Author == 0 {
		v.Author, v.Written = a.Person, tx.Now
		return insertVersion(tx, v)
	}
	return updateVersion(tx, v)
}

// Word gives a prompt the agency's own words.
func (s *Studio) Word(ctx context.Context, n Name, text, pinyin string) (err error) {
	defer fault.Wrap(&err, "studio.Word(%s/%s)", n.Lang, n.Key)
	text, pinyin = strings.TrimSpace(text), strings.Join(strings.Fields(pinyin), " ")
	if err := fault.Fields(wrongWords(n, text, pinyin)...); err != nil {
		return err
	}
	return s.act(ctx, n, Writing, "word", func(tx *db.Tx, u agency.Agency, a *account.Actor) (*Version, error) {
		v, err := draft(tx, u, n)
		if err != nil {
			return nil, err
		}
		if v.Author != 0 {
			v.Author, v.Written = a.Person, tx.Now
		}
		v.Text, v.Pinyin, v.basis = text, pinyin, basisOf(n, text)
		return v, store(tx, v, a)
	})
}

// wrongWords tells what of a wording cannot stand. Pinyin is checked where it is
// what the placeholder voice is given: in Mandarin.
func wrongWords(n Name, text, pinyin string) (bad []fault.Field) {
	wrong := func(name, key string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Key: "studio." + key, Args: args})
	}
	if c := utf8.RuneCountInString(text); c == 0 || c > maxText || strings.ContainsAny(text, "\t\n\r") {
		wrong("text", "need_text", maxText)
	}
	if len(pinyin) > maxPinyin {
		wrong("pinyin", "long_pinyin", maxPinyin)
	}
	if n.Lang != string(ivr.Chinese) || len(bad) > 0 {
		return bad
	}
	syllables, not := spell(pinyin)
	want, told := characters(text)
	switch {
	case pinyin == "":
		wrong("pinyin", "need_pinyin")
	case not != "":
		wrong("pinyin", "bad_syllable", not)
	case told && want != syllables:
		wrong("pinyin", "count_pinyin", want, syllables)
	}
	return bad
}

// reasons are the sentences of why a file is no recording.
var reasons = map[error]string{ErrNoWAV: "no_wav", ErrNoSound: "no_sound", ErrSilent: "is_silent", ErrTooLong: "too_long", ErrForm: "bad_form", ErrRate: "bad_rate", ErrShort: "too_short", ErrLong: "too_long", ErrClipped: "is_clipped"}

// wrongSound is the refusal of a file, beside its field.
func wrongSound(err error) (fault.Field, bool) {
	for why, key := range reasons {
		if errors.Is(err, why) {
			return fault.Field{Name: "sound", Key: "studio." + key}, true
		}
	}
	return fault.Field{}, false
}

// Record keeps a recording of a prompt as it is worded now. Whoever brings it is
// taken for who spoke, and does not pass it.
func (s *Studio) Record(ctx context.Context, n Name, file io.Reader) (err error) {
	defer fault.Wrap(&err, "studio.Record(%s/%s)", n.Lang, n.Key)
	samples, err := ReadRecording(file)
	if f, ours := wrongSound(err); ours {
		return fault.Fields(f)
	}
	if err != nil {
		return err
	}
	return s.act(ctx, n, Writing, "record", func(tx *db.Tx, u agency.Agency, a *account.Actor) (*Version, error) {
		v, err := draft(tx, u, n)
		if err != nil {
			return nil, err
		}
		return v, record(tx, a, v, samples)
	})
}

// record gives a draft a recording, and its old one up.
func record(tx *db.Tx, a *account.Actor, v *Version, samples []int16) error {
	octets := rtp.PCMA.Encode(make([]byte, 0, len(samples)), samples)
	old := v.Sound
	v.Sound, v.said, v.basis, v.Speaker, v.Recorded = hashOf(octets), v.Text, basisOf(v.Name, v.Text), a.Person, tx.Now
	v.Length = time.Duration(len(samples)) * time.Second / rate
	if err := putSound(tx, v.Province, v.Sound, octets); err != nil {
		return err
	}
	if err := store(tx, v, a); err != nil || old == v.Sound {
		return err
	}
	return dropSound(tx, v.Province, old)
}

func hashOf(octets []byte) string {
	sum := sha256.Sum256(octets)
	return hex.EncodeToString(sum[:])
}

// Send gives a version to another person to pass. What it was recorded from must
// be what it says.
func (s *Studio) Send(ctx context.Context, n Name) (err error) {
	defer fault.Wrap(&err, "studio.Send(%s/%s)", n.Lang, n.Key)
	return s.act(ctx, n, Writing, "send", func(tx *db.Tx, u agency.Agency, a *account.Actor) (*Version, error) {
		v, err := openOf(tx, u.Province(), u.ID, n)
		switch {
		case err != nil:
			return nil, err
		case v.State != Draft:
			return nil, fault.Say(fault.Conflict, "studio.is_sent")
		case v.Sound == "":
			return nil, fault.Fields(fault.Field{Name: "sound", Key: "studio.need_sound"})
		case v.Outdated():
			return nil, fault.Fields(fault.Field{Name: "sound", Key: "studio.is_outdated"})
		}
		v.State, v.SentAt, v.Remark = Sent, tx.Now, ""
		v.Reviewer, v.Decided = 0, time.Time{}
		return v, updateVersion(tx, v)
	})
}

// TakeBack makes a version that waits a draft again.
func (s *Studio) TakeBack(ctx context.Context, n Name) (err error) {
	defer fault.Wrap(&err, "studio.TakeBack(%s/%s)", n.Lang, n.Key)
	return s.act(ctx, n, Writing, "take_back", func(tx *db.Tx, u agency.Agency, _ *account.Actor) (*Version, error) {
		v, err := openOf(tx, u.Province(), u.ID, n)
		if err != nil {
			return nil, err
		}
		if v.State != Sent {
			return nil, fault.Say(fault.Conflict, "studio.not_sent")
		}
		v.State, v.SentAt = Draft, time.Time{}
		return v, updateVersion(tx, v)
	})
}

// Discard gives a draft up.
func (s *Studio) Discard(ctx context.Context, n Name) (err error) {
	defer fault.Wrap(&err, "studio.Discard(%s/%s)", n.Lang, n.Key)
	return s.act(ctx, n, Writing, "discard", func(tx *db.Tx, u agency.Agency, _ *account.Actor) (*Version, error) {
		v, err := openOf(tx, u.Province(), u.ID, n)
		if err != nil {
			return nil, err
		}
		if v.State != Draft {
			return nil, fault.Say(fault.Conflict, "studio.is_sent")
		}
		return v, errors.Join(deleteVersion(tx, v), dropSound(tx, v.Province, v.Sound))
	})
}

// waiting is the version a reviewer decides on: the one he saw, which is not his work.
func waiting(tx *db.Tx, u agency.Agency, a *account.Actor, n Name, saw string) (*Version, error) {
	v, err := openOf(tx, u.Province(), u.ID, n)
	switch {
	case err != nil:
		return nil, err
	case v.State != Sent:
		return nil, fault.Say(fault.Conflict, "studio.not_sent")
	case v.seen() != saw:
		return nil, fault.Say(fault.Conflict, "studio.changed")
	case v.ofHand(a):
		return nil, fault.Say(fault.Forbidden, "studio.own_work")
	}
	return v, nil
}

// Approve passes a version: from the next minute callers hear it.
func (s *Studio) Approve(ctx context.Context, n Name, saw string) (err error) {
	defer fault.Wrap(&err, "studio.Approve(%s/%s)", n.Lang, n.Key)
	return s.act(ctx, n, Reviewing, "approve", func(tx *db.Tx, u agency.Agency, a *account.Actor) (*Version, error) {
		v, err := waiting(tx, u, a, n, saw)
		if err != nil {
			return nil, err
		}
		now, err := usedOf(tx, u.Province(), u.ID, n)
		if err == nil {
			now.State, now.Ended = Past, tx.Now
			err = updateVersion(tx, now)
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		v.State, v.Reviewer, v.Decided, v.Remark = Used, a.Person, tx.Now, ""
		return v, updateVersion(tx, v)
	})
}

func remark(s string) (string, error) {
	s = strings.TrimSpace(s)
	if n := utf8.RuneCountInString(s); n < 4 || n > maxRemark {
		return "", fault.Fields(fault.Field{Name: "remark", Key: "studio.need_remark", Args: []any{maxRemark}})
	}
	return s, nil
}

// Return gives a version back to whoever made it, with what is wrong.
func (s *Studio) Return(ctx context.Context, n Name, saw, why string) (err error) {
	defer fault.Wrap(&err, "studio.Return(%s/%s)", n.Lang, n.Key)
	if why, err = remark(why); err != nil {
		return err
	}
	return s.act(ctx, n, Reviewing, "return", func(tx *db.Tx, u agency.Agency, a *account.Actor) (*Version, error) {
		v, err := waiting(tx, u, a, n, saw)
		if err != nil {
			return nil, err
		}
		v.State, v.Reviewer, v.Decided, v.Remark = Draft, a.Person, tx.Now, why
		return v, updateVersion(tx, v)
	})
}

// Withdraw takes what callers hear of the unit out of use; they hear the unit's
// above again, or the placeholder.
func (s *Studio) Withdraw(ctx context.Context, n Name, why string) (err error) {
	defer fault.Wrap(&err, "studio.Withdraw(%s/%s)", n.Lang, n.Key)
	if why, err = remark(why); err != nil {
		return err
	}
	return s.act(ctx, n, Reviewing, "withdraw", func(tx *db.Tx, u agency.Agency, _ *account.Actor) (*Version, error) {
		v, err := usedOf(tx, u.Province(), u.ID, n)
		if err != nil {
			return nil, err
		}
		v.State, v.Ended, v.Remark = Withdrawn, tx.Now, why
		return v, updateVersion(tx, v)
	})
}

// Hear gives a version's recording as a WAV file, to whoever works on prompts at
// its unit or below.
func (s *Studio) Hear(ctx context.Context, province int, id int64) (file []byte, err error) {
	defer fault.Wrap(&err, "studio.Hear(%d)", id)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		u, _, err := unit(tx, Writing, Reviewing)
		if err != nil {
			return err
		}
		v, err := byID(tx, province, id)
		if err != nil {
			return err
		}
		chain, err := chainOf(tx, u)
		if err != nil {
			return err
		}
		of := slices.ContainsFunc(chain, func(x agency.Agency) bool { return x.ID == v.Agency })
		if !of || v.Sound == "" || v.Agency != u.ID && v.State != Used {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		file, err = wavOf(tx, v)
		return err
	})
	return file, err
}

func wavOf(tx *db.Tx, v *Version) ([]byte, error) {
	octets, err := soundOf(tx, v.Province, v.Sound)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = WriteSound(&b, rtp.PCMA.Decode(make([]int16, 0, len(octets)), octets))
	return b.Bytes(), err
}

// chainOf are the units whose recordings a unit's callers hear, the nearest first:
// its own, then those above it.
func chainOf(tx *db.Tx, u agency.Agency) ([]agency.Agency, error) {
	above, err := agency.Superiors(tx, u.ID)
	return append([]agency.Agency{u}, above...), err
}
