// Package deepcopy stands in for github.com/tiendc/go-deepcopy in this program.
//
// The spreadsheet library copies rows, columns and sheets with it, always from
// a struct to one of the same type. The original also looks up methods by
// reflection, and a program that does so keeps every exported method of every
// type it can reach: megabytes of code nobody calls (docs/adr/0002-libraries.md
// has the figures). This one copies, and does nothing else.
package deepcopy

import (
	"errors"
	"reflect"
)

// ErrTypes says that source and destination are not of one type.
var ErrTypes = errors.New("deepcopy: source and destination differ in type")

// Copy copies what src is, or points to, into what dst points to. Pointers,
// slices and maps inside are made anew; unexported fields are copied as they are.
func Copy(dst, src any) error {
	d, s := reflect.ValueOf(dst), reflect.ValueOf(src)
	if d.Kind() != reflect.Pointer || d.IsNil() {
		return ErrTypes
	}
	if d = d.Elem(); s.Kind() == reflect.Pointer && s.Type() != d.Type() {
		if s.IsNil() {
			return nil
		}
		s = s.Elem()
	}
	if !s.IsValid() || s.Type() != d.Type() {
		return ErrTypes
	}
	d.Set(anew(s))
	return nil
}

func anew(s reflect.Value) reflect.Value {
	switch s.Kind() {
	case reflect.Pointer:
		if s.IsNil() {
			return s
		}
		d := reflect.New(s.Type().Elem())
		d.Elem().Set(anew(s.Elem()))
		return d
	case reflect.Slice:
		if s.IsNil() {
			return s
		}
		d := reflect.MakeSlice(s.Type(), s.Len(), s.Len())
		for i := range s.Len() {
			d.Index(i).Set(anew(s.Index(i)))
		}
		return d
	case reflect.Map:
		if s.IsNil() {
			return s
		}
		d := reflect.MakeMapWithSize(s.Type(), s.Len())
		for it := s.MapRange(); it.Next(); {
			d.SetMapIndex(it.Key(), anew(it.Value()))
		}
		return d
	case reflect.Array, reflect.Struct:
		d := reflect.New(s.Type()).Elem()
		d.Set(s)
		for i := range fields(s) {
			if x := d.Field(i); x.CanSet() {
				x.Set(anew(s.Field(i)))
			}
		}
		return d
	case reflect.Interface:
		if s.IsNil() {
			return s
		}
		d := reflect.New(s.Type()).Elem()
		d.Set(anew(s.Elem()))
		return d
	}
	return s
}

// fields is how many fields a struct has; an array of plain values has none to follow.
func fields(s reflect.Value) int {
	if s.Kind() == reflect.Struct {
		return s.NumField()
	}
	return 0
}
