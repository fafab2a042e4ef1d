package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
)

// Render answers with a whole page or none: a component that fails leaves
// nothing half-written. Words of the other language are marked as such.
func Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		return err
	}
	return Write(w, status, "text/html; charset=utf-8", Tongues(b.Bytes()))
}

// JSON answers with a document of the API.
func JSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return Write(w, status, "application/json", append(b, '\n'))
}

// Write answers with bytes of a type.
func Write(w http.ResponseWriter, status int, kind string, b []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b) // a reader who left is no failure of ours
	return nil
}

// Download answers with a file to keep, under a safe name.
func Download(w http.ResponseWriter, name, kind string, b []byte) error {
	w.Header().Set("Content-Disposition", Attachment(name))
	return Write(w, http.StatusOK, kind, b)
}
