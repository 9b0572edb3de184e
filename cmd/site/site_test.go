package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

var update = flag.Bool("update", false, "write the README's pictures")

const repositoryRoot = "../.."

// The README's pictures are what its first script does today.
func TestPicture(t *testing.T) {
	light, dark, prints, err := (&site{root: repositoryRoot}).picture()
	if err != nil {
		t.Fatal(err)
	}
	if light == dark || !strings.HasPrefix(prints, "alpha\tsaved\nbeta\tsaved\n") {
		t.Errorf("the pictures are the same, or the script printed something else:\n%s", prints)
	}
	for name, want := range map[string]string{"backups-light.svg": light, "backups-dark.svg": dark} {
		file := filepath.Join(repositoryRoot, ".github", name)
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil || string(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n"))) != want {
			t.Errorf("%s is not what the script does (%v): go test ./cmd/site -run TestPicture -update draws it anew", file, err)
		}
	}
}

// snippet is a block of Lua of a text. A comment before it holds what it leaves out, one behind it what is run after it, and what it
// prints stands behind `-->`, in a block of output or in a comment.
var snippet = regexp.MustCompile("(?s)(?:<!-- before\n((?:[^-]|-[^-]|--[^>])*?)-->\n)?```lua\n(.*?)```\n(?:\n?<!-- after\n((?:[^-]|-[^-]|--[^>])*?)-->\n)?(?:\n?(?:```output\n(.*?)```|<!-- prints\n(.*?)-->)\n)?(?:\n?<!-- fails: (.*?) -->)?")

var claim = regexp.MustCompile(`(?m)--> ?(.*)$`)

// Every piece of Lua of the README and of the pages runs as it stands, and prints what the text says.
func TestSnippets(t *testing.T) {
	pages, err := filepath.Glob("pages/*.md")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, page := range append(pages, filepath.Join(repositoryRoot, "README.md")) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		clean := strings.ReplaceAll(string(text), "\r\n", "\n")
		found := snippet.FindAllStringSubmatch(clean, -1)
		if n := strings.Count(clean, "```lua\n"); n != len(found) {
			t.Errorf("%s has %d pieces of Lua, of which %d can be run", page, n, len(found))
		}
		for i, m := range found {
			ran++
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(page), i+1), func(t *testing.T) {
				runSnippet(t, m[1]+m[2]+m[3], wanted(m[2], m[4]+m[5]), m[6])
			})
		}
	}
	if ran < 12 {
		t.Errorf("only %d pieces were run", ran)
	}
}

// wanted is what a piece says that it prints.
func wanted(code, block string) string {
	if block != "" {
		return block
	}
	var b strings.Builder
	for _, m := range claim.FindAllStringSubmatch(code, -1) {
		b.WriteString(m[1] + "\n")
	}
	return b.String()
}

