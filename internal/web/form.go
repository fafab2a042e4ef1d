package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"yangguang/internal/fault"
)

// MaxForm is how large a form without files may be, in bytes.
const MaxForm = 1 << 20

// keptInMemory is how much of an upload stays in memory while it is read.
const keptInMemory = 1 << 20

func parseForm(w http.ResponseWriter, r *http.Request, upload int64) error {
	limit := int64(MaxForm)
	if upload > 0 {
		limit = upload
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(keptInMemory) //nolint:gosec // the body ends at its limit, two lines above
	} else {
		err = r.ParseForm()
	}
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return fault.Say(fault.TooLarge, "web.too_large", limit>>20)
	case err != nil:
		return fault.As(fault.Invalid, err)
	}
	return nil
}

// Int64 reads a path or form value that is a row's id; anything else is Not
// Found, as it cannot name anything.
func Int64(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.Say(fault.NotFound, "fault.not_found")
	}
	return n, nil
}

// PathID reads a path value that is a row's id.
func PathID(r *http.Request, name string) (int64, error) { return Int64(r.PathValue(name)) }
