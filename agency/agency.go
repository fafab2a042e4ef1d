package agency

import (
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Kind is what an agency is, which decides the catalogue that binds it.
type Kind string

// The kinds of the norm: 行政部门, 乡镇(街道), 办事(服务)机构, 村(居)委会.
const (
	Authority   Kind = "authority"
	Township    Kind = "township"
	Institution Kind = "institution"
	Village     Kind = "village"
)

// Kinds lists the kinds from the top.
var Kinds = []Kind{Authority, Township, Institution, Village}

// Key is the locale key of the kind's name.
func (k Kind) Key() string { return "agency.kind_" + string(k) }

// levels says on which tiers a kind of agency exists.
var levels = map[Kind][2]Level{
	Authority:   {LevelNation, LevelCounty},
	Township:    {LevelTownship, LevelTownship},
	Institution: {LevelNation, LevelTownship},
	Village:     {LevelVillage, LevelVillage},
}

// Fits tells whether an agency of the kind can sit in a division of the level.
func (k Kind) Fits(l Level) bool {
	span, ok := levels[k]
	return ok && span[0] <= l && l <= span[1]
}

// State is what became of an agency.
type State string

// An agency is active until it is merged into another or abolished.
const (
	Active    State = "active"
	Merged    State = "merged"
	Abolished State = "abolished"
)

// Key is the locale key of the state's name.
func (s State) Key() string { return "agency.state_" + string(s) }

// Contact is how the public reaches an agency. It is the office's, never a person's.
type Contact struct {
	Address, Hours, Phone, Fax, Email, Website string
}

// Agency is a body that accounts to the public: an authority, a township office, an institution or a
// villagers' or residents' committee.
type Agency struct {
	ID         int64
	Division   Code // column region
	Kind       Kind
	Slug       string // its part of the address, unique in the division for ever
	Name       string
	ShortName  string
	CreditCode string // 统一社会信用代码, "" when it has none
	Contact
	Superior  int64 // 0 at the top
	FoundedOn clock.Date
	State     State
	Successor int64 // 0 unless merged
	ValidFrom clock.Date
	ValidTo   clock.Date // first day it no longer existed; zero: exists
	Demo      bool       // fictional, and so marked wherever it is shown
}

// Province is the key by which the rows of the agency are spread.
func (a Agency) Province() int { return a.Division.Province() }

// Path is the agency's address below the site's root: 350525/wjj.
func (a Agency) Path() string { return a.Division.Short() + "/" + a.Slug }

// Scope is the range of divisions the agency answers for: its own and all inside.
func (a Agency) Scope() Scope { return ScopeOf(a.Division) }

// Find is the agency with the id, whatever its state.
func Find(tx *db.Tx, id int64) (Agency, error) { return findAgency(tx, id, "") }

// FindByPath is the agency at an address, or the one that once had it: compare Division and Slug
// to know whether to forward the reader.
func FindByPath(tx *db.Tx, division Code, slug string) (Agency, error) {
	return findAgencyByPath(tx, division, slug)
}

// FindByCreditCode is the active agency with the unified social credit code.
func FindByCreditCode(tx *db.Tx, code string) (Agency, error) {
	return findAgencyByCredit(tx, NormalCredit(code))
}

// Resolve follows mergers to the agency that carries on today; the last one may be abolished.
func Resolve(tx *db.Tx, id int64) (Agency, error) {
	for range maxDepth {
		a, err := Find(tx, id)
		if err != nil || a.State != Merged {
			return a, err
		}
		id = a.Successor
	}
	return Agency{}, fault.Say(fault.Conflict, "agency.too_deep")
}

// Predecessors are the agencies that were merged into this one, the latest first.
func Predecessors(tx *db.Tx, agency int64) ([]Agency, error) { return listPredecessors(tx, agency) }

// Filter chooses agencies for a list.
type Filter struct {
	Within Code   // Nation for everywhere
	Here   bool   // only those that sit in Within itself, not below
	Kinds  []Kind // none: all
	State  State  // "": active
	After  Agency // the last of the page before; its Division and ID count
	Limit  int
}

// List gives agencies in the order of divisions, then of founding.
func List(tx *db.Tx, f Filter) ([]Agency, error) { return listAgencies(tx, f) }

// Count tells how many agencies List would give over all pages.
func Count(tx *db.Tx, f Filter) (int, error) { return countAgencies(tx, f) }

// Match is an agency that a search found, and the name that matched when it is not the present one.
type Match struct {
	Agency
	Former string
}

// Search finds agencies within a division by the beginning of a name they have or had.
func Search(tx *db.Tx, within Code, prefix string, limit int) ([]Match, error) {
	prefix = strings.TrimSpace(prefix)
	if prefix == "" {
		return nil, nil
	}
	if utf8.RuneCountInString(prefix) > maxName {
		return nil, fault.Say(fault.Invalid, "agency.search_too_long", maxName)
	}
	return searchAgencies(tx, within, prefix, page(limit))
}

// ChangeKind is what happened to an agency.
type ChangeKind string

// The changes an agency can undergo: 设立, 更名, 合并, 迁移, 撤销, 信息变更.
const (
	ChangeFound   ChangeKind = "found"
	ChangeRename  ChangeKind = "rename"
	ChangeMerge   ChangeKind = "merge"
	ChangeMove    ChangeKind = "move"
	ChangeAbolish ChangeKind = "abolish"
	ChangeAmend   ChangeKind = "amend"
)

// PublicChanges are the verbs, in the audit book, of what pages show of an agency.
var PublicChanges = []string{"agency.found", "agency.rename", "agency.merge", "agency.move", "agency.abolish", "agency.amend"}

// Change is one entry of an agency's history, which the public may read.
type Change struct {
	ID        int64
	Agency    int64
	Kind      ChangeKind
	Effective clock.Date
	Basis     string            // the decision it rests on
	Before    map[string]string // what it replaced, by field
	After     map[string]string
	By        int64 // person; 0: import
	At        time.Time
}

// Changes is the history of an agency, the newest first; before is the last id of the page before, or 0.
func Changes(tx *db.Tx, agency, before int64, limit int) ([]Change, error) {
	return listChanges(tx, agency, before, page(limit))
}

// Key is the locale key of the change's name.
func (k ChangeKind) Key() string { return "agency.change_" + string(k) }

// OtherNames are the names, present and former, full and short, of the agencies
// within a division that have or had exactly this one.
func OtherNames(tx *db.Tx, within Code, name string, limit int) ([]string, error) {
	return otherNames(tx, within, name, page(limit))
}
