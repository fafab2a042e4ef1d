package handling

import (
	"log/slog"
	"net/http"

	"yangguang/disclosure/inforequest"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// archive gives a closed request as a package. A file that cannot be read
// breaks the download off: half a package must not look whole.
func (d *Desk) archive(w http.ResponseWriter, r *http.Request, a act, c *inforequest.Case) error {
	p, err := d.Requests.Archive(r.Context(), c.Province, c.ID, input{r}.text("reason"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showAct(w, r, a, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", web.Attachment(t(r.Context(), "archive_name")+" "+p.Number+".zip"))
	if err := p.Write(r.Context(), w); err != nil {
		slog.ErrorContext(r.Context(), "an archive package broke off", "number", p.Number, "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}
