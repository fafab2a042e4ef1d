package norm

import (
	"embed"
	"fmt"
	"sync"
)

//go:embed profiles/*.yaml
var profiles embed.FS

// The profiles that ship with the product.
const (
	Yangguang2008  = "yangguang-2008"  // 国家阳光计生行动规范（试行）, the default
	ExampleHousing = "example-housing" // another department's norm, to show what a profile may vary
)

// Builtin returns the default profile, the norm the product is named after. Callers share it and must not change it.
func Builtin() *Profile { return builtin() }

var builtin = sync.OnceValue(func() *Profile {
	p, err := Shipped(Yangguang2008)
	if err != nil {
		panic(err) // a test loads every shipped profile
	}
	return p
})

// Shipped returns a profile embedded in the program by its id.
func Shipped(id string) (*Profile, error) {
	name := "profiles/" + id + ".yaml"
	b, err := profiles.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("no profile %q ships with this program; load it from a file: %w", id, err)
	}
	p, problems := Parse(name, b)
	if len(problems) > 0 {
		return nil, fmt.Errorf("profile %s is not valid: %s (and %d more)", id, problems[0], len(problems)-1)
	}
	return p, nil
}
