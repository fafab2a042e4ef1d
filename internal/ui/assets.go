package ui

import (
	"embed"
	"encoding/json"
	"io/fs"
	"mime"
	"net/http"
	"path"
)

//go:embed assets/dist
var dist embed.FS

// AssetPrefix is where the server mounts Assets.
const AssetPrefix = "/assets/"

var manifest = readManifest()

func readManifest() map[string]string {
	b, err := dist.ReadFile("assets/dist/manifest.json")
	if err != nil {
		panic("ui: " + err.Error())
	}
	var m map[string]string
	if err := json.Unmarshal(b, &m); err != nil {
		panic("ui: manifest.json: " + err.Error())
	}
	return m
}

// Asset is the address of a style sheet, script or picture by its plain name;
// the address changes when the bytes change, so it may be kept for ever. An
// unknown name is a mistake in the program and panics.
func Asset(name string) string {
	hashed, ok := manifest[name]
	if !ok {
		panic("ui: no asset named " + name)
	}
	return AssetPrefix + hashed
}

// AssetFiles are the hashed files themselves, for a static export.
func AssetFiles() fs.FS {
	sub, err := fs.Sub(dist, "assets/dist")
	if err != nil {
		panic("ui: " + err.Error())
	}
	return sub
}

// Assets serves the hashed files below AssetPrefix and nothing else.
func Assets() http.Handler {
	known := map[string]bool{}
	for _, hashed := range manifest {
		known[hashed] = true
	}
	files := AssetFiles()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		if r.URL.Path != AssetPrefix+name || !known[name] {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		http.ServeFileFS(w, r, files, name)
	})
}
