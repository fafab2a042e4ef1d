package main

import (
	"context"
	"flag"
	"os/exec"
	"path/filepath"

	"yangguang/internal/privacy"
)

// outside are the optional programs of others that help the gate read. They
// run in a sandbox; "off" or "" is without.
type outside struct {
	Recognise string // tesseract; "auto" where it is installed
	Convert   string // soffice, or one called alike
}

func outsideFlags(fs *flag.FlagSet, o *outside) {
	fs.StringVar(&o.Recognise, "recognise", "auto", "tesseract, to read the text of pictures and scans: a path, auto or off")
	fs.StringVar(&o.Convert, "convert", "off", "soffice, to read office files the gate cannot: a path, auto or off")
}

// find is where a program is; "" where it is not to be used.
func find(setting, name string) string {
	switch setting {
	case "", "off":
		return ""
	case "auto":
		setting = name
	}
	path, err := exec.LookPath(setting)
	if err != nil {
		return ""
	}
	return path
}

func (c *config) gate() privacy.Options {
	o := privacy.Options{Cache: filepath.Join(c.Data, "cache"), Recognise: find(c.Outside.Recognise, "tesseract"), Convert: find(c.Outside.Convert, "soffice")}
	if data, err := filepath.Abs(c.Data); err == nil {
		o.Hide = []string{data}
	}
	return o
}

// warmGate readies the reader of PDF files, so that the first need not wait for
// it to be compiled, and says whether pictures are read.
func (h *house) warmGate(ctx context.Context) {
	_ = h.gate.Warm()
	if program, ok := h.gate.Recognises(); ok {
		h.log.InfoContext(ctx, "pictures are read", "by", program)
	} else if program != "" {
		h.log.WarnContext(ctx, "pictures are not read: it does not run in a sandbox here", "by", program)
	}
}
