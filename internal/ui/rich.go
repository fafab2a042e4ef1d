package ui

import "strings"

// toolKey is the key of a tool's word.
func toolKey(do string) string { return "ui.rich_" + strings.ReplaceAll(do, "-", "_") }
