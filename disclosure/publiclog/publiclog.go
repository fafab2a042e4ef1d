package publiclog

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ledger"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// Log serves the public logs of an installation.
type Log struct {
	Front *front.Front
	DB    *db.DB
	Key   *ledger.Key
	// Witnessing cosigns other installations' logs; nil when none is configured.
	Witnessing *ledger.Witnessing
}

// A whole log is thousands of small files, and checking it is wanted.
var (
	fileRate   = web.Rate{N: 6000, Per: time.Minute}
	pageRate   = web.Rate{N: 120, Per: time.Minute}
	submitRate = web.Rate{N: 120, Per: time.Minute}
)

// Routes are the log's pages and files.
func (l *Log) Routes() []web.Route {
	out := []web.Route{
		{Pattern: "GET /log", Handler: l.all, Limit: pageRate},
		{Pattern: "GET /log/{province}", Handler: l.one, Limit: pageRate},
		{Pattern: "GET /log/{province}/checkpoint", Handler: l.checkpoint, Limit: fileRate},
		{Pattern: "GET /log/{province}/keys", Handler: l.keys, Limit: fileRate},
		{Pattern: "GET /log/{province}/tile/{path...}", Handler: l.tile, Limit: fileRate},
		{Pattern: "GET /witness", Handler: l.witness, Limit: pageRate},
		{Pattern: "POST /witness/add-checkpoint", Handler: l.add, Limit: submitRate},
	}
	for i := range out {
		out[i].Access = web.Public
	}
	return out
}

// Path is where people read a log.
func Path(province int64) string { return "/log/" + strconv.FormatInt(province, 10) }

func notFound() error { return fault.Say(fault.NotFound, "fault.not_found") }

// province reads which log an address names.
func province(r *http.Request) (int64, error) {
	s := r.PathValue("province")
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > 99 || strconv.FormatInt(n, 10) != s {
		return 0, notFound()
	}
	return n, nil
}

func (l *Log) read(r *http.Request, f func(tx *db.Tx, province int64) error) error {
	p, err := province(r)
	if err != nil {
		return err
	}
	return l.DB.Read(r.Context(), func(tx *db.Tx) error { return f(tx, p) })
}

// checkpoint answers the newest signed head, with its cosignatures.
func (l *Log) checkpoint(w http.ResponseWriter, r *http.Request) error {
	var b []byte
	if err := l.read(r, func(tx *db.Tx, p int64) (err error) {
		b, err = ledger.Latest(tx, p)
		return err
	}); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=2")
	return web.Write(w, http.StatusOK, "text/plain; charset=utf-8", b)
}

// keys answers the public keys the log was ever signed with, the newest first.
func (l *Log) keys(w http.ResponseWriter, r *http.Request) error {
	var keys []string
	if err := l.read(r, func(tx *db.Tx, p int64) (err error) {
		if keys, err = ledger.Keys(tx, p); err == nil && len(keys) == 0 {
			err = notFound()
		}
		return err
	}); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=60")
	return web.Write(w, http.StatusOK, "text/plain; charset=utf-8", []byte(strings.Join(keys, "\n")+"\n"))
}

// tile answers a part of the tree, or its entries; a full one never changes.
func (l *Log) tile(w http.ResponseWriter, r *http.Request) error {
	level, n, width, err := ledger.ParseTilePath("tile/" + r.PathValue("path"))
	if err != nil {
		return notFound()
	}
	var b []byte
	if err := l.read(r, func(tx *db.Tx, p int64) (err error) {
		if level < 0 {
			b, err = ledger.Bundle(tx, p, n, width)
		} else {
			b, err = ledger.Tile(tx, p, level, n, width)
		}
		return err
	}); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return web.Write(w, http.StatusOK, "application/octet-stream", b)
}

// add takes another log's checkpoint to be cosigned.
func (l *Log) add(w http.ResponseWriter, r *http.Request) error {
	if l.Witnessing == nil {
		return notFound()
	}
	l.Witnessing.ServeHTTP(w, r)
	return nil
}

// logPage is one log in words.
type logPage struct {
	Facts     []ui.Pair
	Witnesses ui.Grid
	Alone     bool // nobody cosigns yet
	Recent    ui.Grid
	Pages     ui.Pages
	Steps     []step
	Files     []ui.Link
}

type step struct{ Words, Command string }

const perPage = 50

