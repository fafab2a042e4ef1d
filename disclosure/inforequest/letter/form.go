package letter

import (
	"bytes"
	"time"

	"yangguang/internal/fault"
)

// As is the letter as a file of a form, pdf or docx, with its content type.
func (l Letter) As(form string, at time.Time) (b []byte, kind string, err error) {
	write, kind := l.PDF, "application/pdf"
	switch form {
	case "pdf":
	case "docx":
		write, kind = l.DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	default:
		return nil, "", fault.Say(fault.NotFound, "fault.not_found")
	}
	var out bytes.Buffer
	err = write(&out, at)
	return out.Bytes(), kind, err
}
