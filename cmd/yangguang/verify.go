package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"yangguang/disclosure"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ledger"
	"yangguang/norm"
)

// verifying is one run of the verify command.
type verifying struct {
	logs      []note.Verifier
	witnesses []note.Verifier
	content   string // file of the text a proof is over
	out       io.Writer
	client    *http.Client
}

func verifyCommand(ctx context.Context, args []string, out io.Writer) error {
	c := &config{}
	v := &verifying{out: out, client: &http.Client{Timeout: time.Minute}}
	fs := newFlags("verify", c)
	fs.StringVar(&v.content, "content", "", "file of the text that a proof is over (content.json)")
	verifiers := func(to *[]note.Verifier) func(string) error {
		return func(s string) error {
			for _, k := range splitList(s) {
				x, err := ledger.Verifier(k)
				if err != nil {
					return err
				}
				*to = append(*to, x)
			}
			return nil
		}
	}
	fs.Func("key", "public key of the log; without it the key the site itself names is used, which proves less", verifiers(&v.logs))
	fs.Func("witness", "public key of a witness that must have cosigned; may be given again", verifiers(&v.witnesses))
	if err := parse(fs, args, out); err != nil {
		return helpIsNoError(err)
	}
	if err := i18n.Load(locales()...); err != nil {
		return err
	}
	if fs.NArg() > 1 {
		return usageError{errors.New("usage: yangguang verify [flags] [URL|FOLDER|FILE|NUMBER]")}
	}
	what := fs.Arg(0)
	if strings.HasPrefix(what, "https://") || strings.HasPrefix(what, "http://") {
		return v.remote(ctx, strings.TrimRight(what, "/"))
	}
	if st, err := os.Stat(what); what != "" && err == nil {
		if st.IsDir() {
			return v.log(ctx, ledger.Folder(what))
		}
		return v.file(what)
	}
	return v.store(ctx, c, what)
}

// store checks our own store, or one item of it. A folder without one is not
// made into an empty store that then is in order.
func (v *verifying) store(ctx context.Context, c *config, number string) error {
	if _, err := os.Stat(filepath.Join(c.Data, "yangguang.db")); c.Database == "" && err != nil {
		if number != "" {
			return fmt.Errorf("%q is neither an address nor a file; and there is no store in %s to look it up in: give its folder with --data", number, c.Data)
		}
		return fmt.Errorf("there is no store in %s: give its folder with --data", c.Data)
	}
	d, err := db.Open(ctx, db.Options{Dir: c.Data, URL: c.Database})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	p, err := profile(c.Profile)
	if err != nil {
		return err
	}
	if number != "" {
		return v.number(ctx, d, p, number)
	}
	if err := verifyBooks(ctx, d, v.out); err != nil {
		return err
	}
	return verifyLogs(ctx, d, p, c.Data, v.logs, v.out)
}

// verifyLogs checks every public log of a store, and the rows the public sees
// against it.
func verifyLogs(ctx context.Context, d *db.DB, p *norm.Profile, data string, more []note.Verifier, out io.Writer) error {
	var provinces []int64
	if err := d.Read(ctx, func(tx *db.Tx) (err error) {
		provinces, err = ledger.Provinces(tx)
		return err
	}); err != nil {
		return err
	}
	var key *ledger.Key
	if _, err := os.Stat(logKeyPath(data)); !errors.Is(err, fs.ErrNotExist) {
		if key, err = ledger.KeyIn(logKeyPath(data), ""); err != nil {
			return err
		}
	}
	room := &disclosure.Disclosure{DB: d, Norm: p}
	for _, province := range provinces {
		keys := more
		if key != nil {
			k, err := ledger.Verifier(key.VKey(province))
			if err != nil {
				return err
			}
			keys = append([]note.Verifier{k}, more...)
		}
		r, differs, err := room.VerifyLog(ctx, province, keys)
		if err != nil {
			return err
		}
		if r.Fault != "" {
			return fmt.Errorf("the public log of province %d: %s", province, faultWords(r))
		}
		for _, x := range differs {
			_, _ = fmt.Fprintf(out, "%s: %s\n", x.Number, english("disclosure.log_"+x.What))
		}
		if len(differs) > 0 {
			return fmt.Errorf("the public log of province %d: %d items are not what was logged; the first is %s", province, len(differs), differs[0])
		}
		signed := "not signed yet"
		if r.Checkpoint.N > 0 {
			signed = fmt.Sprintf("signed up to entry %d", r.Checkpoint.N)
		}
		if len(keys) == 0 {
			signed += ", signature not checked: keys/log.key is not here"
		}
		if _, err := fmt.Fprintf(out, "public log of province %d: %d entries in order, every public item as logged; %d erased for privacy; %s\n", province, r.Leaves, r.Destroyed, signed); err != nil {
			return err
		}
	}
	return nil
}

