package studio

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/rtp"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// A pack is what goes to a recording studio and comes back: a table of wordings
// and a WAV file for each prompt.
const (
	maxPack  = 96 << 20  // compressed
	maxFiles = 256 << 20 // of all its sounds
	maxRows  = 2000
	table    = "prompts.tsv"
)

// columns of the table.
var columns = []string{"key", "language", "text", "pinyin", "file", "state"}

// A Problem is a row of a pack that cannot be kept, and why.
type Problem struct {
	Row  int
	Key  string
	Args []any
}

// Export gives a unit's wordings of a language with what is recorded of them.
func (s *Studio) Export(ctx context.Context, lang string) (b []byte, err error) {
	defer fault.Wrap(&err, "studio.Export(%s)", lang)
	t, known := tongueOf(lang)
	if !known {
		return nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	tsv := strings.Builder{}
	tsv.WriteString("\uFEFF" + strings.Join(columns, "\t") + "\r\n")
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		u, _, err := unit(tx, Verbs()...)
		if err != nil {
			return err
		}
		rows, err := s.shelf(tx, u, t)
		if err != nil {
			return err
		}
		for i := range rows {
			v := rows[i].latest()
			file := ""
			if v.Sound != "" {
				file = t.Code + "/" + v.Key + ".wav"
				wav, err := wavOf(tx, v)
				if err == nil {
					err = put(z, file, wav)
				}
				if err != nil {
					return err
				}
			}
			tsv.WriteString(strings.Join([]string{v.Key, t.Code, v.Text, v.Pinyin, file, rows[i].Stands}, "\t") + "\r\n")
		}
		return nil
	})
	if err == nil {
		err = put(z, table, []byte(tsv.String()))
	}
	err = errors.Join(err, z.Close())
	return out.Bytes(), err
}

func put(z *zip.Writer, name string, b []byte) error {
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write(b)
	}
	return err
}

// latest is the newest version of a row: in work, in use, or the built-in words.
func (r *Row) latest() *Version {
	switch {
	case r.Open != nil:
		return r.Open
	case r.Use != nil:
		return r.Use
	}
	t, p, _ := find(r.Name)
	v := &Version{Name: r.Name}
	v.Text, v.Pinyin = t.wording(p)
	return v
}

// packed is a row of a pack that comes back.
type packed struct {
	Name
	row          int
	text, pinyin string
	samples      []int16
}

// Import keeps what came back as drafts: wordings that changed and recordings
// that are new. One bad row keeps all out.
func (s *Studio) Import(ctx context.Context, b []byte) (n int, problems []Problem, err error) {
	defer fault.Wrap(&err, "studio.Import")
	rows, problems, err := unpack(b)
	if err != nil || len(problems) > 0 {
		return 0, problems, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		n, problems = 0, nil
		u, a, err := unit(tx, Writing)
		if err != nil {
			return err
		}
		for _, p := range rows {
			changed, err := s.take(tx, u, a, p)
			if f := fault.FieldsOf(err); len(f) > 0 {
				problems = append(problems, Problem{p.row, f[0].Key, f[0].Args})
				continue
			}
			if key, args, told := fault.Sentence(err); err != nil && told && fault.Is(err, fault.Conflict) {
				problems = append(problems, Problem{p.row, key, args})
				continue
			}
			if err != nil {
				return err
			}
			if changed {
				n++
			}
		}
		if len(problems) > 0 {
			return errUndo
		}
		return nil
	})
	if errors.Is(err, errUndo) {
		return 0, problems, nil
	}
	return n, problems, err
}

// errUndo undoes a transaction that has problems to tell.
var errUndo = errors.New("studio: nothing is kept")

