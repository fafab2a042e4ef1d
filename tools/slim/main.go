// Command slim makes a copy of the module go-pdfium that carries PDFium's
// WebAssembly compressed (2.4 instead of 5.8 MB), and a go.mod that takes it:
// the module offers no way to leave it out, and `go build -overlay` may not
// stand in for files of the module cache.
//
//	slim GO-MOD MODULE-FOLDER OUT-FOLDER
//
// It writes OUT-FOLDER/go.mod, go.sum and go-pdfium, for `go build -modfile`. A
// build without them is the same program, larger.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// unpack stands in for the package's embed.go.
const unpack = `// Package pdfium_wasm carries PDFium compressed; it is unpacked when the program starts, in some ten milliseconds.
package pdfium_wasm

import (
	_ "embed"

	"github.com/klauspost/compress/zstd"
)

//go:embed pdfium.wasm.zst
var packed []byte

// Module is the PDFium WebAssembly module.
var Module = unpack()

func unpack() []byte {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		panic(err)
	}
	defer d.Close()
	b, err := d.DecodeAll(packed, nil)
	if err != nil {
		panic(err)
	}
	return b
}
`

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: slim GO-MOD MODULE-FOLDER OUT-FOLDER")
		os.Exit(2)
	}
	if err := slim(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "slim:", err)
		os.Exit(1)
	}
}

func slim(mod, module, out string) error {
	copied := filepath.Join(out, "go-pdfium")
	if err := os.RemoveAll(copied); err != nil {
		return err
	}
	if err := os.CopyFS(copied, os.DirFS(module)); err != nil {
		return err
	}
	in := filepath.Join(copied, "internal", "pdfium_wasm")
	if err := pack(in); err != nil {
		return err
	}
	text, err := os.ReadFile(mod)
	if err != nil {
		return err
	}
	text = append(text, "\nreplace github.com/klippa-app/go-pdfium => ./build/go-pdfium\n"...)
	if err := os.WriteFile(filepath.Join(out, "go.mod"), text, 0o644); err != nil {
		return err
	}
	sums, err := os.ReadFile(filepath.Join(filepath.Dir(mod), "go.sum"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "go.sum"), sums, 0o644)
}

// pack puts the compressed module and what unpacks it in a folder's place of both.
func pack(folder string) error {
	plain := filepath.Join(folder, "pdfium.wasm")
	wasm, err := os.ReadFile(plain)
	if err != nil {
		return err
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1)) // the same on every machine
	if err != nil {
		return err
	}
	for name, b := range map[string][]byte{"embed.go": []byte(unpack), "pdfium.wasm.zst": w.EncodeAll(wasm, nil)} {
		at := filepath.Join(folder, name)
		_ = os.Remove(at) // the copy is read-only, as the module cache is
		if err := os.WriteFile(at, b, 0o644); err != nil {
			return err
		}
	}
	return os.Remove(plain)
}
