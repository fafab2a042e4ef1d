package web

import (
	"net/url"
	"strings"
)

// Attachment is the Content-Disposition of a file to keep. Chinese names go
// into filename* (RFC 6266); old browsers get a plain one.
func Attachment(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`"\/:*?<>|`, r) {
			return '_'
		}
		return r
	}, name)
	plain := strings.Map(func(r rune) rune {
		if r > '~' {
			return '_'
		}
		return r
	}, name)
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + url.PathEscape(name)
}
