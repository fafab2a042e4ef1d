package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// How each table lies in a PostgreSQL with Citus (docs/operate.md): a row of a
// distributed table lives where its province does; a reference table is whole on every
// node; a local one is only on the coordinator. A new table must be placed here.
var (
	distributed = words(`answer answer_file answer_hand answer_often answer_often_request answer_tie audit audit_head casework casework_catalogue casework_common casework_counted casework_event casework_file casework_hop casework_hot casework_hot_seen casework_instruction casework_outcome casework_outcome_tie casework_rating casework_recusal casework_release casework_reply casework_report casework_report_revision casework_tally casework_word coverage_month dead_link doc_number due due_count due_sum due_unit_count due_unit_sum error_report exchange_batch exchange_mail exchange_mailbox exchange_mapping exchange_matter exchange_row hotline_call hotline_callback hotline_event hotline_line hotline_offer hotline_phone hotline_seat hotline_seat_at hotline_skill hotline_tally import_batch import_hand import_row item item_event
 file_text item_file item_finding item_serial item_step item_version inforequest inforequest_clock inforequest_consult inforequest_draft inforequest_event inforequest_fee inforequest_file inforequest_letter inforequest_office inforequest_remedy inforequest_serial inforequest_template knowledge_article knowledge_canned knowledge_due knowledge_hand knowledge_report knowledge_tally knowledge_version ledger_checkpoint ledger_cosignature ledger_head ledger_key ledger_leaf ledger_open ledger_tile link_tally notice nudge old_address privacy_request recording recording_access review review_draw review_sheet roster roster_matter roster_slot studio_sound studio_version text_chat text_line text_message training_attendance training_planned training_qualification training_result training_rule training_session yearly_hand yearly_report yearly_revision`)
	reference = words(`account_ceremony account_grant account_handover account_handover_line account_known account_passkey account_session account_slip
 account_subject account_substitute agency agency_change agency_member agency_name agency_path agency_post calendar_edition calendar_head division exchange_key login person`)
	// The search index has one order of time for all, so it stays in one place.
	local = words(`casework_draft casework_try casework_view division_import export_run hotline_node inforequest_try item_logged job keeping_run page_change search_doc search_part served_day`)
)

func words(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(s) {
		out[w] = true
	}
	return out
}

var (
	createTable = regexp.MustCompile(`(?is)create table (?:if not exists )?(\w+)\s*\((.*?)\n\)`)
	uniqueIndex = regexp.MustCompile(`(?i)create unique index (\w+) on (\w+) \(([^)]*)\)`)
	inKey       = regexp.MustCompile(`(?i)(primary key|unique)\s*\(([^)]*)\)`)
	ofColumn    = regexp.MustCompile(`(?i)(\w+) (?:bigint|integer|text|bytea)[^,]*?\b(primary key|unique)\b`)
	foreignKey  = regexp.MustCompile(`(?i)foreign key \(([^)]*)\) references (\w+) \(([^)]*)\)`)
	ofForeign   = regexp.MustCompile(`(?i)(\w+) (?:bigint|integer|text)[^,]*? references (\w+)`)
	dropIndex   = regexp.MustCompile(`(?i)drop index (\w+)`)
	dropTable   = regexp.MustCompile(`(?i)drop table (\w+)`)
	comment     = regexp.MustCompile(`(?m)--.*$`)
	forbidden   = regexp.MustCompile(`(?i)\b(create trigger|create sequence|bigserial|generated always|as identity|exclude using|deferrable|lock table|pg_advisory\w*|listen|ilike|now\(\)|with recursive)\b|[(,\n]\s*\w+\s+serial\b|->>`)
)

// refusedDDL tells what of a schema Citus would refuse.
func refusedDDL(sql string) (out []string) {
	sql = comment.ReplaceAllString(sql, "")
	if m := forbidden.FindString(sql); m != "" {
		out = append(out, "forbidden: "+m)
	}
	hasProvince := func(cols string) bool {
		return slices.Contains(strings.FieldsFunc(cols, func(r rune) bool { return r == ',' || r == ' ' }), "province")
	}
	for _, m := range createTable.FindAllStringSubmatch(sql, -1) {
		name, body := m[1], m[2]
		if !distributed[name] && !reference[name] && !local[name] {
			out = append(out, name+": is in no list of this test")
		}
		for _, f := range ofForeign.FindAllStringSubmatch(body, -1) {
			if f[2] != "" && distributed[f[2]] && !strings.Contains(f[0], "foreign key") {
				out = append(out, name+": references "+f[2]+" without province")
			}
		}
		if !distributed[name] {
			continue
		}
		keyed := false
		for _, k := range inKey.FindAllStringSubmatch(body, -1) {
			keyed = keyed || strings.EqualFold(k[1], "primary key")
			if !hasProvince(k[2]) {
				out = append(out, fmt.Sprintf("%s: %s (%s)", name, strings.ToLower(k[1]), k[2]))
			}
		}
		for _, k := range ofColumn.FindAllStringSubmatch(body, -1) {
			keyed = keyed || strings.EqualFold(k[2], "primary key")
			if k[1] != "province" {
				out = append(out, fmt.Sprintf("%s: %s (%s)", name, strings.ToLower(k[2]), k[1]))
			}
		}
		if !keyed {
			out = append(out, name+": has no primary key")
		}
		for _, f := range foreignKey.FindAllStringSubmatch(body, -1) {
			if !reference[f[2]] && (!hasProvince(f[1]) || !hasProvince(f[3])) {
				out = append(out, name+": foreign key ("+f[1]+") without province")
			}
		}
	}
	return out
}

