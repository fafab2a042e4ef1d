package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is a signed statement of how large a log is and what it holds.
type Checkpoint struct {
	Origin string
	tlog.Tree
	Text      string      // what is signed
	Witnesses []Witnessed // cosignatures that were verified
}

// Witnessed says that a witness saw the log at a time, still holding all it
// held before.
type Witnessed struct {
	Name string
	At   time.Time
}

func checkpointText(origin string, t tlog.Tree) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, t.N, base64.StdEncoding.EncodeToString(t.Hash[:]))
}

var errCheckpoint = errors.New("not a checkpoint")

func parseCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) != 4 || lines[0] == "" {
		return c, errCheckpoint
	}
	c.Origin = lines[0]
	if c.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.N < 0 || strconv.FormatInt(c.N, 10) != lines[1] {
		return c, errCheckpoint
	}
	h, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(h) != tlog.HashSize {
		return c, errCheckpoint
	}
	copy(c.Hash[:], h)
	return c, nil
}

// OpenCheckpoint verifies a checkpoint's signature with one of the log's keys,
// and the cosignatures of the witnesses given.
func OpenCheckpoint(b []byte, logs, witnesses []note.Verifier) (c Checkpoint, err error) {
	n, err := note.Open(b, note.VerifierList(append(append([]note.Verifier{}, logs...), witnesses...)...))
	if err != nil {
		var unsigned *note.UnverifiedNoteError
		if errors.As(err, &unsigned) {
			return c, errors.New("the checkpoint bears no signature of the keys given")
		}
		return c, fmt.Errorf("the checkpoint: %w", err)
	}
	if c, err = parseCheckpoint(n.Text); err != nil {
		return c, err
	}
	c.Text = n.Text
	signed := false
	for _, s := range n.Sigs {
		for _, v := range logs {
			signed = signed || v.Name() == s.Name && v.KeyHash() == s.Hash && v.Name() == c.Origin
		}
		for _, v := range witnesses {
			if at, ok := cosignedAt(s); ok && v.Name() == s.Name && v.KeyHash() == s.Hash {
				c.Witnesses = append(c.Witnesses, Witnessed{Name: s.Name, At: at})
			}
		}
	}
	if !signed {
		return c, errors.New("the checkpoint bears no signature of the log it names")
	}
	return c, nil
}

// signatureLine is how a signature stands in a note.
func signatureLine(s note.Signature) string { return "— " + s.Name + " " + s.Base64 + "\n" }
