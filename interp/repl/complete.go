package repl

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/stub"
)

// assistant is what a REPL tells the line editor.
type assistant struct{ r *REPL }

// Paint implements Assistant.
func (a assistant) Paint(line string, pos int) string {
	before := a.before()
	if trimmed := strings.TrimSpace(line); before == "" && (strings.HasPrefix(trimmed, ":") || strings.HasPrefix(trimmed, "?")) {
		return line
	}
	return paint(before+line, len(before), len(before)+pos)
}

// More implements Assistant.
func (a assistant) More(text string) bool {
	before := a.before()
	if trimmed := strings.TrimSpace(text); before == "" && (trimmed == "" || trimmed[0] == ':' || trimmed[0] == '?') {
		return false
	}
	_, _, err := compile(interp.Compile, "repl", before+text)
	return wantsMore(before+text, err)
}

// before is the statement up to the line, where it is not the first.
func (a assistant) before() string {
	a.r.mu.Lock()
	defer a.r.mu.Unlock()
	return a.r.pending
}

// patience is how long a completion waits for the loop, which may be computing.
const patience = 300 * time.Millisecond

// Complete implements Assistant.
func (a assistant) Complete(line string, pos int) (from int, candidates []string) {
	before := a.before()
	typed := line[:pos]
	trimmed := strings.TrimLeft(typed, " ")
	switch {
	case before == "" && strings.HasPrefix(trimmed, ":"):
		from, candidates = a.commandLine(typed, len(typed)-len(trimmed))
	case before == "" && strings.HasPrefix(trimmed, "?"):
		from, candidates = a.documented(typed, len(typed)-len(strings.TrimLeft(trimmed[1:], " ")))
	default:
		from, candidates = a.lua(before + typed)
		if from -= len(before); from < 0 { // a string that began in an earlier line
			return pos, nil
		}
	}
	slices.Sort(candidates)
	return from, slices.Compact(candidates)
}

// commandLine completes a command, which begins at the offset start, or what it takes.
func (a assistant) commandLine(typed string, start int) (int, []string) {
	word, arg, second := strings.Cut(typed[start+1:], " ")
	if !second {
		var out []string
		for _, c := range commands() {
			if strings.HasPrefix(c.name, word) {
				out = append(out, c.name)
			}
		}
		return start + 1, out
	}
	from := len(typed) - len(strings.TrimLeft(arg, " "))
	switch {
	case strings.HasPrefix("doc", word) || strings.HasPrefix("help", word):
		return a.documented(typed, from)
	case strings.HasPrefix("load", word):
		return files(ask(a, (*interp.Call).Dir), typed, from)
	case strings.HasPrefix("time", word):
		return a.lua(typed)
	}
	return len(typed), nil
}

// documented completes what :doc takes, which begins at the offset from: a name of the reference, else a variable.
func (a assistant) documented(typed string, from int) (int, []string) {
	if names := withPrefix(a.r.reference().Names(), typed[from:]); len(names) > 0 {
		return from, names
	}
	return a.lua(typed)
}

func withPrefix(names []string, prefix string) []string {
	var out []string
	for _, n := range names {
		if strings.HasPrefix(n, prefix) {
			out = append(out, n)
		}
	}
	return out
}

