package portal

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"yangguang/disclosure"
	"yangguang/internal/clock"
	"yangguang/internal/i18n"
	"yangguang/internal/ledger"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// The names of a version's proof and of the text it is over, below an item.
const (
	proofName   = "proof.tlog-proof"
	contentName = "content.json"
)

// logCard says in a resident's words what the public log says of the item.
type logCard struct {
	Kind  string // of the card: "sun" while all is well
	Words []string
	Links []ui.Link
}

// logged fills what the page says of the public log; an item that has no leaf
// yet says nothing.
func (p *Portal) logged(ctx context.Context, pg *itemPage) error {
	l, err := p.Disclosure.LogOf(ctx, pg.Page)
	if err != nil || l == nil {
		return err
	}
	pg.Log = logWords(ctx, pg, l)
	switch {
	case pg.Version != nil && !l.Unchanged:
		pg.Notices = append(pg.Notices, notice{"danger", t(ctx, "portal.log_differs"), t(ctx, "portal.log_differs_text", l.Leaf.Index)})
	case l.Signed:
		pg.Log.Links = append(pg.Log.Links, ui.Link{Text: t(ctx, "portal.log_proof"), Href: pg.Path + "/" + proofName})
		if pg.Version != nil {
			pg.Log.Links = append(pg.Log.Links, ui.Link{Text: t(ctx, "portal.log_content"), Href: pg.Path + "/" + contentName})
		}
	}
	pg.Log.Links = append(pg.Log.Links, ui.Link{Text: t(ctx, "portal.log_how"), Href: href(ctx, "/log/", strconv.FormatInt(l.Log, 10))})
	return nil
}

func logWords(ctx context.Context, pg *itemPage, l *disclosure.Logged) *logCard {
	it := pg.Item
	c := &logCard{Kind: "sun"}
	say := func(key string, args ...any) { c.Words = append(c.Words, t(ctx, key, args...)) }
	published := i18n.Date(ctx, clock.DateOf(it.PublishedAt))
	switch {
	case pg.Version == nil:
		say("portal.log_ended", i18n.Date(ctx, clock.DateOf(it.EndedAt)), it.EndWords(ctx))
		if l.Erased {
			say("portal.log_erased")
		}
	case !l.Unchanged:
		c.Kind = ""
		say("portal.log_not_same")
	case l.Leaf.Kind == "existing":
		say("portal.log_existing", published, i18n.Date(ctx, clock.DateOf(l.Leaf.At)))
	case it.Imported != 0:
		say("portal.log_imported", i18n.Date(ctx, clock.DateOf(l.Leaf.At)))
	case pg.Version.Number > 1:
		say("portal.log_corrected", published, i18n.Date(ctx, clock.DateOf(pg.Version.PublishedAt)))
	default:
		say("portal.log_same", published)
	}
	if pg.Version == nil || l.Unchanged {
		say(witnessedKey(l), witnessedBy(ctx, l))
	}
	say("portal.log_leaf", l.Leaf.Index)
	return c
}

func witnessedKey(l *disclosure.Logged) string {
	switch {
	case len(l.Witnesses) > 0:
		return "portal.log_witnessed"
	case !l.Signed:
		return "portal.log_signing"
	}
	return "portal.log_alone"
}

func witnessedBy(ctx context.Context, l *disclosure.Logged) string {
	names := make([]string, 0, len(l.Witnesses))
	for _, s := range l.Witnesses {
		names = append(names, t(ctx, "portal.log_by", s.Name, i18n.Date(ctx, clock.DateOf(s.At))))
	}
	return strings.Join(names, t(ctx, "portal.log_and"))
}

// proof answers the proof of a version, or the canonical text it is over.
// version 0 is the one that is shown.
func (p *Portal) proof(w http.ResponseWriter, r *http.Request, version int, name string) error {
	ctx := r.Context()
	found, _, err := p.find(r)
	if err != nil {
		return err
	}
	var proof ledger.Proof
	var content []byte
	if found.Version == nil {
		if version != 0 || name != proofName {
			return notFound()
		}
		proof, err = p.Disclosure.ProofOfEnd(ctx, found.Item)
	} else {
		if version == 0 {
			version = found.Version.Number
		}
		proof, content, err = p.Disclosure.ProofOf(ctx, found, version)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-cache")
	if name == contentName {
		return web.Write(w, http.StatusOK, "application/json; charset=utf-8", content)
	}
	return web.Download(w, found.Item.Slug()+".tlog-proof", "text/plain; charset=utf-8", proof.Format())
}

// versionPart answers what lies below a version's address.
func (p *Portal) versionPart(w http.ResponseWriter, r *http.Request, rest string) error {
	number, name, _ := strings.Cut(rest, "/")
	if name == "" {
		return p.versionPage(w, r, number)
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || strconv.Itoa(n) != number || name != proofName && name != contentName {
		return notFound()
	}
	return p.proof(w, r, n, name)
}

// apiLog is where an item stands in the public log.
type apiLog struct {
	Log       string `json:"log"`
	Leaf      int64  `json:"leaf"`
	LoggedAt  string `json:"logged_at"`
	Unchanged *bool  `json:"unchanged,omitempty"`
	Signed    bool   `json:"signed"`
	Proof     string `json:"proof,omitempty"`
	Content   string `json:"content,omitempty"`
	Witnesses []struct {
		Name string `json:"name"`
		At   string `json:"at"`
	} `json:"witnesses"`
}

func (p *Portal) apiLogOf(ctx context.Context, pg *disclosure.Page, path string) (*apiLog, error) {
	l, err := p.Disclosure.LogOf(ctx, pg)
	if err != nil || l == nil {
		return nil, err
	}
	out := &apiLog{Log: "/log/" + itoa(l.Log), Leaf: l.Leaf.Index, LoggedAt: stamp(l.Leaf.At), Signed: l.Signed}
	if l.Signed {
		out.Proof = path + "/" + proofName
	}
	if pg.Version != nil {
		out.Unchanged, out.Content = &l.Unchanged, path+"/"+contentName
	}
	out.Witnesses = make([]struct {
		Name string `json:"name"`
		At   string `json:"at"`
	}, len(l.Witnesses))
	for i, s := range l.Witnesses {
		out.Witnesses[i].Name, out.Witnesses[i].At = s.Name, stamp(s.At)
	}
	return out, nil
}
