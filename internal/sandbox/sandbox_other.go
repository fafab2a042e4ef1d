//go:build !linux

package sandbox

import (
	"context"
	"io"
)

func (p Program) run(context.Context, io.Reader, io.Writer) error { return ErrUnavailable }

// Enter does nothing here: only Linux has the walls.
func Enter() {}