func (l *Log) one(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	before := int64(-1)
	if s := r.URL.Query().Get("before"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 {
			return notFound()
		}
		before = n
	}
	var pg logPage
	var title string
	if err := l.read(r, func(tx *db.Tx, p int64) error {
		size, err := ledger.Size(tx, p)
		if err == nil && size == 0 {
			err = notFound()
		}
		if err != nil {
			return err
		}
		if title, err = nameOf(ctx, tx, p); err != nil {
			return err
		}
		return l.fill(ctx, tx, p, size, before, &pg)
	}); err != nil {
		return err
	}
	f := l.Front.Page(r, t(ctx, "publiclog.of", title), append(l.Front.Crumbs(r, nil, nil), ui.Link{Text: t(ctx, "publiclog.title"), Href: href(ctx, "/log")}, ui.Link{Text: title})...)
	f.Lead = t(ctx, "publiclog.lead")
	f.NoIndex = before >= 0 || l.Front.Demo
	return web.Render(w, r, http.StatusOK, logView(f, pg))
}

// fill gathers what the page of a log says.
func (l *Log) fill(ctx context.Context, tx *db.Tx, p, size, before int64, pg *logPage) error {
	since, err := ledger.Since(tx, p)
	if err != nil {
		return err
	}
	pg.Facts = []ui.Pair{{Term: t(ctx, "publiclog.size"), Text: t(ctx, "publiclog.entries", size)}, {Term: t(ctx, "publiclog.since"), Text: i18n.Time(ctx, since)}}
	signed, at, err := ledger.SignedAt(tx, p)
	switch {
	case fault.Is(err, fault.NotFound):
		pg.Facts = append(pg.Facts, ui.Pair{Term: t(ctx, "publiclog.signed"), Text: t(ctx, "publiclog.not_signed")})
	case err != nil:
		return err
	default:
		pg.Facts = append(pg.Facts, ui.Pair{Term: t(ctx, "publiclog.signed"), Text: t(ctx, "publiclog.signed_at", signed, i18n.Time(ctx, at))})
	}
	keys, err := ledger.Keys(tx, p)
	if err != nil {
		return err
	}
	for i, k := range keys {
		term := "publiclog.key"
		if i > 0 {
			term = "publiclog.old_key"
		}
		pg.Facts = append(pg.Facts, ui.Pair{Term: t(ctx, term), Of: keyView(k)})
	}
	if err := witnesses(ctx, tx, p, pg); err != nil {
		return err
	}
	if err := recent(ctx, tx, p, before, pg); err != nil {
		return err
	}
	address := l.Front.Domain + Path(p)
	if l.Front.Domain == "" {
		address = t(ctx, "publiclog.this_address") + Path(p)
	}
	key := "KEY"
	if len(keys) > 0 {
		key = keys[0]
	}
	pg.Steps = []step{{t(ctx, "publiclog.check_item"), ""}, {t(ctx, "publiclog.check_proof"), "yangguang verify --key " + key + " FILE.tlog-proof"},
		{t(ctx, "publiclog.check_log"), "yangguang verify --key " + key + " " + address}, {t(ctx, "publiclog.check_watch"), "yangguang witness --log " + key + " --listen 0.0.0.0:8090"}}
	pg.Files = []ui.Link{{Text: t(ctx, "publiclog.file_checkpoint"), Href: Path(p) + "/checkpoint"}, {Text: t(ctx, "publiclog.file_keys"), Href: Path(p) + "/keys"}}
	return nil
}

func witnesses(ctx context.Context, tx *db.Tx, p int64, pg *logPage) error {
	seen, err := ledger.WitnessedBy(tx, p)
	pg.Alone = len(seen) == 0
	pg.Witnesses = ui.Grid{Caption: t(ctx, "publiclog.witnesses"), Cards: true, Columns: []ui.Column{{Title: t(ctx, "publiclog.witness")}, {Title: t(ctx, "publiclog.witness_at")}, {Title: t(ctx, "publiclog.witness_size"), Number: true}}}
	for _, s := range seen {
		pg.Witnesses.Rows = append(pg.Witnesses.Rows, ui.Text(s.Name, i18n.Time(ctx, s.At), i18n.Number(ctx, s.Size)))
	}
	return err
}

