package command

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The rules of the house, as far as a machine can see to them; .golangci.yml has the same for editors.

const (
	module    = "github.com/lull-lua/lull"
	gopherLua = "github.com/yuin/gopher-lua"
)

// layers are the packages from the top down. A package may import those of layers below its own, and nothing beside or
// above: cmd -> builtins -> interp -> lualib -> vm -> codegen -> gopher-lua. sched stands apart: it imports nothing but
// the standard library and list, and only interp imports it.
var layers = [][]string{
	{"cmd"},
	{"cmd/internal"},
	{"scripts"},
	{"builtins"},
	{"interp/repl", "interp/interptest"},
	{"interp/test"},
	{"interp/check"},
	{"interp/trace", "interp/profile", "interp/report", "interp/stub"},
	{"interp"},
	{"interp/internal/convert", "interp/internal/meter", "interp/internal/stdio"},
	{"interp/internal/lualib"},
	{"interp/internal/vm"},
	{"interp/internal/codegen"},
	{"interp/internal"}, // whatever else is inside, such as the parser
}

const sched = "interp/internal/sched"

// readers may import the parser and the trees that it makes, which hosts do not see: they look at texts, and run nothing.
var readers = []string{"interp/check"}

// encoding knows nothing of Lull: packages that write formats of others import it as they would the standard library.
const encoding = "interp/internal/protobuf"

// clockFiles may ask what time it is.
var clockFiles = []string{
	"interp/internal/sched/clock.go",
	"interp/internal/sched/watchdog.go",
	"cmd/internal/command/signal.go",
	"cmd/internal/command/stats.go",
	"interp/test/test.go",                   // how long tests took
	"interp/test/run.go",                    // likewise
	"cmd/internal/command/progress.go",      // a person looks on
	"cmd/internal/command/journal.go",       // when runs began
	"cmd/internal/command/attach_unix.go",   // another process has so long to answer
	"builtins/random/uuid.go",               // a UUID of version 7 has the machine's time in it, whatever a script's clock says
	"interp/internal/lualib/system_wasm.go", // the processor time of a system that has none to tell is the time since the start
	"builtins/http/deadline.go",             // how long a peer may take is on the machine's clock
	rawGo,
	httpGo,
}

// timerFiles may set timers on the machine's clock, which goes on in virtual time: each says why it may.
var timerFiles = map[string]string{
	"interp/internal/sched/clock.go":         "is the clock",
	"interp/internal/sched/watchdog.go":      "looks at what runs, on whatever clock",
	"interp/limits.go":                       "Limits.Time is on the machine's clock",
	"interp/block.go":                        "work off the loop that was abandoned is waited for on the machine's clock",
	"interp/run.go":                          "the loop may hang, and its clock with it",
	"interp/internal/lualib/process.go":      "a process ends on the machine's clock",
	"interp/internal/lualib/process_unix.go": "a process ends on the machine's clock",
	"interp/internal/lualib/reclaim.go":      "the system's descriptors come back on the machine's clock",
	"interp/internal/lualib/rename_busy.go":  "a file that somebody else has open is renamed a moment later",
	"interp/internal/lualib/source_unix.go":  "a file that cannot be polled is looked at again",
	"builtins/file/device.go":                "a device that cannot be polled is looked at again",
	"builtins/internal/sqlite/busy.go":       "a lock that another process holds is asked for again",
	"builtins/fs/lock.go":                    "a lock that another process holds is asked for again",
	"builtins/fs/tail.go":                    "a file that others write is looked at again",
	"builtins/fs/events.go":                  "what others change is told once there is quiet, on the machine's clock",
	"interp/internal/stdio/terminal.go":      "a person looks on",
	"interp/repl/complete.go":                "a person waits for the completion",
	"interp/repl/input_unix.go":              "a person types",
	"interp/repl/repl.go":                    "a person waits for the end",
	"cmd/internal/command/ps.go":             "a person looks on",
	"cmd/internal/command/testwatch.go":      "a person changes files",
	"cmd/internal/command/progress.go":       "a person looks on",
	"cmd/internal/command/signal.go":         "--timeout is on the machine's clock",
}

// Programs of their own, yardsticks without Lull.
const (
	rawGo     = "scripts/bench/rawgo/main.go"
	httpGo    = "scripts/bench/httpgo/main.go"
	gopherCmd = "scripts/bench/gopherlua"
)

