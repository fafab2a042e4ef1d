package pdf

import "regexp"

var pageObject = regexp.MustCompile(`/Type\s*/Page\b`)

// Pages counts the pages of a file this package wrote.
func Pages(b []byte) int { return len(pageObject.FindAll(b, -1)) }
