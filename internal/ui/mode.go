package ui

import "strings"

// Mode is how a reader wants pages to look; one cookie and classes on <html>.
type Mode struct {
	Elder    bool   // 适老版
	Contrast string // "" plain, "light" black on white, "dark" white on black
}

// ParseMode reads a mode from a cookie or query; what it does not know it
// leaves out, so that a made-up cookie does no harm.
func ParseMode(s string) Mode {
	var m Mode
	for _, word := range strings.Split(s, ".") {
		switch word {
		case "elder":
			m.Elder = true
		case "contrast":
			m.Contrast = "light"
		case "dark":
			m.Contrast = "dark"
		}
	}
	return m
}

// String is the form kept in the cookie: "standard", "elder.contrast", …
func (m Mode) String() string {
	var words []string
	if m.Elder {
		words = append(words, "elder")
	}
	switch m.Contrast {
	case "light":
		words = append(words, "contrast")
	case "dark":
		words = append(words, "dark")
	}
	if words == nil {
		return "standard"
	}
	return strings.Join(words, ".")
}

// Class is the class list of <html>.
func (m Mode) Class() string {
	var words []string
	if m.Elder {
		words = append(words, "elder")
	}
	switch m.Contrast {
	case "light":
		words = append(words, "contrast")
	case "dark":
		words = append(words, "contrast-dark")
	}
	return strings.Join(words, " ")
}

func (m Mode) toggleElder() Mode {
	m.Elder = !m.Elder
	return m
}

func (m Mode) elderWord() string {
	if m.Elder {
		return "ui.mode_standard"
	}
	return "ui.mode_elder"
}

// nextContrast goes round: plain, black on white, white on black, plain.
func (m Mode) nextContrast() Mode {
	m.Contrast = map[string]string{"": "light", "light": "dark"}[m.Contrast]
	return m
}

func (m Mode) contrastWord() string {
	switch m.Contrast {
	case "light":
		return "ui.mode_dark"
	case "dark":
		return "ui.mode_plain"
	}
	return "ui.mode_contrast"
}