// take keeps a row that differs from what there is.
func (s *Studio) take(tx *db.Tx, u agency.Agency, a *account.Actor, p packed) (changed bool, err error) {
	chain, err := chainOf(tx, u)
	if err != nil {
		return false, err
	}
	all, err := inChain(tx, chain, p.Lang)
	if err != nil {
		return false, err
	}
	row := Row{Name: p.Name}
	row.fill(u, chain, all)
	now := row.latest()
	sameWords := p.text == now.Text && p.pinyin == now.Pinyin
	if sameWords && (p.samples == nil || hashOf(rtp.PCMA.Encode(nil, p.samples)) == now.Sound) {
		return false, nil
	}
	if bad := wrongWords(p.Name, p.text, p.pinyin); len(bad) > 0 {
		return false, fault.Fields(bad...)
	}
	v, err := draft(tx, u, p.Name)
	if err != nil {
		return false, err
	}
	v.Text, v.Pinyin, v.basis = p.text, p.pinyin, basisOf(p.Name, p.text)
	if p.samples == nil {
		err = store(tx, v, a)
	} else {
		err = record(tx, a, v, p.samples)
	}
	if err != nil {
		return false, err
	}
	return true, note(tx, u, a, "import", v)
}

// unpack reads a pack whole, with what is wrong of each row.
func unpack(b []byte) (rows []packed, problems []Problem, err error) {
	bad := fault.Fields(fault.Field{Name: "file", Key: "studio.bad_pack"})
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, nil, bad
	}
	f, err := z.Open(table)
	if err != nil {
		return nil, nil, bad
	}
	tsv, err := io.ReadAll(io.LimitReader(f, 4<<20))
	_ = f.Close()
	if err != nil {
		return nil, nil, bad
	}
	left := int64(maxFiles)
	row := 0
	for line := range strings.Lines(strings.TrimPrefix(string(tsv), "\uFEFF")) {
		cells := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if row++; row == 1 || len(cells) < 4 {
			continue
		}
		if row > maxRows {
			return nil, nil, bad
		}
		p := packed{Name: Name{strings.TrimSpace(cells[1]), strings.TrimSpace(cells[0])}, row: row, text: strings.TrimSpace(cells[2]), pinyin: strings.Join(strings.Fields(cells[3]), " ")}
		if _, _, err := find(p.Name); err != nil {
			problems = append(problems, Problem{row, "studio.no_prompt", []any{p.Key, p.Lang}})
			continue
		}
		if len(cells) > 4 && strings.TrimSpace(cells[4]) != "" {
			var field fault.Field
			if p.samples, field, err = unpackSound(z, strings.TrimSpace(cells[4]), &left); err != nil {
				return nil, nil, bad
			}
			if field.Key != "" {
				problems = append(problems, Problem{row, field.Key, field.Args})
				continue
			}
		}
		rows = append(rows, p)
	}
	return rows, problems, nil
}

// unpackSound reads one sound of a pack; left is how much may still be read, so
// that a small pack does not become a large one.
func unpackSound(z *zip.Reader, name string, left *int64) ([]int16, fault.Field, error) {
	f, err := z.Open(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return nil, fault.Field{Key: "studio.no_file", Args: []any{name}}, nil
	}
	if err != nil {
		return nil, fault.Field{}, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, min(*left, maxUpload)+1))
	if *left -= int64(len(b)); err != nil || *left < 0 {
		return nil, fault.Field{}, errors.Join(err, errUndo)
	}
	samples, err := ReadRecording(bytes.NewReader(b))
	if field, ours := wrongSound(err); ours {
		return nil, field, nil
	}
	return samples, fault.Field{}, err
}

func (s *Studio) export(w http.ResponseWriter, r *http.Request) error {
	b, err := s.Export(r.Context(), r.URL.Query().Get("lang"))
	if err != nil {
		return err
	}
	return web.Download(w, word(r.Context(), "nav")+".zip", "application/zip", b)
}

func (s *Studio) doImport(w http.ResponseWriter, r *http.Request) error {
	f, _, err := r.FormFile("file")
	if err != nil {
		return s.showList(w, r, http.StatusUnprocessableEntity, ui.Errors{{Name: "file", Key: "studio.need_pack"}}, nil)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxPack+1))
	if err != nil {
		return err
	}
	_, problems, err := s.Import(r.Context(), b)
	if bad := ui.ErrorsOf(err); len(bad) > 0 || len(problems) > 0 {
		return s.showList(w, r, http.StatusUnprocessableEntity, bad, problems)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, root)
}
