package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"

	"yangguang/agency"
	"yangguang/internal/i18n"
	"yangguang/supervision/casework/exchange"
)

// config is every setting of the program. A flag wins over the environment
// (YANGGUANG_<FLAG>), the environment over the file.
type config struct {
	Listen, Data, Database, Blobs string
	Cert, Key                     string
	Proxies                       []netip.Prefix
	Metrics                       string // address of /metrics, loopback by default
	Home                          agency.Code
	SiteName, SiteNameEn          string
	Organiser, OrganiserEn        string
	Contact, ContactEn            string
	IDCode, Record, Police        string
	Domain                        string
	EmbedIn                       []string
	Profile                       string // file of the norm profile; "" for the built-in one
	Node                          int
	CheckLinks                    bool // ask addresses of other sites that published items lead to
	Outside                       outside
	Mailboxes                     []exchange.Mailbox
	copy                          copying
	phone                         phoning
	post
	signIn
	logging
}

// The name of a site nobody named.
const (
	defaultSiteName   = "阳光公开平台"
	defaultSiteNameEn = "Yangguang Disclosure"
)

func (c *config) siteName() i18n.Text  { return i18n.Text{Zh: c.SiteName, En: c.SiteNameEn} }
func (c *config) organiser() i18n.Text { return i18n.Text{Zh: c.Organiser, En: c.OrganiserEn} }
func (c *config) contact() i18n.Text   { return i18n.Text{Zh: c.Contact, En: c.ContactEn} }

// newFlags declares the flags every command shares.
func newFlags(name string, c *config) *flag.FlagSet {
	fs := flag.NewFlagSet("yangguang "+name, flag.ContinueOnError)
	fs.StringVar(&c.Data, "data", "data", "folder of database, files and keys")
	fs.StringVar(&c.Database, "database", "", "postgres://… instead of the embedded database")
	fs.StringVar(&c.Blobs, "blobs", "", "s3://… for files, instead of the data folder")
	fs.StringVar(&c.Profile, "norm", "", "norm profile file; the built-in one when empty")
	fs.IntVar(&c.Node, "node", 0, "number of this process, 0-31, when several share a database")
	fs.String("config", "", "file of settings, one \"name = value\" a line")
	return fs
}

// serveFlags declares the flags of the commands that serve.
func serveFlags(fs *flag.FlagSet, c *config) {
	postFlags(fs, &c.post)
	signInFlags(fs, &c.signIn)
	logFlags(fs, &c.logging)
	copyFlags(fs, &c.copy)
	phoneFlags(fs, &c.phone)
	c.phone.onFlag(fs)
	fs.StringVar(&c.Listen, "listen", "127.0.0.1:8080", "address to serve on")
	fs.StringVar(&c.Cert, "tls-cert", "", "certificate file (PEM)")
	fs.StringVar(&c.Key, "tls-key", "", "key file (PEM)")
	fs.StringVar(&c.Metrics, "metrics", "", "address to serve /metrics on, such as 127.0.0.1:9090")
	fs.Func("trusted-proxy", "address range of the proxy that ends TLS, such as 10.0.0.0/8; may be given again", func(s string) error {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return fmt.Errorf("%q is not an address range like 10.0.0.0/8", s)
		}
		c.Proxies = append(c.Proxies, p)
		return nil
	})
	outsideFlags(fs, &c.Outside)
	mailboxFlags(fs, c)
	siteFlags(fs, c)
	fs.BoolVar(&c.CheckLinks, "check-links", false, "each night, also ask the addresses of other sites that published items lead to")
	fs.Func("embed-in", "site that may show the embedded pages in a frame, such as https://www.example.gov.cn; may be given again", func(s string) error {
		c.EmbedIn = append(c.EmbedIn, s)
		return nil
	})
}

// siteFlags declares what an installation says of itself; a copy says the same.
func siteFlags(fs *flag.FlagSet, c *config) {
	fs.Func("home", "code of the division whose site this is; the nation when not given", func(s string) (err error) {
		c.Home, err = agency.ParseCode(s)
		if err != nil {
			return fmt.Errorf("%q is not a division code of 2, 4, 6, 9 or 12 digits", s)
		}
		return nil
	})
	fs.StringVar(&c.SiteName, "site-name", defaultSiteName, "name of the site")
	fs.StringVar(&c.SiteNameEn, "site-name-en", defaultSiteNameEn, "its English name")
	fs.StringVar(&c.Organiser, "organiser", "", "主办单位")
	fs.StringVar(&c.OrganiserEn, "organiser-en", "", "its English name")
	fs.StringVar(&c.Contact, "contact", "", "contact shown on every page")
	fs.StringVar(&c.ContactEn, "contact-en", "", "the same in English")
	fs.StringVar(&c.IDCode, "site-id-code", "", "网站标识码")
	fs.StringVar(&c.Record, "record", "", "备案号")
	fs.StringVar(&c.Police, "police-record", "", "公安备案号")
	fs.StringVar(&c.Domain, "domain", "", "public address, such as https://www.example.gov.cn")
}

// parse reads flags, environment and file, in this order of weight.
func parse(fs *flag.FlagSet, args []string, out io.Writer) error {
	fs.SetOutput(out)
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return usageError{err}
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	file, err := readConfig(setting(fs, "config"))
	if err != nil {
		return usageError{err}
	}
	for name := range file {
		if fs.Lookup(name) == nil {
			return usageError{fmt.Errorf("%s: there is no setting %q for this command", setting(fs, "config"), name)}
		}
	}
	var bad error
	fs.VisitAll(func(f *flag.Flag) {
		if given[f.Name] || bad != nil {
			return
		}
		v, ok := os.LookupEnv("YANGGUANG_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_")))
		if !ok {
			v, ok = file[f.Name]
		}
		if ok {
			if err := fs.Set(f.Name, v); err != nil {
				bad = usageError{fmt.Errorf("setting %s: %w", f.Name, err)}
			}
		}
	})
	return bad
}

func setting(fs *flag.FlagSet, name string) string {
	v := fs.Lookup(name).Value.String()
	if v == "" {
		v = os.Getenv("YANGGUANG_" + strings.ToUpper(name))
	}
	return v
}

// readConfig reads "name = value" lines; # begins a comment.
func readConfig(path string) (map[string]string, error) {
	out := map[string]string{}
	if path == "" {
		return out, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	defer func() { _ = f.Close() }()
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("%s:%d: want \"name = value\"", path, n)
		}
		out[strings.TrimSpace(name)] = strings.Trim(strings.TrimSpace(value), `"`)
	}
	return out, s.Err()
}
