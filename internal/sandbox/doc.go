// Package sandbox runs optional external programs, such as a reader of scanned
// pages, on what strangers handed in.
//
// Such a program is large, written in C or C++, and reads hostile input; it is
// taken for broken from the start. It runs in namespaces of its own: it has no
// network, sees no process but its own, may write nowhere but in an empty
// folder of memory that ends with it, does not see the folders named as hidden,
// has no capability, and is bounded in memory, time and output. Where the
// machine does not allow that, nothing is run at all: Run answers
// ErrUnavailable and the caller does without.
package sandbox
