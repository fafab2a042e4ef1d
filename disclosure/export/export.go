package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/html"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// copyPath is the page that says what a static copy cannot do.
const copyPath = "/copy"

// Asker is the site, asked in process: web.App.
type Asker interface {
	Ask(ctx context.Context, path, mode string) (web.Answer, error)
	Copied(path string) bool
}

// AllModes are the ways of showing pages a copy can have, the usual one first.
var AllModes = []string{"", "elder", "contrast", "dark", "elder.contrast", "elder.dark"}

// Options of a copy.
type Options struct {
	Dir      string
	Home     agency.Code // the division whose site is copied
	Unit     string      // "350525/bureau": this unit alone
	Langs    []i18n.Lang
	Modes    []string // of AllModes; the usual one is always there
	Base     string   // https://… of the site itself, for what needs a server; "" when there is none
	Address  string   // https://… where the copy will be served; "" when not known
	Domain   string   // the site's configured domain, which its pages name
	Compress bool     // .gz and .br beside each text file
	Workers  int
	Progress io.Writer
	Now      time.Time
	// Ended lists what was taken down: no page leads there, yet the copy says
	// what became of it. May be nil.
	Ended func(ctx context.Context) ([]string, error)
	// Columns, where set, makes the pages of a column inside another site, of
	// Units, instead of a whole copy.
	Columns *Template
	Units   []string
}

// Report is what a copy came to.
type Report struct {
	Files, Changed, Removed int
	Missing                 []string // addresses that pages named and the site does not have
}

// String is the report in one line for the operator.
func (r Report) String() string {
	return fmt.Sprintf("%d files, %d of them new or changed, %d removed", r.Files, r.Changed, r.Removed)
}

// Make makes a copy, or brings one up to date.
func Make(ctx context.Context, site Asker, o Options) (rep Report, err error) {
	defer fault.Wrap(&err, "export.Make")
	if err := o.check(); err != nil {
		return rep, err
	}
	gone := map[address]bool{}
	for range 3 {
		rep, missing, err := once(ctx, site, o, gone)
		if err != nil || len(missing) == 0 {
			rep.Missing = names(gone)
			return rep, err
		}
		// A page named what is not there: again, without a link to it.
		for _, a := range missing {
			if a.path == "/"+o.Unit || slices.Contains(o.Units, strings.TrimPrefix(a.path, "/embed/")) {
				return rep, fmt.Errorf("there is no unit at %s; its address is as in the browser, such as 350525/bureau", a.path)
			}
			gone[a] = true
		}
	}
	return rep, fmt.Errorf("the site changed faster than it could be copied; the old copy stays: %v", names(gone))
}

func names(gone map[address]bool) (out []string) {
	for a := range gone {
		out = append(out, a.String())
	}
	slices.Sort(out)
	return out
}

func (o *Options) check() error {
	for _, s := range []*string{&o.Base, &o.Address, &o.Domain} {
		*s = strings.TrimRight(*s, "/")
		if u, err := url.Parse(*s); *s != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
			return fmt.Errorf("%q is not an address such as https://www.example.gov.cn", *s)
		}
	}
	o.Modes = slices.DeleteFunc(slices.Clone(o.Modes), func(m string) bool { return m == "" })
	for _, m := range o.Modes {
		if !slices.Contains(AllModes, m) {
			return fmt.Errorf("there is no mode %q", m)
		}
	}
	o.Modes = append([]string{""}, o.Modes...)
	if len(o.Langs) == 0 {
		o.Langs = []i18n.Lang{i18n.ZH, i18n.EN}
	}
	if o.Columns != nil {
		o.Modes = o.Modes[:1]
		if len(o.Units) == 0 {
			return errors.New("name the units whose columns are made")
		}
	}
	o.Workers = max(o.Workers, 1)
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	return nil
}

// maker is one pass over the site.
type maker struct {
	o      Options
	site   Asker
	scope  *scope
	folder *folder

	mu      sync.Mutex
	seen    map[address]bool // guarded by mu
	queue   []address        // guarded by mu
	working int              // guarded by mu
	done    int              // guarded by mu
	missing []address        // guarded by mu
	failed  error            // guarded by mu
	ready   *sync.Cond
}

