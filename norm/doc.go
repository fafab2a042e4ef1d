// Package norm holds the norm the product serves, as versioned data: its clauses, the catalogues of what each kind of
// agency must disclose, the forms those entries take and the rule by which others review them before they are published.
//
// It keeps no clause by itself; every other room asks it what its clause says. A profile is one YAML file, so that
// another country's law or another department's norm is loaded without a change of code:
//
//	p, problems := norm.Parse("mine.yaml", bytes)
//
// A profile stores nothing about people. It is public: anyone may read it, and it is kept as long as the product is.
package norm
