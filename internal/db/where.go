package db

import (
	"strconv"
	"strings"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// Where builds the condition of a listing; each "?" becomes the next $n.
type Where struct {
	parts []string
	args  []any
}

// And adds a condition with its arguments.
func (w *Where) And(cond string, args ...any) *Where {
	for _, a := range args {
		w.args = append(w.args, a)
		cond = strings.Replace(cond, "?", "$"+strconv.Itoa(len(w.args)), 1)
	}
	w.parts = append(w.parts, cond)
	return w
}

// If adds a condition only when the reader asked for it.
func (w *Where) If(asked bool, cond string, args ...any) *Where {
	if asked {
		w.And(cond, args...)
	}
	return w
}

// In adds "col in (…)"; nothing in an empty list, so no row.
func In[T any](w *Where, col string, vs []T) *Where {
	if len(vs) == 0 {
		return w.And("1 = 0")
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(vs)), ", ")
	args := make([]any, len(vs))
	for i, v := range vs {
		args[i] = v
	}
	return w.And(col+" in ("+marks+")", args...)
}

// Among is the condition that a column is one of many ids. They are one argument,
// so that the statement is the same, and prepared once, however many they are.
func (t *Tx) Among(w *Where, col string, ids []int64) string {
	if t.db.postgres {
		return col + " = any(" + w.Next(ids) + ")"
	}
	list := []byte{'['}
	for i, id := range ids {
		if i > 0 {
			list = append(list, ',')
		}
		list = strconv.AppendInt(list, id, 10)
	}
	return col + " in (select value from json_each(" + w.Next(string(append(list, ']'))) + "))"
}

// SQL is " where … and …" (or "") and its arguments.
func (w *Where) SQL() (string, []any) {
	if len(w.parts) == 0 {
		return "", nil
	}
	return " where " + strings.Join(w.parts, " and "), w.args
}

// Next is the placeholder that follows the arguments so far, for LIMIT.
func (w *Where) Next(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

// Args are the arguments so far.
func (w *Where) Args() []any { return w.args }