func runSnippet(t *testing.T, code, prints, fails string) {
	if runtime.GOOS == "windows" && strings.Contains(code, "process.") {
		t.Skip("needs programs that Windows does not have")
	}
	if prints == "" {
		t.Fatal("the text does not say what it prints")
	}
	var out, errw bytes.Buffer
	rt, err := interp.New(builtins.Std(), interp.WithVirtualTime(), interp.WithDir(t.TempDir()), interp.WithStdio(nil, &out, &errw), interp.WithEnv([]string{"PATH=" + os.Getenv("PATH")}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = rt.RunString(context.Background(), "=snippet", code)
	if cerr := rt.Close(); cerr != nil || (err != nil) != (fails != "") || err != nil && !strings.Contains(err.Error(), fails) {
		t.Errorf("%v, %v, wanted the error %q", err, cerr, fails)
	}
	if out.String() != prints || errw.Len() > 0 {
		t.Errorf("prints\n%s%swant\n%s", out.String(), errw.String(), prints)
	}
}

// pythonClock is a loop of asyncio's whose time passes at once where nothing else is to be done.
const pythonClock = `
import asyncio, runpy, sys
class Loop(asyncio.SelectorEventLoop):
    def __init__(self):
        super().__init__()
        self.passed = 0
        real = self._selector.select
        def select(timeout=None):
            events = real(0)
            if not events and timeout and timeout > 0:
                self.passed += timeout
            return events
        self._selector.select = select
    def time(self):
        return self.passed
class Policy(asyncio.DefaultEventLoopPolicy):
    _loop_factory = Loop
asyncio.set_event_loop_policy(Policy())
runpy.run_path(sys.argv[1], run_name="__main__")
`

// The tutorial's Python does what the Lua beside it does, or what the text says of it.
func TestTutorialPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("there is no python3, or no /dev")
	}
	if out, err := exec.CommandContext(t.Context(), python, "-c", "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))").CombinedOutput(); err != nil {
		t.Skipf("python3 is not 3.11 to 3.13: %s", out)
	}
	digits := regexp.MustCompile(`[0-9]`)
	for _, l := range lessons {
		if l.name == "computing" {
			continue // it never ends, which is its point
		}
		t.Run(l.name, func(t *testing.T) {
			script := filepath.Join(repositoryRoot, "scripts", "tutorial", l.name)
			out, err := exec.CommandContext(t.Context(), python, "-c", pythonClock, script+".py").CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			lua, err := os.ReadFile(script + ".out")
			if err != nil {
				t.Fatal(err)
			}
			got, want := strings.NewReplacer("True", "true", "False", "false").Replace(string(out)), string(lua)
			switch l.name {
			case "display_date": // the dates differ
				got, want = digits.ReplaceAllString(got, "0"), digits.ReplaceAllString(want, "0")
			case "cancelled_member": // there the others run on
				want = "b\t1\na\t1\nc\t1\nb\tcancelled\ngather:\tfalse\tcancelled\na\t2\nc\t2\na\t3\na\tended\nc\t3\nc\tended\n"
			}
			if got != want {
				t.Errorf("prints\n%s\nwant\n%s", got, want)
			}
		})
	}
}

var (
	idOf   = regexp.MustCompile(` id="([^"]+)"`)
	linkOf = regexp.MustCompile(` (?:href|src)="([^"]+)"`)
)

// The site can be built, and none of its links is dead. Nothing in it is fetched from elsewhere.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	if err := build(repositoryRoot, dir); err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil || len(pages) < 60 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	texts, ids := map[string]string{}, map[string]map[string]bool{}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(page)
		texts[name], ids[name] = string(text), map[string]bool{}
		for _, m := range idOf.FindAllStringSubmatch(string(text), -1) {
			if ids[name][m[1]] {
				t.Errorf("%s has two places %s", name, m[1])
			}
			ids[name][m[1]] = true
		}
	}
	check := func(from, to string) {
		file, fragment, _ := strings.Cut(to, "#")
		fragment, err := url.PathUnescape(fragment)
		if file == "" {
			file = from
		}
		if _, serr := os.Stat(filepath.Join(dir, file)); serr != nil || err != nil {
			t.Errorf("%s has a dead link: %s", from, to)
		} else if fragment != "" && file != "play.html" && !ids[file][fragment] {
			t.Errorf("%s leads to %s, which has no such place", from, to)
		}
	}
	for name, text := range texts {
		if strings.Contains(text, "<th></th>") {
			t.Errorf("%s has a column without a name, which a screen reader cannot tell", name)
		}
		for _, m := range linkOf.FindAllStringSubmatch(text, -1) {
			switch fetched := strings.HasPrefix(m[0], " src"); {
			case strings.HasPrefix(m[1], "https://") && !fetched:
				if path, ok := strings.CutPrefix(m[1], repository); ok {
					if _, err := os.Stat(filepath.Join(repositoryRoot, path)); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
			case strings.HasPrefix(m[1], "data:"):
			case m[1] == "lull-playground.html": // it takes long to make: .ci/site opens it
			default:
				check(name, m[1])
			}
		}
	}
	index, err := os.ReadFile(filepath.Join(dir, "search-index.js"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`"u":"([^"]+)"`).FindAllSubmatch(index, -1)
	for _, m := range found {
		check("search-index.js", string(m[1]))
	}
	if len(found) < 500 {
		t.Errorf("the search knows %d places", len(found))
	}
}

// Every page of the folder is in the navigation, and so is every builtin in the reference.
func TestNothingIsLeftOut(t *testing.T) {
	pages, err := filepath.Glob("pages/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		known := false
		for _, p := range prosePages {
			known = known || p.source() == "cmd/site/"+filepath.ToSlash(page)
		}
		if !known {
			t.Errorf("prosePages has no %s", page)
		}
	}
	s := &site{root: repositoryRoot, out: t.TempDir()}
	for _, step := range []func() error{s.names, s.examples, s.reference} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	places := map[string]bool{}
	for _, p := range s.pages {
		for _, h := range p.Contents {
			places[p.File+"#"+h.ID] = true
		}
	}
	total := 0
	for _, c := range s.chapters {
		for _, e := range c.entries {
			if total++; !silent(e) && !places[c.file()+"#"+s.place(e)] {
				t.Errorf("%s is nowhere", e.Name)
			}
		}
	}
	if all := len(s.stubs.All()); total != all {
		t.Errorf("the chapters have %d entries, the stubs %d", total, all)
	}
	scripts, err := filepath.Glob(filepath.Join(repositoryRoot, "scripts", "examples", "*_test.lua"))
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		if name := "example-" + strings.TrimSuffix(filepath.Base(script), "_test.lua") + ".html"; !slices.ContainsFunc(s.pages, func(p *page) bool { return p.File == name }) {
			t.Errorf("there is no page %s", name)
		}
	}
}