// libraries are the modules of others, each with the packages that may import it: a table has at most one of its own, so that a host
// that does not take the table does not link it.
var libraries = map[string][]string{
	"github.com/andybalholm/cascadia": {"builtins/html"},
	"github.com/chzyer/readline":      {"interp/repl"},
	"github.com/coder/websocket":      {"builtins/http"},
	"github.com/fsnotify/fsnotify":    {"builtins/fs"},
	"github.com/google/pprof":         {}, // tests alone, which read profiles as others do
	"github.com/klauspost/compress":   {"builtins/archive"},
	"github.com/nats-io":              {"cmd/lull-cluster"}, // a module of its own
	"github.com/yuin/goldmark":        {"cmd/site"},         // Markdown
	"github.com/yuin/gopher-lua":      {"interp", "interp/internal/codegen", "interp/internal/convert", "interp/internal/lualib", "interp/internal/meter", "interp/internal/parser", "interp/internal/vm", gopherCmd},
	"modernc.org/libc":                {"builtins/internal/sqlite"},
	"modernc.org/sqlite":              {"builtins/internal/sqlite"},
	"go.uber.org/goleak":              {"interp/interptest"},
	"go.yaml.in/yaml/v3":              {"builtins/yaml"},
	"golang.org/x/net/publicsuffix":   {"builtins/http"}, // whose cookies are whose
	"golang.org/x/net/html":           {"builtins/html"},
	"golang.org/x/sys":                {"builtins", "cmd", "interp"}, // systems' own numbers: small
	"golang.org/x/term":               {"cmd", "interp"},
	"net/http":                        {"builtins/http", "scripts/bench/httpgo"},
	"crypto/tls":                      {"builtins/http", "builtins/internal/network", "builtins/net", "cmd/lull-cluster"},
	"database/sql":                    {}, // SQLite is used without it
}

// foreign says why a package must not import one that is not ours.
func foreign(pkg, imported string) (bad string) {
	library := ""
	for name := range libraries {
		if imported == name || strings.HasPrefix(imported, name+"/") {
			library = name
		}
	}
	small := library == "golang.org/x/sys" || library == "golang.org/x/term"
	switch std := !strings.Contains(strings.Split(imported, "/")[0], "."); {
	case library == "" && std:
		return ""
	case library == "":
		return "a library that house_test.go does not know: if it is one table's own, or worth its weight in each host, add it to libraries"
	case slices.Contains(libraries[library], pkg), small && slices.Contains(libraries[library], strings.Split(pkg, "/")[0]):
		return ""
	}
	return library + " belongs to " + strings.Join(libraries[library], ", ") + ": see libraries in house_test.go"
}

// layer is a package's layer, by the longest name that it is in.
func layer(pkg string) int {
	best, length := -1, -1
	for i, names := range layers {
		for _, name := range names {
			if (pkg == name || strings.HasPrefix(pkg, name+"/")) && len(name) > length {
				best, length = i, len(name)
			}
		}
	}
	return best
}

// table is the table whose folder a package is in; "" for what is none of a table's.
func table(pkg string) string {
	inside, ok := strings.CutPrefix(pkg, "builtins/")
	name, _, _ := strings.Cut(inside, "/")
	if !ok || name == "internal" {
		return ""
	}
	return name
}

func mayImport(pkg, imported string) (bad string) {
	inside, isOurs := strings.CutPrefix(imported, module+"/")
	isGopherLua := imported == gopherLua || strings.HasPrefix(imported, gopherLua+"/")
	std := !strings.Contains(strings.Split(imported, "/")[0], ".")
	switch {
	case pkg == sched && !std && inside != "interp/internal/list":
		return "sched imports nothing but the standard library and list"
	case inside == sched && pkg != "interp":
		return "only interp imports sched"
	case isOurs && inside != sched && (layer(inside) < layer(pkg) || layer(inside) == layer(pkg) && layer(pkg) != layer("builtins") && layer(pkg) != layer("interp/internal")):
		return "the arrows between packages point down only"
	case slices.Contains(readers, pkg) && (inside == "interp/internal/parser" || imported == gopherLua+"/ast"):
		return ""
	case inside == encoding && layer(pkg) < layer("interp"):
		return ""
	case pkg != gopherCmd && layer(pkg) < layer("interp") && (isGopherLua || strings.HasPrefix(inside, "interp/internal/")):
		return "uses interp's public API alone, without gopher-lua"
	case table(pkg) != "" && table(inside) != "" && table(pkg) != table(inside):
		return "a table imports no other table; what two share is in builtins/internal"
	case strings.HasPrefix(pkg, "builtins/") && inside == "builtins", strings.HasPrefix(pkg, "builtins/internal/") && table(inside) != "":
		return "builtins alone knows all tables; what tables share knows none"
	case layer(pkg) == layer("builtins") && layer(inside) > layer("builtins") && layer(inside) < layer("interp"):
		return "a builtin is written with interp alone"
	case !isOurs && foreign(pkg, imported) != "":
		return foreign(pkg, imported)
	case imported == "unsafe" && pkg != "interp/internal/vm" && pkg != "interp/internal/codegen":
		return "unsafe is for vm and codegen"
	}
	return ""
}

