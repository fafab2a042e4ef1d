package main

import (
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"yangguang/internal/ivr"
	"yangguang/internal/sip"
)

// phoning are the settings of the telephone process.
type phoning struct {
	On          bool     // serve starts and watches the process
	SIP         []string // transport:address, such as udp:0.0.0.0:5060
	Host        string   // address others reach us at; the one listened on when empty
	Cert, Key   string   // of SIP over TLS
	Ports       string   // range of UDP ports of voice
	Browser     string   // UDP address of browsers' voice, one port for all; none for no browsers
	Trunks      string   // file
	Script      string   // file of what callers are led through; "" the usual one
	Peers       string   // where other machines' pages reach the process
	Calls       int      // at most at a time
	Drain       time.Duration
	given       []string // what the process is started with
	trunks      []sip.Trunk
	led         *ivr.Script     // what Script says
	inBand      map[string]bool // trunks whose keys come as tones
	first, last int
}

// sipAddresses are addresses to take calls at, as a flag.
type sipAddresses struct{ to *[]string }

func (a sipAddresses) String() string {
	if a.to == nil {
		return ""
	}
	return strings.Join(*a.to, ",")
}

// Set takes one address, or several with commas between.
func (a sipAddresses) Set(s string) error {
	for one := range strings.SplitSeq(s, ",") {
		transport, addr, ok := strings.Cut(one, ":")
		if _, _, err := net.SplitHostPort(addr); !ok || err != nil || transport != "udp" && transport != "tcp" && transport != "tls" {
			return fmt.Errorf("%q is not like udp:0.0.0.0:5060", one)
		}
		*a.to = append(*a.to, one)
	}
	return nil
}

// phoneFlags declares them, for the process itself and for those who start it.
func phoneFlags(fs *flag.FlagSet, p *phoning) {
	fs.Var(sipAddresses{&p.SIP}, "sip", "address calls are taken at, such as udp:0.0.0.0:5060, tcp: or tls:; may be given again; udp:127.0.0.1:5060 when not given")
	fs.StringVar(&p.Host, "sip-host", "", "address telephones and trunks reach this machine at; the one listened on when empty")
	fs.StringVar(&p.Cert, "sip-cert", "", "certificate file for SIP over TLS (PEM)")
	fs.StringVar(&p.Key, "sip-key", "", "its key file (PEM)")
	fs.StringVar(&p.Ports, "voice-ports", "20000-20999", "UDP ports for the voice of calls, two for each party")
	fs.StringVar(&p.Browser, "browser-voice", "", "UDP address browsers of the hotline's seats send their voice to, one port for all; port 21000 at the first --sip address when not given, and none for no browsers")
	fs.StringVar(&p.Peers, "phone-peers", "", "address this machine's telephone process is spoken with by the pages of the installation's other machines, such as 192.0.2.10:5071; TLS by the installation's own key; without it by this machine's alone")
	fs.StringVar(&p.Trunks, "trunks", "", "file of trunks to the public network (see docs/operate.md)")
	fs.StringVar(&p.Script, "phone-script", "", "file of what callers hear otherwise than usual (see docs/operate.md); it is checked at the start")
	fs.IntVar(&p.Calls, "calls", 200, "calls at a time; further ones are refused at once")
	fs.DurationVar(&p.Drain, "phone-drain", 30*time.Second, "how long a telephone process that is told to stop lets calls go on")
}

// onFlag declares the flag of those who start the process.
func (p *phoning) onFlag(fs *flag.FlagSet) {
	fs.BoolVar(&p.On, "phone", false, "also run the telephone process and keep it running")
}

// notGiven are settings the telephone process has no use for.
var notGiven = []string{"phone", "listen", "tls-cert", "tls-key", "metrics", "trusted-proxy", "embed-in", "mailboxes", "townships"}

// passOn remembers what the process is to be started with: what this one was.
func (p *phoning) passOn(fs *flag.FlagSet) {
	fs.Visit(func(f *flag.Flag) {
		if slices.Contains(notGiven, f.Name) || f.Value.String() == "" {
			return
		}
		if f.Name == "sip" {
			for _, s := range p.SIP {
				p.given = append(p.given, "--sip="+s)
			}
			return
		}
		p.given = append(p.given, "--"+f.Name+"="+f.Value.String())
	})
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
	if p.Peers != "" {
		if at, err := netip.ParseAddrPort(p.Peers); err != nil || at.Addr().IsUnspecified() || at.Port() == 0 {
			return usageError{fmt.Errorf("--phone-peers %q is not an address other machines reach, like 192.0.2.10:5071", p.Peers)}
		}
	}
	if err := p.readScript(); err != nil {
		return err
	}
	if p.Trunks != "" {
		p.trunks, err = p.readTrunks(p.Trunks)
	}
	return err
}

// readScript reads what callers are led through: the usual script, with what the
// office's file says otherwise.
func (p *phoning) readScript() (err error) {
	var own []byte
	if p.Script != "" {
		if own, err = os.ReadFile(p.Script); err != nil {
			return usageError{fmt.Errorf("--phone-script: %w", err)}
		}
	}
	if p.led, err = ivr.Parse(own); err != nil {
		return usageError{fmt.Errorf("--phone-script %s: %w", p.Script, err)}
	}
	return nil
}

// trunkFile is the operator's file of trunks.
type trunkFile struct {
	Trunks []struct {
		Name      string   `yaml:"name"`
		From      []string `yaml:"from"`      // address ranges calls may come from
		Proxy     string   `yaml:"proxy"`     // where calls out go, host:port
		Transport string   `yaml:"transport"` // udp, tcp or tls
		Number    string   `yaml:"number"`    // what calls out show
		Calls     int      `yaml:"calls"`
		InBand    bool     `yaml:"in-band-digits"`
		SRTP      bool     `yaml:"srtp"` // encrypted voice, or none
		Register  *struct {
			Server       string `yaml:"server"`
			User         string `yaml:"user"`
			PasswordFile string `yaml:"password-file"`
			Expires      int    `yaml:"expires"` // seconds
		} `yaml:"register"`
	} `yaml:"trunks"`
}

// readTrunks reads the file of trunks; passwords stand in files of their own.
func (p *phoning) readTrunks(path string) (out []sip.Trunk, err error) {
	p.inBand = map[string]bool{}
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
		if t.SRTP && !strings.EqualFold(t.Transport, "tls") {
			return nil, fmt.Errorf("%s: trunk %s: srtp wants transport: tls, for the keys stand in the signalling", path, t.Name)
		}
		trunk := sip.Trunk{Name: t.Name, Proxy: t.Proxy, Transport: strings.ToUpper(t.Transport), Number: t.Number, Calls: t.Calls, SRTP: t.SRTP}
		if t.InBand {
			p.inBand[t.Name] = true
		}
		for _, s := range t.From {
			prefix, err := netip.ParsePrefix(s)
			if err != nil {
				return nil, fmt.Errorf("%s: trunk %s: %q is not an address range like 203.0.113.0/28", path, t.Name, s)
			}
			trunk.Allow = append(trunk.Allow, prefix)
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
			trunk.Register = &sip.TrunkRegistration{Server: r.Server, User: r.User, Password: strings.TrimSpace(string(password)), Expires: time.Duration(r.Expires) * time.Second}
		}
		out = append(out, trunk)
	}
	return out, nil
}
