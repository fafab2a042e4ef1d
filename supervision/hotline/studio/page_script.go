package studio

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ivr"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// scriptPage is everything a caller can hear, as a tree.
type scriptPage struct {
	Checked string // how far away a person is at most
	Starts  []scriptStart
	Far     ui.Grid
}

type scriptStart struct {
	Title string
	Node  *scriptNode
}

// scriptNode is one place of the tree. One that stands on the page already is
// led to instead.
type scriptNode struct {
	name string
	Keys []string
	Then bool // by itself, when no key is pressed
	Says []ui.Link
	Does string
	Hold string
	Own  bool // the office's, not the usual script's
	See  string
	Next []*scriptNode
}

func (n *scriptNode) id() string {
	if n.See != "" {
		return ""
	}
	return "node-" + n.name
}

// teller writes a script down in the reader's language.
type teller struct {
	ctx    context.Context
	script *ivr.Script
	tongue Tongue
	said   map[string]string // wordings of the unit, by key
	shown  map[string]bool
}

func (s *Studio) script(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t := &teller{ctx: ctx, script: s.Script, said: map[string]string{}, shown: map[string]bool{}}
	t.tongue, _ = tongueOf(string(ivr.Chinese))
	if i18n.LangOf(ctx) == i18n.EN {
		t.tongue, _ = tongueOf(string(ivr.English))
	}
	if t.script == nil {
		var err error
		if t.script, err = ivr.Usual(); err != nil {
			return err
		}
	}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		u, _, err := unit(tx, Verbs()...)
		if err != nil {
			return err
		}
		rows, err := s.shelf(tx, u, t.tongue)
		for _, x := range rows {
			t.said[x.Key] = x.Text
		}
		return err
	})
	if err != nil {
		return err
	}
	f := s.frame(r, word(ctx, "script"), ui.Link{Text: word(ctx, "script")})
	f.Lead = word(ctx, "script_lead")
	return web.Render(w, r, http.StatusOK, scriptView(f, t.page()))
}

func (t *teller) page() (p scriptPage) {
	for _, s := range ivr.Starts {
		p.Starts = append(p.Starts, scriptStart{word(t.ctx, "start_"+s), t.node(t.script.Starts[s])})
	}
	far, worst := t.script.KeysToPerson(), 0
	p.Far = ui.Grid{Caption: word(t.ctx, "script_keys"), Columns: []ui.Column{{Title: word(t.ctx, "script_place")}, {Title: word(t.ctx, "script_far"), Number: true}}}
	for _, name := range slices.Sorted(maps.Keys(far)) {
		worst = max(worst, far[name])
		p.Far.Rows = append(p.Far.Rows, []ui.Cell{{Of: code(name)}, {Text: strconv.Itoa(far[name])}})
	}
	p.Checked = word(t.ctx, "script_checked", worst, ivr.MostKeys)
	return p
}

func (t *teller) node(name string) *scriptNode {
	n := t.script.Nodes[name]
	out := &scriptNode{name: name, Own: n.Own()}
	for _, c := range n.Say {
		out.Says = append(out.Says, t.clip(c))
	}
	if n.Do != "" {
		out.Does = word(t.ctx, "do_"+n.Do)
	}
	if n.Hold > 0 {
		out.Hold = word(t.ctx, "script_hold", n.Hold)
	}
	if t.shown[name] {
		if len(n.Keys) > 0 || n.Then != "" {
			out.See = "node-" + name
			for i := range out.Says {
				out.Says[i].Text = short(out.Says[i].Text)
			}
		}
		return out
	}
	t.shown[name] = true
	by := map[string][]string{}
	for key, to := range n.Keys {
		by[to] = append(by[to], key)
	}
	for _, to := range slices.SortedFunc(maps.Keys(by), func(a, b string) int { return compare(slices.Min(by[a]), slices.Min(by[b])) }) {
		next := t.node(to)
		next.Keys = slices.Sorted(slices.Values(by[to]))
		out.Next = append(out.Next, next)
	}
	if n.Then != "" {
		next := t.node(n.Then)
		next.Then = true
		out.Next = append(out.Next, next)
	}
	return out
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

// clip is what a clip says, leading to the prompt.
func (t *teller) clip(key string) ui.Link {
	switch key {
	case "{place}", "{wait}", "pause":
		return ui.Link{Text: word(t.ctx, "clip_"+map[string]string{"{place}": "place", "{wait}": "wait", "pause": "pause"}[key])}
	}
	text := t.said[key]
	if text == "" {
		text = key
	}
	return ui.Link{Text: text, Href: href(t.ctx, Name{t.tongue.Code, key}.path())}
}