// mayUse says why a file must not use a name of the standard library.
func mayUse(file, imported, name string) (bad string) {
	if strings.HasPrefix(file, "cmd/lull-cluster/") && imported == "time" {
		return "" // machines agree by their own clocks: no script sees them
	}
	inCmd := strings.HasPrefix(file, "cmd/") || file == rawGo || file == httpGo
	switch {
	case imported == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "Tick"}, name) && !slices.Contains(clockFiles, file):
		return "time comes from the runtime's clock"
	case imported == "time" && slices.Contains([]string{"NewTimer", "AfterFunc", "NewTicker"}, name) && timerFiles[file] == "" && file != rawGo:
		return "a timer is the runtime's (Call.NewTimer); timerFiles has those of the machine's clock, and why"
	case imported == "os" && slices.Contains([]string{"Exit", "Stdin", "Stdout", "Stderr"}, name) && !inCmd:
		return "the process and its streams belong to the command"
	case imported == "fmt" && strings.HasPrefix(name, "Print") && !inCmd:
		return "output goes where the host wants it"
	case imported == "log" && !inCmd:
		return "output goes where the host wants it"
	}
	return ""
}

// root is the repository, from here.
const root = "../../.."

// repositoryFiles are the files of the repository whose names end so, tests included, by their paths from its root.
func repositoryFiles(t *testing.T, end string) iter.Seq[string] {
	return func(yield func(string) bool) {
		files := 0
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
				return filepath.SkipDir
			}
			if !strings.HasSuffix(name, end) {
				return nil
			}
			files++
			rel, err := filepath.Rel(root, name)
			if err == nil && !yield(filepath.ToSlash(rel)) {
				err = filepath.SkipAll
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if files < 10 {
			t.Fatalf("found only %d files", files)
		}
	}
}

func TestHouse(t *testing.T) {
	for file := range repositoryFiles(t, ".go") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, bad := range inspect(t, filepath.Join(root, file), file) {
			t.Error(bad)
		}
	}
}

// mayCall says why code of a package must not call a method by name; x is what it is called on, if that is a name.
func mayCall(pkg string, x *ast.Ident, name string) (bad string) {
	if pkg == "interp/internal/vm" || strings.HasPrefix(pkg, "scripts/") || x != nil && x.Name == "vm" {
		return ""
	}
	ofState := x != nil && x.Name == "L" && slices.Contains([]string{"GetField", "SetField", "GetTable", "SetTable"}, name)
	if ofState || slices.Contains([]string{"RawGet", "RawSet", "RawGetInt", "RawSetInt", "RawGetH", "RawSetH", "RawGetString", "RawSetString", "ForEach", "MaxN"}, name) {
		return "gopher-lua does not find fields that are in slots: vm has functions for tables"
	}
	return ""
}

// inspect lists what a file does against the rules.
func inspect(t *testing.T, name, rel string) (bad []string) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	say := func(pos token.Pos, what, why string) {
		bad = append(bad, rel+":"+strconv.Itoa(fset.Position(pos).Line)+": "+what+": "+why)
	}
	imports := map[string]string{}
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		as := path.Base(imported)
		if spec.Name != nil {
			as = spec.Name.Name
		}
		imports[as] = imported
		if why := mayImport(path.Dir(rel), imported); why != "" {
			say(spec.Pos(), "import "+imported, why)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			if why := mayCall(path.Dir(rel), x, n.Sel.Name); why != "" {
				say(n.Pos(), n.Sel.Name, why)
			}
			if ok {
				if why := mayUse(rel, imports[x.Name], n.Sel.Name); why != "" {
					say(n.Pos(), x.Name+"."+n.Sel.Name, why)
				}
			}
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				say(n.Pos(), "func init", "a package does nothing before it is called")
			}
		}
		return true
	})
	return bad
}

// The linter's rules, for editors, let those files set timers that may.
func TestLinterKnowsTimerFiles(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, ".golangci.yml"))
	if err != nil {
		t.Fatal(err)
	}
	rule := regexp.MustCompile(`path: '\^\((.*)\)\\\.go\$', linters: \[forbidigo\], text: a timer is the runtime's`).FindSubmatch(text)
	if rule == nil {
		t.Fatal(".golangci.yml excludes no files from the rule of timers")
	}
	want := slices.Sorted(maps.Keys(timerFiles))
	for i := range want {
		want[i] = strings.TrimSuffix(want[i], ".go")
	}
	if got := strings.Split(string(rule[1]), "|"); !slices.Equal(slices.Sorted(slices.Values(got)), want) {
		t.Errorf(".golangci.yml lets %s set timers; timerFiles has %s", got, want)
	}
}