func TestHighlight(t *testing.T) {
	for _, tt := range []struct{ lang, source, want string }{
		{"lua", `local s = "a--b" -- <c>`, `<span class="k">local</span> s = <span class="s">&#34;a--b&#34;</span> <span class="c">-- &lt;c&gt;</span>`},
		{"lua", "task.map(x, 0x1F)", `<span class="b">task</span>.map(x, <span class="n">0x1F</span>)`},
		{"lua", "--[[ a\nb ]] end", "<span class=\"c\">--[[ a\nb ]]</span> <span class=\"k\">end</span>"},
		{"python", `await f"{x}" # y`, `<span class="k">await</span> <span class="s">f&#34;{x}&#34;</span> <span class="c"># y</span>`},
		{"", "if a < b", "if a &lt; b"},
	} {
		if got := highlight(tt.source, tt.lang); got != tt.want {
			t.Errorf("%s: %s\nwant %s", tt.source, got, tt.want)
		}
	}
}

var (
	codeSpan  = regexp.MustCompile("`([^`\n]+)`")
	tableName = regexp.MustCompile(`(?:^|[^\w.:])([a-z]\w*)\.([a-z_]\w*)`)
)

// The builtins that pages name are there. In a table they stand in the last column, beside what others call it.
func TestPagesNameBuiltins(t *testing.T) {
	s := &site{root: repositoryRoot}
	if err := s.names(); err != nil {
		t.Fatal(err)
	}
	tables := map[string]bool{}
	for _, c := range s.chapters {
		tables[c.name] = true
	}
	for _, known := range []string{"string", "table", "io", "os"} { // Lua's own are not all described
		delete(tables, known)
	}
	pages, err := filepath.Glob("pages/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range append(pages, filepath.Join(repositoryRoot, "README.md"), filepath.Join(repositoryRoot, "scripts", "README.md")) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if cells := strings.Split(strings.ReplaceAll(line, `\|`, " "), " | "); len(cells) > 1 {
				line = cells[len(cells)-1]
			}
			for _, code := range codeSpan.FindAllStringSubmatch(line, -1) {
				for _, m := range tableName.FindAllStringSubmatch(code[1], -1) {
					name := m[1] + "." + m[2]
					if field := m[1] == "process" && (m[2] == "env" || m[2] == "pid"); !tables[m[1]] || field || strings.HasPrefix(code[1], "lull ") {
						continue
					}
					if found++; s.urls[name] == "" {
						t.Errorf("%s names %s, which the reference does not know", page, name)
					}
				}
			}
		}
	}
	if found < 80 {
		t.Errorf("only %d names were found", found)
	}
}