func english(key string, args ...any) string {
	return i18n.T(i18n.With(context.Background(), i18n.EN), key, args...)
}

func faultWords(r ledger.Report) string {
	return english("ledger."+string(r.Fault), r.Wrong)
}

var logAddress = regexp.MustCompile(`/log/[0-9]+$`)

// remote checks a whole log of another site, or one of its items.
func (v *verifying) remote(ctx context.Context, address string) error {
	if logAddress.MatchString(address) {
		if err := v.trust(ctx, address); err != nil {
			return err
		}
		return v.log(ctx, ledger.Remote{URL: address, Client: v.client})
	}
	b, err := v.get(ctx, address+"/proof.tlog-proof", 1<<20)
	if err != nil {
		return err
	}
	site, err := url.Parse(address)
	if err != nil {
		return err
	}
	path := site.Path
	p, err := ledger.ParseProof(b)
	if err != nil {
		return err
	}
	origin, _, _ := strings.Cut(string(p.Checkpoint), "\n")
	site.Path, site.RawQuery = "/log/"+origin[strings.LastIndexByte(origin, '/')+1:], ""
	if err := v.trust(ctx, site.String()); err != nil {
		return err
	}
	content, err := v.get(ctx, address+"/content.json", 64<<20)
	if err != nil && !errors.Is(err, errNotThere) { // a page that was taken down has none
		return err
	}
	if err := v.proof(p, content); err != nil || content == nil {
		return err
	}
	if err := v.belongs(content, path); err != nil {
		return err
	}
	site.Path = ""
	return v.files(ctx, site.String(), path, content)
}

// trust takes the key the site names, where the caller gave none.
func (v *verifying) trust(ctx context.Context, log string) error {
	if len(v.logs) > 0 {
		return nil
	}
	b, err := v.get(ctx, log+"/keys", 1<<20)
	if err != nil {
		return err
	}
	for _, k := range strings.Fields(string(b)) {
		x, err := ledger.Verifier(k)
		if err != nil {
			return err
		}
		v.logs = append(v.logs, x)
	}
	_, err = fmt.Fprintf(v.out, "the key is the one the site itself names; to be sure, give one you have from elsewhere with --key\n")
	return err
}

// errNotThere is a site's answer that it has no such page.
var errNotThere = errors.New("it is not there")

func (v *verifying) get(ctx context.Context, address string, limit int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := v.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		return nil, fmt.Errorf("%s: %s: %w", address, res.Status, errNotThere)
	default:
		return nil, fmt.Errorf("%s: %s", address, res.Status)
	}
	return io.ReadAll(io.LimitReader(res.Body, limit))
}

// log checks a whole log.
func (v *verifying) log(ctx context.Context, src ledger.Source) error {
	if len(v.logs) == 0 {
		return usageError{errors.New("give the log's public key with --key")}
	}
	r, err := ledger.VerifySource(ctx, src, v.logs, v.witnesses)
	if err != nil {
		return err
	}
	if r.Fault != "" {
		return fmt.Errorf("the log %s: %s", r.Checkpoint.Origin, faultWords(r))
	}
	if _, err := fmt.Fprintf(v.out, "log %s: %d entries in order, signed\n", r.Checkpoint.Origin, r.Leaves); err != nil {
		return err
	}
	return v.cosigned(r.Checkpoint)
}

// cosigned reports the witnesses, and refuses when one that was asked for is
// missing.
func (v *verifying) cosigned(c ledger.Checkpoint) error {
	have := map[string]bool{}
	for _, w := range c.Witnesses {
		have[w.Name] = true
		if _, err := fmt.Fprintf(v.out, "witnessed by %s on %s\n", w.Name, w.At.In(clock.Shanghai).Format("2006-01-02 15:04:05")); err != nil {
			return err
		}
	}
	for _, w := range v.witnesses {
		if !have[w.Name()] {
			return fmt.Errorf("%s did not witness it", w.Name())
		}
	}
	return nil
}

