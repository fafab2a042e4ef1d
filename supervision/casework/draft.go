package casework

import (
	"context"
	"time"
	"unicode/utf8"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

const purposeDraft = "casework.draft"

// KeepDraft is how long a form nobody sent is kept.
const KeepDraft = 7 * 24 * time.Hour

// maxDraft bounds a form, in bytes.
const maxDraft = 64 << 10

// SaveDraft keeps a form that is not sent yet, sealed, under a code only the
// person has; nothing is left on his device. An empty code makes a new one.
func (c *Casework) SaveDraft(ctx context.Context, code string, form []byte) (kept string, err error) {
	defer fault.Wrap(&err, "casework.SaveDraft")
	if len(form) > maxDraft || !utf8.Valid(form) {
		return "", fault.Fields(fault.Field{Name: "text", Key: "casework.too_long", Args: []any{MaxText}})
	}
	if code == "" {
		code = secret.Code(12)
	} else if tidy, ok := secret.ParseCode(code); ok {
		code = tidy
	} else {
		return "", fault.Fields(fault.Field{Name: "draft", Key: "casework.no_draft"})
	}
	key := c.Keys.Index(purposeDraft, code)
	err = c.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`insert into casework_draft (code, content, at, until) values ($1, $2, $3, $4) on conflict (code) do update set content = excluded.content, at = excluded.at, until = excluded.until`,
			key, c.Keys.Seal(purposeDraft, key, form), clock.Millis(tx.Now), clock.Millis(tx.Now.Add(KeepDraft)))
		return err
	})
	return code, err
}

// Draft gives a kept form back.
func (c *Casework) Draft(ctx context.Context, code string) (form []byte, err error) {
	defer fault.Wrap(&err, "casework.Draft")
	no := fault.Fields(fault.Field{Name: "draft", Key: "casework.no_draft"})
	code, ok := secret.ParseCode(code)
	if !ok {
		return nil, no
	}
	key := c.Keys.Index(purposeDraft, code)
	var sealed []byte
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := db.List(tx, db.One[[]byte], "select content from casework_draft where code = $1 and until > $2", key, clock.Millis(tx.Now))
		if err != nil || len(rows) == 0 {
			return no
		}
		sealed = rows[0]
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c.Keys.Open(purposeDraft, key, sealed)
}

// DropDraft destroys a kept form: it was sent, or given up.
func (c *Casework) DropDraft(ctx context.Context, code string) (err error) {
	defer fault.Wrap(&err, "casework.DropDraft")
	code, ok := secret.ParseCode(code)
	if !ok {
		return nil
	}
	return c.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("delete from casework_draft where code = $1", c.Keys.Index(purposeDraft, code))
		return err
	})
}
