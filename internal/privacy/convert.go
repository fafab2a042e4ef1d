package privacy

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"time"

	"yangguang/internal/sandbox"
)

// Bounds of one conversion by an office suite.
const (
	convertTime   = 60 * time.Second
	convertOutput = 64 << 20
)

// convertible are the extensions an office suite is asked about when the gate
// cannot read the file itself.
var convertible = []string{".doc", ".xls", ".ppt", ".wps", ".et", ".dps", ".rtf", ".xlsb", ".odp", ".wpt", ".pps", ".pot", ".dot", ".xlt", ".vsd", ".pub"}

// converter turns a document into a PDF with LibreOffice or a program called
// alike, in a sandbox.
type converter struct {
	program string
	hide    []string
	time    time.Duration
	turn    chan struct{} // such a suite takes hundreds of megabytes
}

func newConverter(program string, hide []string) *converter {
	if program == "" {
		return nil
	}
	return &converter{program: program, hide: hide, time: convertTime, turn: make(chan struct{}, 1)}
}

// mayConvert answers whether an office suite could tell what is in doubt.
func (in *inspection) mayConvert(ext string) bool {
	return slices.Contains([]string{UncertainOLE, UncertainFormat, UncertainBroken}, in.rep.Uncertain) && slices.Contains(convertible, ext)
}

// converted reads the document as an office suite shows it, where one is
// named: what it finds is a finding, and what stays unsure is told as such. It
// is a second reading beside the gate's own, since the file itself is what
// would go out.
func (in *inspection) converted(ext string, b []byte) error {
	c := in.gate.suite
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-in.ctx.Done():
		return in.ctx.Err()
	}
	tool := sandbox.Program{Path: c.program,
		Args: []string{"--headless", "--norestore", "--nolockcheck", "-env:UserInstallation=file://" + path.Join(sandbox.Scratch, "profile"),
			"--convert-to", "pdf", "--outdir", sandbox.Scratch, path.Join(sandbox.Scratch, "in"+ext)},
		Env:  []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + sandbox.Scratch},
		Hide: c.hide, Time: c.time, Output: convertOutput, Input: "in" + ext, Result: "in.pdf"}
	pdf, err := tool.Run(in.ctx, bytes.NewReader(b))
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		return nil //nolint:nilerr // what no suite can show keeps the doubt it has
	}
	rep := Report{patience: in.rep.patience}
	inner := inspection{gate: in.gate, ctx: in.ctx, sight: in.sight, rep: &rep, budget: in.budget, depth: in.depth + 1}
	if err := inner.file("in.pdf", bytes.NewReader(pdf), int64(len(pdf))); err != nil {
		return err
	}
	for _, f := range rep.Findings {
		in.fresh([]Finding{f}, Place{Part: Converted, Page: f.Place.Page, Line: f.Place.Line})
	}
	in.rep.More += rep.More
	if in.rep.Uncertain != UncertainBroken && (rep.Uncertain == "" || rep.Uncertain == UncertainRecognised) {
		in.rep.Uncertain = UncertainConverted
	}
	return nil
}

// extension is a name's, in small letters, with its dot.
func extension(name string) string {
	return strings.ToLower(path.Ext(strings.ReplaceAll(name, "\\", "/")))
}