// The rules hold something off.
func TestHouseRules(t *testing.T) {
	for _, tt := range []struct{ pkg, imported string }{
		{"interp", module + "/builtins"},
		{"cmd/internal/command", module + "/cmd/lull"},
		{"builtins", module + "/interp/internal/vm"},
		{"builtins", gopherLua},
		{"cmd/internal/command", gopherLua + "/parse"},
		{"interp/internal/vm", module + "/interp/internal/lualib"},
		{"interp/internal/convert", module + "/interp"},
		{"interp/internal/convert", module + "/interp/internal/stdio"},
		{"interp/internal/vm", module + "/interp/internal/sched"},
		{"interp/internal/codegen", module + "/interp/internal/vm"},
		{"interp/internal/sched", "golang.org/x/sys/unix"},
		{"interp/internal/sched", gopherLua},
		{"interp/internal/sched", module + "/interp/internal/parser"},
		{"interp/repl", module + "/interp/internal/vm"},
		{"interp/repl", module + "/builtins/json"},
		{"interp/repl", module + "/interp/internal/parser"},
		{"interp/check", module + "/interp/internal/codegen"},
		{"interp/check", gopherLua},
		{"interp/check", module + "/builtins"},
		{"interp/stub", module + "/builtins"},
		{"interp/stub", module + "/interp/report"},
		{"builtins/json", module + "/interp/stub"},
		{"builtins/task", module + "/builtins/sync"},
		{"builtins/task", module + "/builtins"},
		{"builtins/internal/crew", module + "/builtins/sync"},
		{"interp", "unsafe"},
		{"builtins/csv", "golang.org/x/net/html"},
		{"builtins/file", "github.com/fsnotify/fsnotify"},
		{"builtins/http", "github.com/andybalholm/cascadia"},
		{"builtins/json", "go.yaml.in/yaml/v3"},
		{"interp", "net/http"},
		{"builtins/json", "example.com/fast/json"},
	} {
		if mayImport(tt.pkg, tt.imported) == "" {
			t.Errorf("%s may import %s", tt.pkg, tt.imported)
		}
	}
	for _, tt := range []struct{ pkg, imported string }{
		{"cmd/lull", module + "/cmd/internal/command"},
		{"cmd/internal/command", module + "/builtins"},
		{"cmd/internal/command", module + "/interp/repl"},
		{"builtins", module + "/interp"},
		{"builtins", module + "/builtins/json"},
		{"builtins/task", module + "/builtins/internal/crew"},
		{"interp/repl", module + "/interp/stub"},
		{"interp", module + "/interp/internal/sched"},
		{"interp/internal/sched", module + "/interp/internal/list"},
		{"interp", gopherLua},
		{"interp/internal/lualib", module + "/interp/internal/vm"},
		{"interp/internal/vm", "unsafe"},
		{"interp/internal/codegen", gopherLua + "/ast"},
		{"interp/repl", module + "/interp"},
		{"interp/repl", module + "/interp/check"},
		{"interp/check", module + "/interp/stub"},
		{"interp/check", module + "/interp/internal/parser"},
		{"interp/check", gopherLua + "/ast"},
		{"builtins/yaml", "go.yaml.in/yaml/v3"},
		{"builtins/http", "net/http/httptrace"},
		{"builtins/file", "golang.org/x/sys/unix"},
	} {
		if why := mayImport(tt.pkg, tt.imported); why != "" {
			t.Errorf("%s may not import %s: %s", tt.pkg, tt.imported, why)
		}
	}
	for _, tt := range []struct{ file, imported, name string }{
		{"interp/run.go", "time", "Now"},
		{"interp/wait.go", "time", "NewTimer"},
		{"builtins/task/core.go", "time", "AfterFunc"},
		{"builtins/sync/limiter.go", "time", "NewTicker"},
		{"builtins/task/core.go", "time", "Sleep"},
		{"interp/run.go", "os", "Exit"},
		{"builtins/task/core.go", "fmt", "Println"},
		{"interp/run.go", "os", "Stdout"},
	} {
		if mayUse(tt.file, tt.imported, tt.name) == "" {
			t.Errorf("%s may use %s.%s", tt.file, tt.imported, tt.name)
		}
	}
}