// TestTheManualPlacesEveryTable holds the lists of docs/operate.md to those of
// this test: a name is placed by itself or else by the longest name with a star.
func TestTheManualPlacesEveryTable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file  string
		after [3]string // what each list follows: reference, distributed, local
	}{
		{"../../docs/operate.md", [3]string{"| tables | lie | command |\n| --- | --- | --- |\n| `", "(reference) |", "colocate_with => 'item'` |\n| `"}},
		{"../../docs/operate.zh-CN.md", [3]string{"- 参考表（各节点完整一份）：`", "- 按省分布：`", "- 只在协调节点：`"}},
	} {
		b, err := os.ReadFile(c.file)
		if err != nil {
			t.Fatal(err)
		}
		var lists [3]map[string]bool
		for i, after := range c.after {
			_, rest, ok := strings.Cut(string(b), after)
			if !ok {
				t.Fatalf("%s does not say %q", c.file, after)
			}
			if i == 1 && strings.HasPrefix(after, "(") { // the row after
				_, rest, _ = strings.Cut(rest, "\n| `")
			}
			list, _, _ := strings.Cut(rest, "`")
			lists[i] = words(list)
		}
		for i, tables := range []map[string]bool{reference, distributed, local} {
			for name := range tables {
				if got := placedBy(name, lists); got != i {
					t.Errorf("%s places %s in list %d, want %d", c.file, name, got, i)
				}
			}
		}
	}
}

// placedBy is the list a table lies in; -1 for none.
func placedBy(name string, lists [3]map[string]bool) int {
	best, at := -1, -1
	for i, list := range lists {
		for p := range list {
			stem, star := strings.CutSuffix(p, "*")
			switch {
			case p == name:
				return i
			case star && strings.HasPrefix(name, stem) && len(stem) > best:
				best, at = len(stem), i
			}
		}
	}
	return at
}

// TestCitusWouldTakeTheSchema reads every migration in the order of time.
func TestCitusWouldTakeTheSchema(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for _, src := range migrations() {
		names, err := fs.Glob(src, "migrations/*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			b, err := fs.ReadFile(src, n)
			if err != nil {
				t.Fatal(err)
			}
			files[filepath.Base(n)] = string(b)
		}
	}
	unique := map[string]string{} // index -> what is wrong with it
	var order []string
	for n := range files {
		order = append(order, n)
	}
	slices.Sort(order)
	for _, n := range order {
		sql := files[n]
		for _, d := range dropIndex.FindAllStringSubmatch(sql, -1) {
			delete(unique, d[1])
		}
		for _, d := range dropTable.FindAllStringSubmatch(sql, -1) {
			t.Logf("%s drops %s", n, d[1])
		}
		for _, m := range uniqueIndex.FindAllStringSubmatch(comment.ReplaceAllString(sql, ""), -1) {
			if distributed[m[2]] && !strings.Contains(m[3], "province") {
				unique[m[1]] = m[2] + ": unique index " + m[1] + " without province"
			}
		}
		for _, wrong := range refusedDDL(sql) {
			t.Errorf("%s: %s", n, wrong)
		}
	}
	for _, wrong := range unique {
		t.Error(wrong)
	}
}

// TestCitusRefusalsAreSeen is the known-bad arm.
func TestCitusRefusalsAreSeen(t *testing.T) {
	t.Parallel()
	for bad, want := range map[string]string{
		"create table item (\n id bigint primary key, province integer\n)":                                                                         "item: primary key (id)",
		"create table item (\n province integer, id bigint, number text unique, primary key (province, id)\n)":                                     "item: unique (number)",
		"create table item (\n province integer, id bigint, other bigint, primary key (province, id), foreign key (other) references item (id)\n)": "item: foreign key (other) without province",
		"create table item (\n province integer, id bigint\n)":                                                                                     "item: has no primary key",
		"create table fresh (\n id bigint primary key\n)":                                                                                          "fresh: is in no list of this test",
		"create trigger x after insert on item":                                                                                                    "forbidden: create trigger",
		"create table person (\n id bigint primary key, item bigint references item (id)\n)":                                                       "person: references item without province",
	} {
		if got := refusedDDL(bad); !slices.Contains(got, want) {
			t.Errorf("%s\n is refused for %q, want %q", bad, got, want)
		}
	}
	for bad, want := range map[string]string{
		"select id from item where id = $1":                                              "names no province",
		"select id from item where province = $1 for update skip locked":                 "",
		"select id from item order by id limit 1 for update skip locked":                 "for update over all shards",
		"update item set province = $1 where province = $2 and id = $3":                  "changes the province",
		"with recursive x as (select 1 from item) select 1 from x":                       "forbidden: with recursive",
		"select a.id from agency a where a.id = $1":                                      "",
		"select i.id from item i join agency a on a.id = i.agency where i.province = $1": "",
		"insert into nudge (agency, times) values ($1, $2)":                              "names no province",
	} {
		if got := refusedStatement(bad); got != want {
			t.Errorf("%s\n is refused for %q, want %q", bad, got, want)
		}
	}
}