var (
	// chain is what can be followed to a value, and the name that is being typed: a.b.c or a.b:c, or "":c.
	chain = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`((?:[A-Za-z_]\w*[.:])*)([A-Za-z_]\w*)?$`) })
	// takesFile is what stands before the name of a file.
	takesFile = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(read|write|dofile|loadfile|open|lines|require)\s*\(?\s*$`)
	})
)

// lua completes Lua, at the end of src.
func (a assistant) lua(src string) (int, []string) {
	tokens := scan(src)
	last := token{}
	if len(tokens) > 0 {
		last = tokens[len(tokens)-1]
	}
	switch {
	case last.open && last.kind == commentToken:
		return len(src), nil
	case last.open && last.kind == textToken:
		return a.file(src, last)
	case last.kind == numberToken || last.kind == textToken:
		return len(src), nil
	}
	m := chain().FindStringSubmatch(src)
	word := m[2]
	from := len(src) - len(word)
	if m[1] == "" {
		if from > 0 && (src[from-1] == '.' || src[from-1] == ':') {
			return from, a.afterText(src[:from], tokens, word)
		}
		return from, append(withPrefix(keywords, word), a.names(word)...)
	}
	if before := strings.TrimSuffix(src[:from], m[1]); strings.HasSuffix(before, ".") || strings.HasSuffix(before, ":") {
		return from, nil // the rest of something that had to be run: f().x
	}
	return from, a.fields(m[1], word)
}

// afterText completes the methods of a literal string: ("x"):up.
func (a assistant) afterText(src string, tokens []token, word string) []string {
	if !strings.HasSuffix(src, ":") {
		return nil
	}
	src = strings.TrimRight(src[:len(src)-1], ") ")
	x := a.r.reference()
	for _, t := range tokens {
		if t.kind == textToken && t.to == len(src) {
			return ask(a, func(c *interp.Call) []string {
				v, err := c.Value("")
				if err != nil {
					return nil
				}
				return members(x, v, word, true)
			})
		}
	}
	return nil
}

// ask runs fn on the loop, where it may look but not call Lua. Where the loop does not get to it soon, the result is zero.
func ask[T any](a assistant, fn func(c *interp.Call) T) (result T) {
	got := make(chan T, 1)
	a.r.rt.Post(func() {
		if a.r.call != nil {
			got <- fn(a.r.call)
		} else {
			got <- result
		}
	})
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case result = <-got:
	case <-t.C:
	}
	return result
}

// names are the variables that begin with word.
func (a assistant) names(word string) []string {
	return ask(a, func(c *interp.Call) []string {
		out := withPrefix(a.r.session.Locals(), word)
		for k := range c.Globals().All() {
			if s, ok := k.Text(); ok && isName(s) && strings.HasPrefix(s, word) {
				out = append(out, s)
			}
		}
		return out
	})
}

// fields are those that begin with word, of the value that a path such as "a.b:" leads to.
func (a assistant) fields(path, word string) []string {
	x := a.r.reference() // which takes a while, the first time
	return ask(a, func(c *interp.Call) []string {
		parts := strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == ':' })
		v := a.r.variable(c, parts[0])
		for _, part := range parts[1:] {
			v = rawField(v, part)
		}
		return members(x, v, word, strings.HasSuffix(path, ":"))
	})
}

// rawField is a field as an index would find it that runs no function.
func rawField(v interp.Value, key string) interp.Value {
	for range maxIndex {
		if t, ok := v.Table(); ok {
			if f := t.Field(key); !f.IsNil() {
				return f
			}
		}
		mt, ok := v.Metatable()
		if !ok {
			break
		}
		v = mt.Field("__index")
	}
	return interp.Value{}
}

// maxIndex is how many tables behind a table are looked at: a chain of __index may be a circle.
const maxIndex = 10

// members are the names behind a value's dot, or behind its colon: those of functions.
func members(x *stub.Index, v interp.Value, word string, methods bool) []string {
	var out []string
	if _, ok := v.Object().(*interp.Error); ok && !methods {
		for _, e := range x.Lookup("error") {
			for _, f := range e.Fields {
				out = append(out, f.Name)
			}
		}
		return withPrefix(out, word)
	}
	for range maxIndex {
		if t, ok := v.Table(); ok {
			for k, f := range t.All() {
				s, ok := k.Text()
				if ok && isName(s) && strings.HasPrefix(s, word) && (!methods || f.IsFunction()) {
					out = append(out, s)
				}
			}
		}
		mt, ok := v.Metatable()
		if !ok {
			break
		}
		v = mt.Field("__index")
	}
	return out
}

// file completes the name of a file or a module, in the string that t, the last token, is.
func (a assistant) file(src string, t token) (int, []string) {
	m := takesFile().FindStringSubmatch(src[:t.from])
	if m == nil || src[t.from] == '[' {
		return len(src), nil
	}
	type where struct{ dir, path string }
	at := ask(a, func(c *interp.Call) where {
		pkg, _ := c.Globals().Field("package").Table()
		path := ""
		if pkg.Value().Type() == "table" {
			path, _ = pkg.Field("path").Text()
		}
		return where{c.Dir(), path}
	})
	if m[1] == "require" {
		return t.from + 1, modules(at.dir, at.path, src[t.from+1:])
	}
	return files(at.dir, src, t.from+1)
}

// files completes the name of a file that begins at the offset from of typed and ends with it.
func files(dir, typed string, from int) (int, []string) {
	folder, base := filepath.Split(typed[from:])
	at := folder
	if !filepath.IsAbs(at) {
		at = filepath.Join(dir, folder)
	}
	if at == "" {
		at = "."
	}
	entries, err := os.ReadDir(at)
	if err != nil {
		return len(typed), nil // nothing to offer
	}
	var out []string
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, base) || base == "" && strings.HasPrefix(name, ".") {
			continue
		}
		if info, err := os.Stat(filepath.Join(at, name)); err == nil && info.IsDir() {
			name += "/"
		}
		out = append(out, name)
	}
	return len(typed) - len(base), out
}

// modules are the names that require would find in a package.path, and of folders with such, which end in a dot.
func modules(dir, path, word string) []string {
	inside, base := "", word
	if i := strings.LastIndexByte(word, '.'); i >= 0 {
		inside, base = word[:i+1], word[i+1:]
	}
	var out []string
	for _, template := range strings.Split(path, ";") {
		before, after, ok := strings.Cut(template, "?")
		if !ok {
			continue
		}
		folder := before + strings.ReplaceAll(inside, ".", "/")
		if !filepath.IsAbs(folder) {
			folder = filepath.Join(dir, folder)
		}
		if folder == "" {
			folder = "."
		}
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, e := range entries {
			name, isFile := e.Name(), false
			if !strings.HasPrefix(name, base) {
				continue
			}
			within, err := fs.Glob(os.DirFS(folder), name+"/*"+after)
			if err == nil && isName(name) && slices.ContainsFunc(within, func(f string) bool { return f != name+"/init.lua" }) {
				out = append(out, inside+name+".")
			}
			if !strings.HasPrefix(after, "/") {
				if name, isFile = strings.CutSuffix(name, after); !isFile {
					continue
				}
			} else if _, err := os.Stat(filepath.Join(folder, name+after)); err != nil {
				continue
			}
			if isName(name) {
				out = append(out, inside+name)
			}
		}
	}
	return out
}
