package demo

import (
	"cmp"
	"slices"
)

// Password is the one password of all printed accounts. It protects nothing:
// the demonstration holds only invented data.
const Password = "yangguang-demo"

// Account is an account a visitor of the demonstration may try.
type Account struct {
	Login, Password string
	Role            string // Chinese: unit and post
}

// Accounts lists the printed accounts, in the order in which one would try them.
func Accounts() ([]Account, error) {
	t, err := readTexts()
	if err != nil {
		return nil, err
	}
	var out []Account
	plans := append(slices.Clone(t.Units), t.Township, t.Community)
	slices.SortStableFunc(plans, func(a, b unitText) int { return cmp.Compare(a.Rank, b.Rank) })
	for _, p := range plans {
		for _, r := range p.Roles {
			if r.Login != "" {
				out = append(out, Account{Login: r.Login, Password: Password, Role: p.Label + " · " + r.Post})
			}
		}
	}
	return out, nil
}
