package main

import (
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"yangguang/internal/sip"
)

// phoning are the settings of the telephone process.
type phoning struct {
	On          bool     // serve starts and watches the process
	SIP         []string // transport:address, such as udp:0.0.0.0:5060
	Host        string   // address others reach us at; the one listened on when empty
	Cert, Key   string   // of SIP over TLS
	Ports       string   // range of UDP ports of voice
	Browser     string   // UDP address of browsers' voice, one port for all
	Trunks      string   // file
	Calls       int      // at most at a time
	Drain       time.Duration
	given       []string // what the process is started with
	trunks      []sip.Trunk
	first, last uint16
}

// phoneFlags declares them, for the process itself and for those who start it.
func phoneFlags(fs *flag.FlagSet, p *phoning) {
	fs.Func("sip", "address calls are taken at, such as udp:0.0.0.0:5060, tcp: or tls:; may be given again; udp:127.0.0.1:5060 when not given", func(s string) error {
		transport, addr, ok := strings.Cut(s, ":")
		if _, _, err := net.SplitHostPort(addr); !ok || err != nil || transport != "udp" && transport != "tcp" && transport != "tls" {
			return fmt.Errorf("%q is not like udp:0.0.0.0:5060", s)
		}
		p.SIP = append(p.SIP, s)
		return nil
	})
	fs.StringVar(&p.Host, "sip-host", "", "address telephones and trunks reach this machine at; the one listened on when empty")
	fs.StringVar(&p.Cert, "sip-cert", "", "certificate file for SIP over TLS (PEM)")
	fs.StringVar(&p.Key, "sip-key", "", "its key file (PEM)")
	fs.StringVar(&p.Ports, "voice-ports", "20000-20999", "UDP ports for the voice of calls, two for each party")
	fs.StringVar(&p.Browser, "browser-voice", "127.0.0.1:0", "UDP address for the voice of agents in their browsers, one port for all")
	fs.StringVar(&p.Trunks, "trunks", "", "file of trunks to the public network (see docs/operate.md)")
	fs.IntVar(&p.Calls, "calls", 200, "calls at a time; further ones are refused at once")
	fs.DurationVar(&p.Drain, "phone-drain", 30*time.Second, "how long a telephone process that is told to stop lets calls go on")
}

// settle checks what only makes sense together, and reads the trunks.
func (p *phoning) settle() (err error) {
	if len(p.SIP) == 0 {
		p.SIP = []string{"udp:127.0.0.1:5060"}
	}
	if _, err := fmt.Sscanf(p.Ports, "%d-%d", &p.first, &p.last); err != nil || p.first < 1024 || p.last <= p.first {
		return usageError{fmt.Errorf("--voice-ports %q is not like 20000-20999", p.Ports)}
	}
	if p.Calls < 1 {
		return usageError{fmt.Errorf("--calls %d: at least one call must be possible", p.Calls)}
	}
	if p.Trunks != "" {
		p.trunks, err = readTrunks(p.Trunks)
	}
	return err
}

// trunkFile is the operator's file of trunks.
type trunkFile struct {
	Trunks []struct {
		Name     string   `yaml:"name"`
		From     []string `yaml:"from"`   // address ranges calls may come from
		Proxy    string   `yaml:"proxy"`  // where calls out go, host:port
		Number   string   `yaml:"number"` // what calls out show
		Calls    int      `yaml:"calls"`
		InBand   bool     `yaml:"in-band-digits"`
		Register *struct {
			Server       string `yaml:"server"`
			User         string `yaml:"user"`
			PasswordFile string `yaml:"password-file"`
			Expires      int    `yaml:"expires"` // seconds
		} `yaml:"register"`
	} `yaml:"trunks"`
}

// readTrunks reads the file of trunks; passwords stand in files of their own.
func readTrunks(path string) (out []sip.Trunk, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the trunks: %w", err)
	}
	var f trunkFile
	if err := yaml.UnmarshalWithOptions(b, &f, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for i, t := range f.Trunks {
		if t.Name == "" || len(t.From) == 0 {
			return nil, fmt.Errorf("%s: trunk %d needs a name and the address ranges its calls come from", path, i+1)
		}
		trunk := sip.Trunk{Name: t.Name, Proxy: t.Proxy, Number: t.Number, MaxCalls: t.Calls, InBand: t.InBand}
		for _, s := range t.From {
			prefix, err := netip.ParsePrefix(s)
			if err != nil {
				return nil, fmt.Errorf("%s: trunk %s: %q is not an address range like 203.0.113.0/28", path, t.Name, s)
			}
			trunk.From = append(trunk.From, prefix)
		}
		if r := t.Register; r != nil {
			at := r.PasswordFile
			if !filepath.IsAbs(at) {
				at = filepath.Join(filepath.Dir(path), at)
			}
			password, err := os.ReadFile(at)
			if err != nil {
				return nil, fmt.Errorf("%s: trunk %s: read the password: %w", path, t.Name, err)
			}
			trunk.Register = &sip.Credentials{Server: r.Server, User: r.User, Password: strings.TrimSpace(string(password)), Expires: time.Duration(r.Expires) * time.Second}
		}
		out = append(out, trunk)
	}
	return out, nil
}
