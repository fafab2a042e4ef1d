package main

import (
	"context"
	"errors"
	"io"
)

func demonstrate(context.Context, []string, io.Writer) error { return errors.New("being built") }