func once(ctx context.Context, site Asker, o Options, gone map[address]bool) (rep Report, missing []address, err error) {
	f, err := openFolder(o.Dir, o.Compress)
	if err != nil {
		return rep, nil, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	m := &maker{o: o, site: site, folder: f, seen: map[address]bool{},
		scope: &scope{copied: site.Copied, langs: o.Langs, home: o.Home, unit: o.Unit, year: o.Now.Year(), gone: gone, maps: o.Address != "" && o.Unit == ""}}
	m.ready = sync.NewCond(&m.mu)
	if o.Columns != nil {
		m.scope.columns = o.Units
	}
	for _, a := range m.starts() {
		m.add(a)
	}
	if err := m.addEnded(ctx); err != nil {
		return rep, nil, err
	}
	if err := m.run(ctx); err != nil || len(m.missing) > 0 {
		return rep, m.missing, err
	}
	if err := m.extras(ctx); err != nil {
		return rep, nil, err
	}
	man := Manifest{Division: o.Home.Short(), Unit: o.Unit}
	for _, l := range o.Langs {
		man.Languages = append(man.Languages, string(l))
	}
	for _, x := range o.Modes {
		man.Modes = append(man.Modes, ui.ParseMode(x).String())
	}
	rep, err = f.finish(man, o.Now)
	return rep, nil, err
}

// starts are the addresses everything else is found from.
func (m *maker) starts() (out []address) {
	for _, l := range m.o.Langs {
		add := func(paths ...string) {
			for _, p := range paths {
				out = append(out, address{lang: l, path: p})
			}
		}
		switch {
		case m.o.Columns != nil:
			for _, u := range m.o.Units {
				add("/embed/" + u)
			}
		case m.o.Unit != "":
			add("/"+m.o.Unit, copyPath, "/accessibility", "/privacy", "/site-error", "/calendar")
		default:
			add("/", "/"+m.o.Home.Short(), copyPath, "/latest", "/overdue", "/guide", "/catalogue", "/clauses", "/open-data")
		}
	}
	if m.o.Columns == nil {
		out = append(out, address{lang: i18n.ZH, path: "/robots.txt"})
		if m.scope.maps {
			out = append(out, address{lang: i18n.ZH, path: "/sitemap.xml"})
		}
	}
	return out
}

func (m *maker) addEnded(ctx context.Context) error {
	if m.o.Ended == nil {
		return nil
	}
	paths, err := m.o.Ended(ctx)
	for _, p := range paths {
		if m.o.Columns != nil {
			p = "/embed" + p
		}
		for _, l := range m.o.Langs {
			m.add(address{lang: l, path: p})
		}
	}
	return err
}

// fileOf is the file of an address of this copy.
func (m *maker) fileOf(a address, mode string) string {
	if m.o.Columns != nil {
		a.path = strings.TrimPrefix(a.path, "/embed")
	}
	return a.file(mode)
}

func (m *maker) add(a address) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.seen[a] && m.scope.holds(a) {
		m.seen[a] = true
		m.queue = append(m.queue, a)
		m.ready.Signal()
	}
}

// run asks for every address found, until none is left.
func (m *maker) run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { m.fail(context.Cause(ctx)) })
	defer stop()
	var wg sync.WaitGroup
	for range m.o.Workers {
		wg.Go(func() {
			for {
				a, ok := m.next()
				if !ok {
					return
				}
				err := m.copyOne(ctx, a)
				m.finished(err)
			}
		})
	}
	wg.Wait()
	return m.failed
}

func (m *maker) next() (a address, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.queue) == 0 && m.working > 0 && m.failed == nil {
		m.ready.Wait()
	}
	if len(m.queue) == 0 || m.failed != nil {
		m.ready.Broadcast()
		return a, false
	}
	a, m.queue = m.queue[0], m.queue[1:]
	m.working++
	return a, true
}

// every is how many addresses lie between two lines of progress.
const every = 500

func (m *maker) finished(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.working--
	m.done++
	if err != nil && m.failed == nil {
		m.failed = err
	}
	if m.done%every == 0 {
		_, _ = fmt.Fprintf(m.o.Progress, "copied %d addresses, %d more are known\n", m.done, len(m.queue))
	}
	m.ready.Broadcast()
}

func (m *maker) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failed == nil {
		m.failed = err
	}
	m.ready.Broadcast()
}

