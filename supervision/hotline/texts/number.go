package texts

import (
	"context"
	"regexp"
	"strconv"

	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
)

var ours = regexp.MustCompile(`^[0-9]{3,20}$`)

// SetNumber says which number people text to a line; "" takes it away.
func (s *Texts) SetNumber(ctx context.Context, line hotline.Ref, number string) (err error) {
	defer fault.Wrap(&err, "texts.SetNumber(%d)", line.ID)
	number = tidy(number)
	l, err := s.Hotline.Line(ctx, line)
	if err != nil {
		return err
	}
	a := account.From(ctx)
	switch {
	case !a.May(hotline.Managing, account.Target{Agency: l.Agency, Division: int64(l.Region)}):
		return fault.Say(fault.NotFound, "fault.not_found")
	case number != "" && !ours.MatchString(number):
		return fault.Fields(fault.Field{Name: "number", Key: "texts.bad_number"})
	case number != "" && l.Sealed:
		return fault.Fields(fault.Field{Name: "number", Key: "texts.sealed"})
	}
	err = s.Hotline.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec("delete from text_line where province = $1 and line = $2", line.Province, line.ID); err != nil {
			return err
		}
		if number != "" {
			if _, err := tx.Exec("insert into text_line (province, line, number, by_person, at) values ($1, $2, $3, $4, $5)", line.Province, line.ID, number, a.Person, clock.Millis(tx.Now)); err != nil {
				return err
			}
		}
		return audit.Append(tx, audit.Entry{Province: int64(line.Province), Person: a.Person, Login: a.Login, Agency: l.Agency, Verb: "texts.number", Object: "hotline_line " + strconv.FormatInt(line.ID, 10)})
	})
	if db.Broken(err, "text_line_number", "text_line.province, text_line.number") {
		return fault.Fields(fault.Field{Name: "number", Key: "texts.number_taken"})
	}
	return err
}
