// Command assets bundles the style sheets, scripts and pictures of
// internal/ui/assets/src into internal/ui/assets/dist, names each by the hash
// of its bytes and writes manifest.json from plain name to hashed name.
//
//	go run -C tools ./assets            # write internal/ui/assets/dist
//	go run -C tools ./assets -out DIR   # write elsewhere; a test compares
//
// The output is committed, so that building the product needs Go alone.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	src := flag.String("src", "../internal/ui/assets/src", "folder of sources")
	out := flag.String("out", "../internal/ui/assets/dist", "folder to write")
	flag.Parse()
	if err := build(*src, *out); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func build(src, out string) error {
	files, err := bundle(src)
	if err != nil {
		return err
	}
	pictures, err := filepath.Glob(filepath.Join(src, "img", "*.svg"))
	if err != nil {
		return err
	}
	for _, p := range pictures {
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		files[filepath.Base(p)] = b
	}
	return write(out, files)
}

// bundle builds css/*.css and ts/*.ts that do not begin with an underscore;
// those that do are parts imported by others.
func bundle(src string) (map[string][]byte, error) {
	abs, err := filepath.Abs(src)
	if err != nil {
		return nil, err
	}
	var entries []string
	for _, pattern := range []string{"css/[^_]*.css", "ts/[^_]*.ts"} {
		found, err := filepath.Glob(filepath.Join(abs, pattern))
		if err != nil {
			return nil, err
		}
		entries = append(entries, found...)
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     abs,
		EntryPoints:       entries,
		Outdir:            filepath.Join(abs, "out"), // never written
		EntryNames:        "[name]",
		Bundle:            true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Charset:           api.CharsetUTF8,
		Format:            api.FormatIIFE,
		LegalComments:     api.LegalCommentsNone,
		Engines:           []api.Engine{{Name: api.EngineChrome, Version: "80"}},
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return nil, fmt.Errorf("%s", result.Errors[0].Text)
	}
	files := map[string][]byte{}
	for _, f := range result.OutputFiles {
		files[filepath.Base(f.Path)] = f.Contents
	}
	return files, nil
}

func write(out string, files map[string][]byte) error {
	old, err := filepath.Glob(filepath.Join(out, "*-*.*"))
	if err != nil {
		return err
	}
	for _, f := range old {
		if err := os.Remove(f); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	manifest := map[string]string{}
	for name, b := range files {
		sum := sha256.Sum256(b)
		ext := filepath.Ext(name)
		hashed := strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:5]) + ext
		manifest[name] = hashed
		if err := os.WriteFile(filepath.Join(out, hashed), b, 0o644); err != nil {
			return err
		}
	}
	b, err := json.MarshalIndent(manifest, "", "  ") // keys come sorted
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "manifest.json"), append(b, '\n'), 0o644)
}