// ask reads an address as a page of a copy.
func (m *maker) ask(ctx context.Context, a address, mode string) (web.Answer, error) {
	ctx = front.WithCopy(ctx, func(ctx context.Context) ui.Link {
		if m.o.Base != "" {
			return ui.Link{Text: m.o.Base, Href: m.o.Base + web.URL(ctx, web.PathOf(ctx))}
		}
		return ui.Link{Text: i18n.T(ctx, "export.copy"), Href: web.URL(ctx, copyPath)}
	})
	return m.site.Ask(ctx, a.String(), mode)
}

func (m *maker) copyOne(ctx context.Context, a address) error {
	modes := m.o.Modes
	if !a.isPage() {
		modes = modes[:1]
	}
	for _, mode := range modes {
		ans, err := m.ask(ctx, a, mode)
		if err != nil {
			return err
		}
		p := &place{maker: m, ctx: i18n.With(ctx, a.lang), at: a, mode: mode, file: m.fileOf(a, mode)}
		body, ok, err := p.written(ans)
		if err != nil {
			return err
		}
		if !ok {
			if ans.Status >= http.StatusInternalServerError {
				return fmt.Errorf("%s answers %d; the log says why", a, ans.Status)
			}
			m.mu.Lock()
			m.missing = append(m.missing, a)
			m.mu.Unlock()
			return nil
		}
		for _, b := range p.found {
			m.add(b)
		}
		if err := m.folder.put(p.file, body); err != nil {
			return err
		}
	}
	return nil
}

// written is an answer as it stands in the copy; false for what is not there.
func (p *place) written(ans web.Answer) (body []byte, ok bool, err error) {
	switch ans.Status {
	case http.StatusMovedPermanently, http.StatusPermanentRedirect, http.StatusFound, http.StatusSeeOther:
		if !p.at.isPage() {
			return nil, false, nil
		}
		to, _ := p.target(ans.Location)
		return forwarding(p.ctx, to), true, nil
	case http.StatusOK, http.StatusGone: // what was taken down keeps its tombstone
	default:
		return nil, false, nil
	}
	kind, _, _ := strings.Cut(ans.Kind, ";")
	switch kind {
	case "text/html":
		if p.o.Columns != nil {
			body, err = p.column(ans.Body)
			return body, true, err
		}
		return p.page(ans.Body), true, nil
	case "application/atom+xml":
		return p.atom(ans.Body), true, nil
	case "application/feed+json":
		return p.jsonFeed(ans.Body), true, nil
	case "application/xml":
		return p.siteMap(ans.Body), true, nil
	}
	return ans.Body, true, nil
}

// forwarding is a page that leads on where a server would forward.
func forwarding(ctx context.Context, to string) []byte {
	to = html.EscapeString(to)
	return []byte(`<!DOCTYPE html><html lang="` + string(i18n.LangOf(ctx)) + `"><head><meta charset="utf-8"><title>` + html.EscapeString(i18n.T(ctx, "export.moved")) +
		`</title><meta name="robots" content="noindex"><meta http-equiv="refresh" content="0; url=` + to + `"></head><body><p><a href="` + to + `">` + html.EscapeString(i18n.T(ctx, "export.moved")) + `</a></p></body></html>` + "\n")
}

// extras are the files no page leads to.
func (m *maker) extras(ctx context.Context) error {
	first := address{lang: m.o.Langs[0], path: "/"}
	switch {
	case m.o.Columns != nil:
		if err := m.folder.put(columnStyle, columnCSS); err != nil {
			return err
		}
		first.path = "/" + m.o.Units[0]
	case m.o.Unit != "":
		first.path = "/" + m.o.Unit
	}
	if m.fileOf(first, "") != "index.html" {
		if err := m.folder.put("index.html", forwarding(i18n.With(ctx, first.lang), escaped(m.fileOf(first, "")))); err != nil {
			return err
		}
	}
	if m.o.Columns != nil {
		return nil
	}
	return m.notFound(ctx)
}

// notFound is the page a file server shows for an address that is not there;
// it answers at any depth, so its links begin at the copy's root.
func (m *maker) notFound(ctx context.Context) error {
	root := "/"
	if u, err := url.Parse(m.o.Address); err == nil && m.o.Address != "" {
		root = strings.TrimRight(u.Path, "/") + "/"
	}
	a := address{lang: m.o.Langs[0], path: "/not-here"}
	ans, err := m.ask(ctx, a, "")
	if err != nil {
		return err
	}
	p := &place{maker: m, ctx: i18n.With(ctx, a.lang), at: a, file: "404.html", absolute: root}
	return m.folder.put(p.file, p.page(ans.Body))
}
