package ledger

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
)

// Witness is somebody who cosigns our logs: a superior, a university, a paper.
type Witness struct {
	URL  string // submission prefix: https://witness.example/
	VKey string
}

// ParseWitness reads "URL VKEY".
func ParseWitness(s string) (w Witness, err error) {
	fields := strings.Fields(s)
	if len(fields) != 2 || !strings.HasPrefix(fields[0], "http") {
		return w, fmt.Errorf("%q: a witness is given as its address and its public key, with a blank between", s)
	}
	w = Witness{URL: strings.TrimRight(fields[0], "/"), VKey: fields[1]}
	_, err = Verifier(w.VKey)
	return w, err
}

// Submit asks every witness to cosign the newest checkpoint of every log that
// it has not cosigned yet. Who does not answer is asked again at the next call.
func (g *Ledger) Submit(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "ledger.Submit")
	var logs []int64
	if err := g.DB.Read(ctx, func(tx *db.Tx) (err error) {
		logs, err = Provinces(tx)
		return err
	}); err != nil {
		return 0, err
	}
	var failed error
	for _, w := range g.Witnesses {
		for _, province := range logs {
			done, err := g.submit(ctx, w, province)
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("witness %s, log %d: %w", name(w), province, err))
			}
			if done {
				n++
			}
		}
	}
	return n, failed
}

func name(w Witness) string {
	s, _, _ := strings.Cut(w.VKey, "+")
	return s
}

// errSize is a witness's answer that it knows the log at another size.
type errSize int64

func (e errSize) Error() string { return fmt.Sprintf("the witness knows the log at size %d", int64(e)) }

func (g *Ledger) submit(ctx context.Context, w Witness, province int64) (done bool, err error) {
	v, err := Verifier(w.VKey)
	if err != nil {
		return false, err
	}
	var old int64
	var text string
	if err := g.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if text, err = latest(tx, province); err != nil {
			return err
		}
		old, err = cosignedSize(tx, province, v.Name())
		return err
	}); err != nil {
		return false, err
	}
	c, err := parseCheckpoint(text)
	if err != nil || old == c.N {
		return false, err
	}
	line, at, err := g.ask(ctx, w, v, province, old, c, text)
	var other errSize
	if errors.As(err, &other) && int64(other) <= c.N && int64(other) != old {
		line, at, err = g.ask(ctx, w, v, province, int64(other), c, text)
	}
	if err != nil {
		return false, err
	}
	return true, g.DB.Write(ctx, func(tx *db.Tx) error {
		before, err := witnessedBy(tx, province)
		if err != nil {
			return err
		}
		if err := putCosignature(tx, province, v.Name(), c.N, at, line); err != nil {
			return err
		}
		tags := []string{tagOpen(province)}
		if !slices.ContainsFunc(before, func(s Seen) bool { return s.Name == v.Name() && clock.DateOf(s.At) == clock.DateOf(at) }) {
			tags = append(tags, tag(province))
		}
		return fresh.Change(tx, int(province), tags...)
	})
}

// ask sends one checkpoint with its consistency proof (C2SP tlog-witness) and
// gives the verified cosignature.
func (g *Ledger) ask(ctx context.Context, w Witness, v note.Verifier, province, old int64, c Checkpoint, text string) (line string, at time.Time, err error) {
	var body bytes.Buffer
	fmt.Fprintf(&body, "old %d\n", old)
	if err := g.DB.Read(ctx, func(tx *db.Tx) error {
		if old == 0 || old == c.N {
			return nil
		}
		p, err := tlog.ProveTree(c.N, old, tilesIn(tx, province))
		for _, h := range p {
			body.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
		}
		return err
	}); err != nil {
		return "", at, err
	}
	body.WriteString("\n" + text)
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL+"/add-checkpoint", &body)
	if err != nil {
		return "", at, err
	}
	client := g.Client
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return "", at, err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return "", at, err
	}
	if res.StatusCode == http.StatusConflict && res.Header.Get("Content-Type") == sizeType {
		n, err := strconv.ParseInt(strings.TrimSpace(string(answer)), 10, 64)
		if err == nil {
			return "", at, errSize(n)
		}
	}
	if res.StatusCode != http.StatusOK {
		return "", at, fmt.Errorf("the witness answered %s", res.Status)
	}
	n, err := note.Open(append([]byte(text), answer...), note.VerifierList(v))
	if err != nil {
		return "", at, fmt.Errorf("the witness's answer: %w", err)
	}
	at, ok := cosignedAt(n.Sigs[0])
	if !ok {
		return "", at, errors.New("the witness's answer is not a cosignature")
	}
	return signatureLine(n.Sigs[0]), at, nil
}
