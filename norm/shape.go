package norm

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"yangguang/internal/clock"
)

// maxDepth is far beyond what a profile needs; it keeps the YAML parser's recursion small on hostile input.
const maxDepth = 64

// depth estimates how deeply a file nests: open brackets, or block markers in one line ("- - - -", "? ? ?").
func depth(b []byte) int {
	open, markers, most := 0, 0, 0
	for _, c := range b {
		switch c {
		case '[', '{':
			open++
		case ']', '}':
			open = max(0, open-1)
		case '-', '?', ':', ' ', '\t':
			if c != ' ' && c != '\t' {
				markers++
			}
		case '\n':
			markers = 0
		default:
			markers = 0
		}
		most = max(most, open, markers)
	}
	return most
}

// shape walks the file beside the Go types: it remembers where every path stands and reports each key no type has,
// where the library would stop at the first.
func (r *reader) shape(body ast.Node) {
	r.walk("", body, reflect.TypeFor[Profile]())
}

func (r *reader) walk(path string, n ast.Node, t reflect.Type) {
	r.places[path] = placeOf(n)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		r.walkMapping(path, n, t)
	case *ast.SequenceNode:
		if t.Kind() != reflect.Slice {
			r.wrong(path, "a list is not expected here")
			return
		}
		for i, v := range n.Values {
			r.walk(fmt.Sprintf("%s[%d]", path, i), v, t.Elem())
		}
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		r.wrong(path, "anchors, aliases, merges and tags are not allowed in a profile; write the value out")
	case *ast.NullNode:
		r.wrong(path, "the value is missing; write it or remove the key")
	default:
		if !isLeaf(t) {
			r.wrong(path, "%s is expected here", kindWord(t))
			return
		}
		r.leaf(path, n, t)
	}
}

// leaf checks that a single value is of the kind its field needs.
func (r *reader) leaf(path string, n ast.Node, t reflect.Type) {
	var ok bool
	switch {
	case t == reflect.TypeFor[clock.Date]():
		_, err := clock.ParseDate(n.GetToken().Value)
		if ok = err == nil; !ok {
			r.wrong(path, "%v; write an existing day", err)
			return
		}
	case t.Kind() == reflect.Int:
		ok = n.Type() == ast.IntegerType
	case t.Kind() == reflect.Float64:
		ok = n.Type() == ast.IntegerType || n.Type() == ast.FloatType
	case t.Kind() == reflect.Bool:
		ok = n.Type() == ast.BoolType
	default:
		ok = true
	}
	if !ok {
		r.wrong(path, "%s is expected here, not %q", kindWord(t), n.GetToken().Value)
	}
}

func (r *reader) walkMapping(path string, n *ast.MappingNode, t reflect.Type) {
	if isLeaf(t) || t.Kind() == reflect.Slice {
		r.wrong(path, "%s is expected here", kindWord(t))
		return
	}
	for _, v := range n.Values {
		key, ok := v.Key.(*ast.StringNode)
		if !ok {
			r.add(path, placeOf(v.Key), "the key %q must be a plain word", v.Key.String())
			continue
		}
		child := strings.TrimPrefix(path+"."+key.Value, ".")
		if t.Kind() == reflect.Map {
			r.walk(child, v.Value, t.Elem())
			continue
		}
		f, known := fieldFor(t, key.Value)
		if !known {
			r.add(child, placeOf(key), "unknown key %q; known here: %s", key.Value, strings.Join(keysOf(t), ", "))
			continue
		}
		r.walk(child, v.Value, f.Type)
	}
}

// isLeaf reports whether values of the type are written as one word.
func isLeaf(t reflect.Type) bool {
	return t == reflect.TypeFor[clock.Date]() ||
		t.Kind() != reflect.Struct && t.Kind() != reflect.Map && t.Kind() != reflect.Slice
}

func kindWord(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Slice:
		return "a list"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Float64:
		return "a number"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case isLeaf(t):
		return "a single value"
	case t.Kind() == reflect.Map:
		return "a mapping"
	}
	return "a mapping with " + strings.Join(keysOf(t), ", ")
}

func fieldFor(t reflect.Type, key string) (reflect.StructField, bool) {
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && f.Tag.Get("yaml") == key {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func keysOf(t reflect.Type) (keys []string) {
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() {
			keys = append(keys, f.Tag.Get("yaml"))
		}
	}
	slices.Sort(keys)
	return keys
}

func placeOf(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		n = m.Values[0].Key
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return place{t.Position.Line, t.Position.Column}
	}
	return place{1, 1}
}

// parentPath is the path one step up: "a[1].b" -> "a[1]" -> "a" -> "".
func parentPath(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}
