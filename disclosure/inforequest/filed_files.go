package inforequest

import (
	"context"
	"slices"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// FiledFile is a file the applicant sends along with the form.
type FiledFile struct {
	Purpose string // IdentityImage or AskedFile
	Name    string
	Bytes   []byte
}

// Limits of what comes with a form: anybody may send it.
const (
	MaxFiledFile  = 10 << 20
	MaxFiledFiles = 4
)

// inspectFiled reads what came with a form before anything is written: each is
// refused beside its own field.
func (r *Requests) inspectFiled(ctx context.Context, files []FiledFile) (out []*File, err error) {
	c := checker{}
	c.when(len(files) > MaxFiledFiles, "asked_file", "inforequest.files_many", MaxFiledFiles)
	for _, x := range files {
		if !slices.Contains([]string{IdentityImage, AskedFile}, x.Purpose) {
			return nil, fault.Say(fault.NotFound, "fault.not_found")
		}
		field := x.Purpose + "_file"
		if len(x.Bytes) > MaxFiledFile {
			c.when(true, field, "inforequest.file_large", MaxFiledFile>>20)
			continue
		}
		f, err := r.inspect(ctx, x.Purpose, x.Name, x.Bytes)
		for _, bad := range fault.FieldsOf(err) {
			c.when(true, field, bad.Key, bad.Args...)
		}
		if err != nil && fault.FieldsOf(err) == nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, fault.Fields(c.bad...)
}

// keepFiled seals the files of a form in the transaction that files it: the
// receipt promises request and files, or there is none.
func (r *Requests) keepFiled(tx *db.Tx, q *Request, files []*File, bytes []FiledFile) error {
	for i, f := range files {
		if err := r.keep(tx, q, f, bytes[i].Bytes); err != nil {
			return err
		}
	}
	return nil
}

// withFields adds refusals of fields to what a check refused already; a refusal
// of the whole comes first.
func withFields(err error, more []fault.Field) error {
	fields := fault.FieldsOf(err)
	if err != nil && len(fields) == 0 {
		return err
	}
	return fault.Fields(append(fields, more...)...)
}
