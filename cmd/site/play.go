package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// playScript is a script of the playground's menu.
type playScript struct {
	Group   string `json:"group"`
	Name    string `json:"name"` // in the address
	Title   string `json:"title"`
	Source  string `json:"source"`
	Virtual bool   `json:"virtual"` // in virtual time unless the reader wants otherwise
}

// playground makes the playground's page. The pages of the documentation run their samples by static/lull.js as well.
func (s *site) playground() error {
	scripts, err := s.playScripts()
	if err != nil {
		return err
	}
	for _, name := range []string{"timeline.js", "timeline.css"} {
		text, err := s.read("interp/trace/" + name)
		if err == nil {
			err = s.write(name, []byte(text))
		}
		if err != nil {
			return err
		}
	}
	s.pages = append(s.pages, &page{File: "play.html", Title: "Playground", Template: "play.html", About: "Lull in the browser: write a script, run it, and see what its tasks do.", Data: scripts})
	return nil
}

// first is what the playground opens with.
const first = "cmd/site/pages/play.lua"

// elsewhere is what a browser, or the playground, does not have: scripts that use it are not in the menu, and samples have no button.
var elsewhere = regexp.MustCompile(`\b(process|net|db|step|archive|html|fake|remote)\.|\b(step|test|expect|require)\b *[("{]|\bhttp\.(serve|session|websocket|files|unescape|parse_url|join_url)\b|` +
	`//localhost|"[A-Z][a-z]+/[A-Z]\w+"|\bos\.execute|\bio\.popen|\bfs\.(chown|link|lock|script|usage|watch)\b|^-- unix\n`)

func (s *site) playScripts() ([]playScript, error) {
	source, err := s.read(first)
	if err != nil {
		return nil, err
	}
	list := []playScript{{Group: "Begin here", Name: "first", Title: "two seconds", Source: source}}
	for _, group := range []struct{ folder, title string }{{"tutorial", "Tutorial"}, {"examples", "Examples"}} {
		names, err := filepath.Glob(filepath.Join(s.root, "scripts", group.folder, "*.out"))
		if err != nil {
			return nil, err
		}
		for _, out := range names {
			name := group.folder + "/" + strings.TrimSuffix(filepath.Base(out), ".out")
			source, err := s.read("scripts/" + name + ".lua")
			if err != nil {
				return nil, err
			}
			if !elsewhere.MatchString(source) {
				list = append(list, playScript{group.title, name, strings.ReplaceAll(path.Base(name), "_", " "), source, !strings.HasPrefix(source, "-- real time")})
			}
		}
	}
	return list, nil
}

// wasm builds Lull for the browser, the program play, and takes the toolchain's own file that starts such programs along.
func (s *site) wasm() error {
	dir, err := os.MkdirTemp("", "lull-site-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "lull.wasm")
	build := exec.Command("go", "build", "-tags=notzdata", "-trimpath", "-buildvcs=false", "-pgo=off", "-ldflags=-s -w -buildid=", "-o", file, "./cmd/site/play")
	build.Dir, build.Stderr = s.root, os.Stderr
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	if err := build.Run(); err != nil {
		return fmt.Errorf("go build for js/wasm: %w", err)
	}
	program, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(program)
		err = errors.Join(err, z.Close())
	}
	if err == nil {
		err = s.write("lull.wasm.gz", packed.Bytes())
	}
	if err != nil {
		return err
	}
	env := exec.Command("go", "env", "GOROOT")
	env.Dir = s.root
	root, err := env.Output()
	if err != nil {
		return fmt.Errorf("go env GOROOT: %w", err)
	}
	starter, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return err
	}
	return s.write("wasm_exec.js", starter)
}

// The places of play.html that the one file has otherwise: what is loaded, and what leads to other files or is for them.
var (
	loaded     = regexp.MustCompile(`<script src="([^"]+)"></script>|<link rel="stylesheet" href="([^"]+)">|<link rel="icon" href="[^"]+">`)
	navigation = regexp.MustCompile(`(?s)<a class="brand".*?</a>\s*<nav aria-label="Site">.*?</nav>|<button type="button" id="search-open".*?</button>|<dialog id="search".*?</dialog>|<button type="button" id="theme".*?</button>|<a class="(?:one|source)".*?</a>|<script src="site.js"></script>`)
)

// onePage writes the playground as one file, lull-playground.html, which runs from a disk. It is made of the page that was rendered, and of what
// wasm has made.
func (s *site) onePage() error {
	var failed error
	file := func(name string) string {
		text, err := os.ReadFile(filepath.Join(s.out, name))
		failed = errors.Join(failed, err)
		return string(text)
	}
	inline := func(script string) string {
		return "<script>" + strings.ReplaceAll(script, "</script", `<\/script`) + "</script>"
	}
	page := navigation.ReplaceAllString(file("play.html"), "")
	page = strings.Replace(page, `<header class="top">`, `<header class="top"><b class="brand">Lull</b><span style="flex:1"></span>`, 1)
	before, after, ok := strings.Cut(page, `<script src="lull.js">`)
	if !ok {
		return errors.New("the playground's page does not load lull.js")
	}
	worker, err := json.Marshal(file("memfs.js") + file("wasm_exec.js") + file("worker.js"))
	if err != nil {
		return err
	}
	boot := inline(`globalThis.lullWorker = () => new Worker(URL.createObjectURL(new Blob([`+string(worker)+`], { type: "text/javascript" })));
globalThis.lullEmbedded = async () => {
  const bytes = Uint8Array.from(atob(document.getElementById("wasm").textContent), (c) => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
};`) + `<script id="wasm" type="application/octet-stream">` + base64.StdEncoding.EncodeToString([]byte(file("lull.wasm.gz"))) + "</script>"
	page = loaded.ReplaceAllStringFunc(before+boot+`<script src="lull.js">`+after, func(tag string) string {
		switch m := loaded.FindStringSubmatch(tag); {
		case m[1] != "":
			return inline(file(m[1]))
		case m[2] != "":
			return "<style>" + file(m[2]) + "</style>"
		}
		return ""
	})
	if failed != nil {
		return failed
	}
	return s.write("lull-playground.html", []byte(page))
}
