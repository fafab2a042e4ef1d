// Package publiclog is where anybody reads and checks the public log 公开日志:
// pages in words, the log's files as C2SP tlog-tiles, and, where this
// installation is a superior, the place others have their logs cosigned
// (tlog-witness). 1.1.d
//
// It stores nothing, and asks nothing about its readers.
package publiclog

import "embed"

// Locale holds the pages' sentences.
//
//go:embed locale/*.json
var Locale embed.FS
