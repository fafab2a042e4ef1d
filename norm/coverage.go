package norm

// Coverage says how figures about disclosure are shown (1.1.d, 4.4). What a profile leaves out has the value in brackets.
type Coverage struct {
	Small   int  `yaml:"small"`   // of fewer than so many, counts are shown and no percentage [5]
	Good    int  `yaml:"good"`    // from this share in time, in percent, a place is in the first band [95]
	Fair    int  `yaml:"fair"`    // from this one in the second, below in the third [80]
	Ranking bool `yaml:"ranking"` // whether places are put in an order of merit [no]
}

func (c Coverage) orUsual() Coverage {
	if c.Small == 0 {
		c.Small = 5
	}
	if c.Good == 0 {
		c.Good = 95
	}
	if c.Fair == 0 {
		c.Fair = 80
	}
	return c
}

func (r *reader) coverage(c Coverage) {
	u := c.orUsual()
	if u.Small < 1 || u.Small > 100 {
		r.wrong("coverage.small", "%d must lie between 1 and 100", c.Small)
	}
	if u.Fair < 1 || u.Good > 100 || u.Fair >= u.Good {
		r.wrong("coverage.good", "the bands must be 1 to 100 percent, fair (%d) below good (%d)", u.Fair, u.Good)
	}
}