var (
	tableOf     = regexp.MustCompile(`(?i)\b(?:from|join|into|update)\s+(\w+)`)
	setProvince = regexp.MustCompile(`(?is)^update\s+\w+\s+set\s+(?:[^?]*,\s*)?province\s*=`)
)

// refusedStatement tells why Citus would refuse a statement on a distributed
// table, or ask every shard for it.
func refusedStatement(sql string) string {
	low := strings.ToLower(sql)
	touches := false
	for _, m := range tableOf.FindAllStringSubmatch(low, -1) {
		touches = touches || distributed[m[1]]
	}
	if m := forbidden.FindString(low); m != "" {
		return "forbidden: " + m
	}
	if !touches {
		return ""
	}
	set, _, _ := strings.Cut(low, " where ")
	switch {
	case strings.HasPrefix(low, "update") && setProvince.MatchString(set):
		return "changes the province"
	case strings.HasPrefix(low, "insert"):
		if !strings.Contains(low, "province") {
			return "names no province"
		}
		return ""
	}
	named := provinceIn(low)
	switch {
	case !named && strings.Contains(low, "for update"):
		return "for update over all shards"
	case !named:
		return "names no province"
	}
	return ""
}

var namesProvince = regexp.MustCompile(`province\s*(=|in\b)|\bwithin\b`)

// provinceIn answers whether the condition names the province. A part that is
// put together at run time is written {name} by the reader of the source.
func provinceIn(low string) bool {
	_, cond, ok := strings.Cut(low, " where ")
	return ok && namesProvince.MatchString(cond)
}

// TestCitusWouldTakeTheStatements reads every SQL text in the source. One that
// names no province must stand in testdata/national.txt, where a person looked at
// it: it asks the nation, or gets its province where it is put together.
func TestCitusWouldTakeTheStatements(t *testing.T) {
	t.Parallel()
	const list = "testdata/national.txt"
	b, err := os.ReadFile(list)
	if err != nil && !*update {
		t.Fatal(err)
	}
	reviewed := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		if _, sql, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " | "); ok {
			reviewed[sql] = false
		}
	}
	var fresh []string
	for where, sqls := range sourceSQL(t) {
		for _, sql := range sqls {
			why := refusedStatement(sql)
			switch _, known := reviewed[sql]; {
			case why == "":
			case known:
				reviewed[sql] = true
			case why == "names no province":
				fresh = append(fresh, filepath.ToSlash(where)+" | "+sql)
				if !*update {
					t.Errorf("%s: %s: %s\nIf it is meant for the nation, add it to %s (-update) and say so in the review", where, why, sql, list)
				}
			default:
				t.Errorf("%s: %s: %s", where, why, sql)
			}
		}
	}
	for sql, used := range reviewed {
		if !used && !*update {
			t.Errorf("%s has a statement nobody runs any more: %s", list, sql)
		}
	}
	if *update {
		for line := range strings.Lines(string(b)) {
			if _, sql, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " | "); ok && reviewed[sql] {
				fresh = append(fresh, strings.TrimSuffix(line, "\n"))
			}
		}
		slices.Sort(fresh)
		if err := os.WriteFile(list, []byte(strings.Join(slices.Compact(fresh), "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

var startsSQL = regexp.MustCompile(`(?i)^\s*(select|insert into|update|delete from|with)\s`)

// sourceSQL gathers the SQL texts of the product's source by file.
func sourceSQL(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || slices.Contains([]string{"tools", "build", "node_modules", "bench", "e2e", "testdata"}, d.Name())) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			s, ok := textOf(e)
			if !ok {
				return true
			}
			if s = strings.Join(strings.Fields(s), " "); startsSQL.MatchString(s) && tableOf.MatchString(s) {
				out[rel] = append(out[rel], s)
			}
			return false
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 10 {
		t.Fatalf("only %d files hold SQL; is the source where it was?", len(out))
	}
	return out
}

// textOf is a string literal, or literals and names put together with +.
func textOf(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		if x.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(x.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		a, ok1 := textOf(x.X)
		b, ok2 := textOf(x.Y)
		if x.Op != token.ADD || !ok1 && !ok2 {
			return "", false
		}
		if !ok1 {
			a = "{" + nameOf(x.X) + "}"
		}
		if !ok2 {
			b = "{" + nameOf(x.Y) + "}"
		}
		return a + b, true
	case *ast.ParenExpr:
		return textOf(x.X)
	}
	return "", false
}

func nameOf(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.CallExpr:
		return nameOf(x.Fun)
	case *ast.SelectorExpr:
		return x.Sel.Name
	case *ast.BinaryExpr:
		return nameOf(x.X) + nameOf(x.Y)
	}
	return "…"
}
