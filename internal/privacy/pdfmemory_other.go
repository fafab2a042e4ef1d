//go:build !linux

package privacy

import "context"

// withMemory leaves the PDF reader the memory Go gives it.
func withMemory(ctx context.Context) context.Context { return ctx }
