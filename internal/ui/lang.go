package ui

import "yangguang/internal/i18n"

// otherLang is the language a page offers beside its own.
func otherLang(lang string) string {
	if lang == string(i18n.EN) {
		return string(i18n.ZH)
	}
	return string(i18n.EN)
}

// otherName is that language's own name for itself: data, not a sentence.
func otherName(lang string) string {
	if lang == string(i18n.EN) {
		return "中文"
	}
	return "English"
}
