package e2e

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// base is where the program under test answers, without a slash at the end.
var base string

// telephone is where calls are taken, telephoneBy the program that calls there;
// both empty where no telephone runs.
var telephone, telephoneBy string

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("e2e: left out by -short")
		return
	}
	if base = strings.TrimSuffix(os.Getenv("YANGGUANG_E2E_URL"), "/"); base != "" {
		telephone, telephoneBy = os.Getenv("YANGGUANG_E2E_SIP"), os.Getenv("YANGGUANG_E2E_PROGRAM")
		if at := os.Getenv("YANGGUANG_E2E_ISSUER"); at != "" {
			var err error
			if identity, err = newIdentity(at); err != nil {
				fmt.Fprintln(os.Stderr, "e2e:", err)
				os.Exit(1)
			}
		}
		os.Exit(m.Run())
	}
	code, err := withProgram(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

// withProgram builds the program, serves a fresh demonstration, runs the tests
// and expects the program to stop cleanly when told to.
func withProgram(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "yangguang-e2e-")
	if err != nil {
		return 1, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	p, err := start(dir)
	if err != nil {
		return 1, err
	}
	base = p.url
	code := m.Run()
	return code, errors.Join(p.stop(), p.failures())
}

// program is the built binary while it serves.
type program struct {
	cmd *exec.Cmd
	url string
	log bytes.Buffer // what it wrote on standard error; read after Wait
}

// start builds the program and serves a fresh demonstration.
func start(dir string) (*program, error) {
	binary := filepath.Join(dir, "yangguang")
	if out, err := exec.Command("go", "build", "-o", binary, "../cmd/yangguang").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w\n%s", err, out)
	}
	// The address has a name, since browsers make passkeys for names only.
	listen, err := freeTCP()
	if err != nil {
		return nil, err
	}
	site := "http://localhost:" + listen[strings.LastIndex(listen, ":")+1:]
	if identity, err = newIdentity(""); err != nil {
		return nil, err
	}
	sipAt, err := freeUDP()
	if err != nil {
		return nil, err
	}
	voiceAt, err := freeUDP()
	if err != nil {
		return nil, err
	}
	telephone, telephoneBy = sipAt, binary
	secret := filepath.Join(dir, "oidc-secret")
	if err := os.WriteFile(secret, []byte("s"), 0o600); err != nil {
		return nil, err
	}
	return launch(site, exec.Command(binary, "demo", "--listen", listen, "--data", filepath.Join(dir, "data"), "--domain", site,
		"--phone", "--sip", "udp:"+sipAt, "--browser-voice", voiceAt, "--oidc-issuer", identity.URL, "--oidc-client", "yangguang", "--oidc-secret-file", secret))
}

// launch starts a program and waits for its ready line.
func launch(site string, cmd *exec.Cmd) (*program, error) {
	p := &program{cmd: cmd, url: site}
	p.cmd.Stderr = &p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan string, 1)
	go readyLine(out, ready)
	select {
	case _, ok := <-ready:
		if ok {
			return p, nil
		}
	case <-time.After(10 * time.Minute):
	}
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	return nil, fmt.Errorf("the program never said that it was ready:\n%s", &p.log)
}

// freeTCP is an address nobody listens at.
func freeTCP() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String(), nil
}

// freeUDP is an address nobody listens at.
func freeUDP() (string, error) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = c.Close() }()
	return c.LocalAddr().String(), nil
}

// readyLine sends what the line "ready …" says, or nothing when the program ends
// first, and goes on reading so that it never blocks.
func readyLine(r io.Reader, ready chan<- string) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			ready <- url
		}
	}
	close(ready)
}

// stop asks the program to end, as an init system does, and wants exit code 0.
func (p *program) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("the program did not stop cleanly: %w\n%s", err, tail(p.log.String()))
		}
		return nil
	case <-ctx.Done():
		_ = p.cmd.Process.Kill()
		return errors.New("the program was still running 20 seconds after SIGTERM")
	}
}

// failures are the lines the program logged as its own fault.
func (p *program) failures() error {
	var found []string
	for line := range strings.Lines(p.log.String()) {
		if strings.Contains(line, `"route":"GET /sign-in/oidc/back"`) && strings.Contains(line, `"status":503`) {
			continue // the identity provider of TestSigningInAtTheIdentityProvider, when it plays being down
		}
		if strings.Contains(line, `"level":"ERROR"`) || strings.HasPrefix(line, "panic:") {
			found = append(found, strings.TrimSpace(line))
		}
	}
	if len(found) == 0 {
		return nil
	}
	return fmt.Errorf("the program logged %d failures:\n%s", len(found), strings.Join(found[:min(len(found), 10)], "\n"))
}

func tail(s string) string { return s[max(0, len(s)-2000):] }
