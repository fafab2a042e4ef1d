// Package agency knows who must account for what: the divisions of the country
// (行政区划), the agencies in them, their posts and their members, and which agency stands above which.
//
// It serves every clause of the norm, each of which binds 各级 authorities, townships, institutions and
// villages. It holds no rule of the norm itself.
//
// About people it stores only that a person (by number; name and contact are internal/account's)
// belongs to an agency, in which post, since and until when. Who holds or held a post of a public agency is
// public; plain membership is read by the agency, its superiors and auditors. Ended
// memberships stay as long as the agency's records do, since reviews and signatures refer to them.
//
// Divisions and agencies are reference tables: other rooms may join them and must not write them. The divisions
// come with the binary (data/NOTICE names the source) and have Chinese names only, also on English pages.
package agency
