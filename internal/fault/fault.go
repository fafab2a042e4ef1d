// Package fault is the one vocabulary of refusals: a kind that decides the
// status, and a sentence key that the reader's language turns into words.
//
// A fault never carries personal data: its arguments are numbers of records,
// limits and names of offices, never a person's name, telephone or text.
package fault

import (
	"errors"
	"fmt"
	"net/http"
)

// Kind says what went wrong, for the visitor and for the status code.
type Kind int

// The kinds, each with the HTTP status the edge answers with.
const (
	Internal        Kind = iota // our failure: logged, 500
	Invalid                     // the input does not fit: 422, beside its field
	NotFound                    // absent, or not for this reader to know: 404
	Forbidden                   // known, but not allowed: 403
	Conflict                    // the state or another person's change forbids it: 409
	Unauthenticated             // nobody is signed in: 401
	TooMany                     // a rate limit: 429
	TooLarge                    // an upload or a text beyond its limit: 413
	Unavailable                 // the store cannot take it now, nothing was changed: 503
)

var statuses = map[Kind]int{
	Internal: http.StatusInternalServerError, Invalid: http.StatusUnprocessableEntity,
	NotFound: http.StatusNotFound, Forbidden: http.StatusForbidden, Conflict: http.StatusConflict,
	Unauthenticated: http.StatusUnauthorized, TooMany: http.StatusTooManyRequests,
	TooLarge: http.StatusRequestEntityTooLarge, Unavailable: http.StatusServiceUnavailable,
}

var names = map[Kind]string{
	Internal: "internal", Invalid: "invalid", NotFound: "not_found", Forbidden: "forbidden",
	Conflict: "conflict", Unauthenticated: "unauthenticated", TooMany: "too_many",
	TooLarge: "too_large", Unavailable: "unavailable",
}

// Status is the HTTP status of the kind.
func (k Kind) Status() int { return statuses[k] }

// String is the kind's stable name, used in logs, metrics and locale keys.
func (k Kind) String() string { return names[k] }

// Field is one refusal beside its form field.
type Field struct {
	Name string // the form field's name
	Key  string // the sentence's locale key
	Args []any  // the sentence's arguments {1}, {2}, …
}

// Error is a refusal with a sentence for the reader.
type Error struct {
	Kind   Kind
	Key    string
	Args   []any
	Fields []Field
	cause  error
}

// Error implements error; it names keys, never sentences, so that a log line
// cannot carry what a person typed.
func (e *Error) Error() string {
	switch {
	case e.Key != "":
		return e.Kind.String() + ": " + e.Key
	case len(e.Fields) > 0:
		return fmt.Sprintf("%s: %s: %s", e.Kind, e.Fields[0].Name, e.Fields[0].Key)
	case e.cause != nil:
		return e.Kind.String() + ": " + e.cause.Error()
	}
	return e.Kind.String()
}

// Unwrap gives the cause, if there is one.
func (e *Error) Unwrap() error { return e.cause }

// Say refuses with a sentence of the locale.
func Say(k Kind, key string, args ...any) error {
	return &Error{Kind: k, Key: key, Args: args}
}

// Fields refuses with sentences beside their fields; nil when there are none.
func Fields(fs ...Field) error {
	if len(fs) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Key: "fault.check_fields", Fields: fs}
}

// As gives a foreign error a kind, keeping it as the cause for the log.
func As(k Kind, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: k, cause: err}
}

// Wrap adds where it happened; for defer in each exported use case.
func Wrap(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf(format+": %w", append(args, *err)...)
	}
}

// KindOf is the kind of an error; Internal when nothing else was said.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is answers whether an error is of the kind.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// FieldsOf lists the refusals beside fields.
func FieldsOf(err error) []Field {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}

// Sentence is the locale key and arguments to show the reader; ok is false
// when the error carries none, and the kind's own sentence is shown instead.
func Sentence(err error) (key string, args []any, ok bool) {
	var e *Error
	if errors.As(err, &e) && e.Key != "" {
		return e.Key, e.Args, true
	}
	return "fault." + KindOf(err).String(), nil, false
}