// recent lists entries in words, those about an item with its title where it
// is public.
func recent(ctx context.Context, tx *db.Tx, p, before int64, pg *logPage) error {
	ls, err := ledger.Newest(tx, p, before, perPage+1)
	if err != nil {
		return err
	}
	if len(ls) > perPage {
		ls = ls[:perPage]
		pg.Pages.Older = href(ctx, Path(p)+"?before="+strconv.FormatInt(ls[perPage-1].Index, 10))
	}
	if before >= 0 {
		pg.Pages.Newer = href(ctx, Path(p))
	}
	var ids []int64
	for _, x := range ls {
		if id := item(x); id != 0 {
			ids = append(ids, id)
		}
	}
	rows, err := disclosure.ByIDs(tx, int(p), ids)
	if err != nil {
		return err
	}
	about := map[int64]*disclosure.Row{}
	for i := range rows {
		about[rows[i].ID] = &rows[i]
	}
	pg.Recent = ui.Grid{Caption: t(ctx, "publiclog.recent"), Cards: true, Columns: []ui.Column{{Title: t(ctx, "publiclog.no")}, {Title: t(ctx, "publiclog.when")}, {Title: t(ctx, "publiclog.what")}, {Title: t(ctx, "publiclog.about")}}}
	for _, x := range ls {
		row := []ui.Cell{{Text: i18n.Number(ctx, x.Index)}, {Text: i18n.Time(ctx, x.At)}, {Text: t(ctx, "publiclog.kind_"+x.Kind)}, {Text: t(ctx, "publiclog.no_longer")}}
		switch r := about[item(x)]; {
		case r != nil:
			row[3] = ui.Cell{Text: r.Title, Href: href(ctx, r.Href())}
		case item(x) == 0:
			row[3].Text = ""
		}
		pg.Recent.Rows = append(pg.Recent.Rows, row)
	}
	return nil
}

// item is the number of the item a leaf is about; 0 for none.
func item(l ledger.Leaf) int64 {
	s, ok := strings.CutPrefix(l.Subject, "item/")
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func nameOf(ctx context.Context, tx *db.Tx, p int64) (string, error) {
	if p == 0 {
		return t(ctx, "publiclog.nation"), nil
	}
	d, err := agency.FindDivision(tx, agency.Code(p*10_000_000_000))
	return d.Name, err
}

// allPage lists the logs of the installation.
type allPage struct {
	Logs ui.Grid
	None bool
}

func (l *Log) all(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	pg := allPage{Logs: ui.Grid{Caption: t(ctx, "publiclog.logs"), Cards: true, Columns: []ui.Column{{Title: t(ctx, "publiclog.log")}, {Title: t(ctx, "publiclog.size"), Number: true}, {Title: t(ctx, "publiclog.since")}, {Title: t(ctx, "publiclog.witnesses")}}}}
	if err := l.DB.Read(ctx, func(tx *db.Tx) error {
		logs, err := ledger.Provinces(tx)
		if err != nil {
			return err
		}
		pg.None = len(logs) == 0
		for _, p := range logs {
			if err := l.line(ctx, tx, p, &pg); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	f := l.Front.Page(r, t(ctx, "publiclog.title"), append(l.Front.Crumbs(r, nil, nil), ui.Link{Text: t(ctx, "publiclog.title")})...)
	f.Lead = t(ctx, "publiclog.lead")
	return web.Render(w, r, http.StatusOK, allView(f, pg))
}

func (l *Log) line(ctx context.Context, tx *db.Tx, p int64, pg *allPage) error {
	name, err := nameOf(ctx, tx, p)
	if err != nil {
		return err
	}
	size, err := ledger.Size(tx, p)
	if err != nil {
		return err
	}
	since, err := ledger.Since(tx, p)
	if err != nil {
		return err
	}
	seen, err := ledger.WitnessedBy(tx, p)
	if err != nil {
		return err
	}
	names := make([]string, len(seen))
	for i, s := range seen {
		names[i] = s.Name
	}
	who := strings.Join(names, t(ctx, "publiclog.and"))
	if who == "" {
		who = t(ctx, "publiclog.nobody")
	}
	pg.Logs.Rows = append(pg.Logs.Rows, []ui.Cell{{Text: name, Href: href(ctx, Path(p))}, {Text: i18n.Number(ctx, size)}, {Text: i18n.Time(ctx, since)}, {Text: who}})
	return nil
}

// witness tells those whose logs are cosigned here with which key.
func (l *Log) witness(w http.ResponseWriter, r *http.Request) error {
	if l.Witnessing == nil {
		return notFound()
	}
	ctx := r.Context()
	f := l.Front.Page(r, t(ctx, "publiclog.witness_here"), append(l.Front.Crumbs(r, nil, nil), ui.Link{Text: t(ctx, "publiclog.witness_here")})...)
	f.Lead = t(ctx, "publiclog.witness_here_lead")
	f.Narrow = true
	return web.Render(w, r, http.StatusOK, witnessView(f, []ui.Pair{{Term: t(ctx, "publiclog.witness_key"), Of: keyView(l.Witnessing.VKey())}, {Term: t(ctx, "publiclog.witness_address"), Of: keyView(l.Front.Domain + "/witness")}}))
}

func t(ctx context.Context, key string, args ...any) string { return i18n.T(ctx, key, args...) }

func href(ctx context.Context, path string) string { return web.URL(ctx, path) }