// file checks a proof offline.
func (v *verifying) file(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	p, err := ledger.ParseProof(b)
	if err != nil {
		return err
	}
	if len(v.logs) == 0 {
		return usageError{errors.New("give the log's public key with --key: a proof cannot vouch for its own key")}
	}
	var content []byte
	if v.content != "" {
		if content, err = os.ReadFile(filepath.Clean(v.content)); err != nil {
			return err
		}
	}
	return v.proof(p, content)
}

func (v *verifying) proof(p ledger.Proof, content []byte) error {
	got, err := p.Check(v.logs, v.witnesses)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(v.out, "entry %d of log %s: %s on %s, signed\n", p.Index, got.Checkpoint.Origin, got.Kind, got.Public.At.In(clock.Shanghai).Format("2006-01-02 15:04:05")); err != nil {
		return err
	}
	switch {
	case !got.Opened:
		_, err = fmt.Fprintln(v.out, "what it holds was destroyed: the entry proves only that there was one, and when")
	case content == nil:
		_, err = fmt.Fprintf(v.out, "it holds a text with the SHA-256 %x\n", got.Content)
	case ledger.HashOf(content) != got.Content:
		return fmt.Errorf("entry %d: the text shown is not what was logged: it was changed", p.Index)
	default:
		_, err = fmt.Fprintln(v.out, "the text shown is the one that was logged")
	}
	return errors.Join(err, v.cosigned(got.Checkpoint))
}

// belongs says whose text was checked, and refuses the true text of another
// item in the place of the one that was asked for.
func (v *verifying) belongs(content []byte, path string) error {
	var text struct {
		Address string `json:"address"`
		Number  string `json:"index_number"`
		Title   string `json:"title"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(content, &text); err != nil {
		return err
	}
	if !slices.Contains(strings.Split(path, "/"), text.Address) {
		return fmt.Errorf("the text and its proof are those of %s, which is not the page asked for", text.Number)
	}
	_, err := fmt.Fprintf(v.out, "%s, version %d: %s\n", text.Number, text.Version, text.Title)
	return err
}

// files checks the attachments of an item against the hashes in its text.
func (v *verifying) files(ctx context.Context, site, path string, content []byte) error {
	var text struct {
		Files []struct {
			Name string `json:"name"`
			Hash string `json:"sha256"`
		} `json:"files"`
	}
	if err := json.Unmarshal(content, &text); err != nil || len(text.Files) == 0 {
		return err
	}
	b, err := v.get(ctx, site+"/api/v1/items"+strings.TrimPrefix(path, "/en"), 64<<20)
	if err != nil {
		return err
	}
	var item struct {
		Files []struct {
			Path string `json:"path"`
		} `json:"files"`
	}
	if err := json.Unmarshal(b, &item); err != nil {
		return err
	}
	if len(item.Files) != len(text.Files) {
		return fmt.Errorf("the page has %d attachments, %d were logged", len(item.Files), len(text.Files))
	}
	for i, f := range text.Files {
		b, err := v.get(ctx, site+item.Files[i].Path, 64<<20)
		if err != nil {
			return err
		}
		if h := sha256.Sum256(b); hex.EncodeToString(h[:]) != f.Hash {
			return fmt.Errorf("the attachment %q is not the one that was logged: it was changed", f.Name)
		}
	}
	_, err = fmt.Fprintf(v.out, "%d attachments are those that were logged\n", len(text.Files))
	return err
}

// number checks one item of our own store by its index number.
func (v *verifying) number(ctx context.Context, d *db.DB, p *norm.Profile, number string) error {
	room := &disclosure.Disclosure{DB: d, Norm: p}
	return d.Read(ctx, func(tx *db.Tx) error {
		it, err := disclosure.ByNumber(tx, number)
		if err != nil {
			return fmt.Errorf("%q is neither an address, a file nor the index number of something published here", number)
		}
		wrong, err := room.CheckItem(tx, it)
		if err != nil {
			return err
		}
		if wrong != nil {
			return fmt.Errorf("%s: %s", number, english("disclosure.log_"+wrong.What))
		}
		if it.State == disclosure.ItemTakenDown {
			_, err = fmt.Fprintf(v.out, "%s: removed on %s for %s, as logged\n", number, clock.DateOf(it.EndedAt), it.EndKind)
			return err
		}
		_, err = fmt.Fprintf(v.out, "%s: published on %s, every text as logged\n", number, clock.DateOf(it.PublishedAt))
		return err
	})
}
