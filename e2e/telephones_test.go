package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"yangguang/internal/db/dbtest"
)

// Two telephone processes on one store, as two machines have them: one tab speaks
// with both, and a call to either rings in it and is heard.
func TestOneTabAnswersTwoTelephones(t *testing.T) {
	needsTelephone(t)
	store := dbtest.Address(t)
	dir := t.TempDir()
	first, second := newTelephone(t, dir, "first", store), newTelephone(t, dir, "second", store)
	web, err := freeTCP()
	if err != nil {
		t.Fatal(err)
	}
	p, err := launch("http://"+web, exec.Command(telephoneBy, append([]string{"demo", "--phone", "--listen", web, "--townships", "1"}, first.flags...)...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.stop(); err != nil {
			t.Error(err)
		}
	})
	// The keys are the installation's: an operator copies them to each machine.
	copyKeys(t, filepath.Join(first.data, "keys"), filepath.Join(second.data, "keys"))
	q, err := launch("", exec.Command(telephoneBy, append([]string{"phone", "--node", "1", "--trunks", filepath.Join(first.data, "demo-trunks.yaml")}, second.flags...)...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.stop(); err != nil {
			t.Error(err)
		}
	})

	w := newTab(t)
	w.base = p.url
	// What a voice plays by need not be in the page.
	w.beforeEveryPage(`window.voices = new Set();
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () { voices.add(this); return play.call(this); };`)
	w.signIn("xian.qicao")
	w.nobodyToCallBack()
	w.signsOn()
	both := `document.getElementById("line").dataset.voice === "joined" && [...voices].filter((v) => v.dataset.of).length === 2`
	w.until(both)
	for i, at := range []*telephoneAt{second, first, second} {
		w.until(both)
		w.ready()
		c := phones(t, callerTone, "--at", at.sip, "--keys", "00", "--pause", "300ms")
		w.answers()
		w.hearsBy(fmt.Sprintf(`[...voices].find((v) => v.dataset.of === %q)`, at.node), callerTone)
		w.hangsUp()
		if heard := c.hangsUp(); loud(heard) < 1000 {
			t.Errorf("call %d: the caller heard a loudness of %d from the desk; he says:\n%s", i, loud(heard), c.says())
		}
	}
	w.signsOff()
}

// telephoneAt is how a telephone process is started and reached.
type telephoneAt struct {
	node, data, sip string
	flags           []string
}

func newTelephone(t *testing.T, dir, name, store string) *telephoneAt {
	t.Helper()
	x := &telephoneAt{node: map[string]string{"first": "phone-16", "second": "phone-17"}[name], data: filepath.Join(dir, name)}
	ports := map[string]string{"first": "22000-22998", "second": "23000-23998"}[name]
	peers, err := freeTCP()
	if err != nil {
		t.Fatal(err)
	}
	browsers, err := freeUDP()
	if err != nil {
		t.Fatal(err)
	}
	if x.sip, err = freeUDP(); err != nil {
		t.Fatal(err)
	}
	x.flags = []string{"--data", x.data, "--database", store, "--sip", "udp:" + x.sip, "--browser-voice", browsers, "--phone-peers", peers, "--voice-ports", ports}
	return x
}

func copyKeys(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	keys, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		b, err := os.ReadFile(filepath.Join(from, k.Name()))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, k.Name()), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
