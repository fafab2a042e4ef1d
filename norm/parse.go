package norm

import (
	"errors"
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxProfile bounds a profile file; the shipped norm is a tenth of it.
const maxProfile = 2 << 20

// Problem is one thing wrong with a profile, at its place in the file. The message tells an operator what to do.
type Problem struct {
	File         string
	Line, Column int
	Path         string // "catalogues[0].categories[3].slug"
	Message      string
}

// String writes a problem as compilers do, so that editors jump to it.
func (p Problem) String() string {
	if p.Path == "" {
		return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", p.File, p.Line, p.Column, p.Path, p.Message)
}

// Parse reads a profile strictly. It returns every problem it finds, in the file's order, and a profile only if there
// is none.
func Parse(name string, b []byte) (*Profile, []Problem) {
	r := &reader{file: name, places: map[string]place{}}
	p := r.read(b)
	if len(r.problems) > 0 {
		slices.SortStableFunc(r.problems, func(a, b Problem) int {
			if a.Line != b.Line {
				return a.Line - b.Line
			}
			return a.Column - b.Column
		})
		return nil, r.problems
	}
	p.Coverage = p.Coverage.orUsual()
	p.Requests = p.Requests.orUsual()
	p.Casework = p.Casework.orUsual()
	p.buildIndex()
	return p, nil
}

// place is where in the file a path stands.
type place struct{ line, column int }

// reader gathers the problems of one file.
type reader struct {
	file     string
	places   map[string]place
	problems []Problem
}

func (r *reader) read(b []byte) *Profile {
	if len(b) > maxProfile {
		r.add("", place{1, 1}, "the file is larger than %d bytes; split attachments out of it", maxProfile)
		return nil
	}
	if depth(b) > maxDepth {
		r.add("", place{1, 1}, "the file is nested too deeply; a profile needs fewer than %d levels", maxDepth)
		return nil
	}
	body := r.parse(b)
	if body == nil {
		return nil
	}
	r.shape(body)
	p := &Profile{}
	if err := decode(body, p); err != nil {
		if len(r.problems) == 0 { // else the shape has already said it better
			r.syntax(err)
		}
		return nil
	}
	p.fillDefaults()
	r.validate(p)
	return p
}

// decode fills the profile. The library panics at some lists that hold nothing
// (testdata/fuzz); a file must not stop the program that reads it.
func decode(body ast.Node, p *Profile) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the file cannot be read; look for a list or a mapping that is empty")
		}
	}()
	return yaml.NodeToValue(body, p)
}

// parse returns the one mapping the file consists of, or nil with a problem.
func (r *reader) parse(b []byte) ast.Node {
	f, err := parser.ParseBytes(b, 0)
	if err != nil {
		r.syntax(err)
		return nil
	}
	var bodies []ast.Node
	for _, d := range f.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			bodies = append(bodies, d.Body)
		}
	}
	if len(bodies) != 1 {
		r.add("", place{1, 1}, "the file must hold exactly one profile; it holds %d documents", len(bodies))
		return nil
	}
	if _, ok := bodies[0].(*ast.MappingNode); !ok {
		r.add("", placeOf(bodies[0]), "the file must be a mapping that begins with id, version and title")
		return nil
	}
	return bodies[0]
}

// syntax records an error of the YAML library at its token.
func (r *reader) syntax(err error) {
	at, message := place{1, 1}, err.Error()
	var y yaml.Error
	if errors.As(err, &y) {
		message = y.GetMessage()
		if t := y.GetToken(); t != nil && t.Position != nil {
			at = place{t.Position.Line, t.Position.Column}
		}
	}
	r.add("", at, "%s", message)
}

func (r *reader) add(path string, at place, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: r.file, Line: at.line, Column: at.column, Path: path,
		Message: fmt.Sprintf(format, args...)})
}

// wrong records a problem at a path; where the path itself is missing from the file, at the nearest one above it.
func (r *reader) wrong(path, format string, args ...any) {
	at, ok := place{1, 1}, false
	for q := path; q != "" && !ok; q = parentPath(q) {
		at, ok = r.places[q]
	}
	if !ok {
		at = place{1, 1}
	}
	r.add(path, at, format, args...)
}

// fillDefaults gives categories what their catalogue says for all of them and bases the title of their law.
func (p *Profile) fillDefaults() {
	laws := map[string]Law{}
	for _, l := range p.Laws {
		laws[l.ID] = l
	}
	for i := range p.Forms {
		if f := &p.Forms[i]; f.Below == 0 && f.CountsPeople() {
			f.Below = defaultBelow
		}
	}
	for i := range p.Catalogues {
		c := &p.Catalogues[i]
		for j := range c.Categories {
			k := &c.Categories[j]
			k.Basis = append(slices.Clip(k.Basis), c.Basis...)
			if k.Bearer.IsZero() {
				k.Bearer = c.Bearer
			}
			if k.Audience.IsZero() {
				k.Audience = c.Audience
			}
			if k.Within == (Span{}) {
				k.Within = c.Within
			}
			for n := range k.Basis {
				if l, ok := laws[k.Basis[n].Law]; ok && k.Basis[n].Title.IsZero() {
					k.Basis[n].Title, k.Basis[n].URL = l.Title, l.URL
				}
			}
		}
	}
}
