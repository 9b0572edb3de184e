// Package scripts_test runs every script that has a golden output beside it.
package scripts_test

import (
	"bytes"
	"context"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
	"github.com/lull-lua/lull/interp/test"
)

var (
	update = flag.Bool("update", false, "write what the scripts print to their .out files")
	long   = flag.Bool("long", false, "try the examples under more chaos")
)

// limit ends a script that hangs. Virtual time does not count: no script here needs more than a moment.
const limit = time.Minute

// A script's first line may say what it needs.
const (
	realTime = "-- real time" // computes against a deadline, so that virtual time will not do
	unix     = "-- unix"      // uses /dev
)

func TestMain(m *testing.M) {
	// Goldens hold dates. Setting the variable is not enough where the zone comes from elsewhere, as on Windows.
	os.Setenv("TZ", "UTC")
	time.Local = time.UTC
	os.Exit(m.Run())
}

func TestScripts(t *testing.T) {
	var found int
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && path == "spec" {
			return filepath.SkipDir // see TestSpec
		}
		if err != nil || d.IsDir() || filepath.Ext(path) != ".lua" {
			return err
		}
		out := strings.TrimSuffix(path, ".lua") + ".out"
		if _, err := os.Stat(out); err != nil {
			return nil // a module, or a script that only people run
		}
		found++
		t.Run(filepath.ToSlash(strings.TrimSuffix(path, ".lua")), func(t *testing.T) { runScript(t, path, out) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Fatal("no script with a golden output found")
	}
}

// The examples have tests of their own, as lull test runs them.
func TestExamplesByLull(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("some need a POSIX shell")
	}
	interptest.RunScripts(t, "examples", builtins.Std(), interp.WithEnv([]string{"PATH=" + os.Getenv("PATH")}))
}

// quick are tests of examples that start no program.
var quick = []string{"build_test.lua", "first_answer_test.lua", "graceful_shutdown_test.lua", "pipeline_test.lua", "single_flight_test.lua", "supervisor_test.lua"}

// The examples hold under chaos, and when they are cancelled anywhere; .ci/long does more of both.
func TestExamplesUnderChaos(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("some need a POSIX shell")
	}
	seeds, cancelled := 3, quick
	if *long {
		seeds, cancelled = 100, nil
	}
	var chaos []interp.Chaos
	for seed := range seeds {
		chaos = append(chaos, interp.Chaos{Seed: uint64(seed + 1)})
	}
	for _, opts := range []test.Options{{Chaos: chaos}, {Cancel: true, Files: cancelled}} {
		opts.Root, opts.CI, opts.Timeout = "examples", true, limit
		opts.Env = []string{"PATH=" + os.Getenv("PATH")}
		opts.Runtime = func(script string, args []string) []interp.Option {
			beside := filepath.ToSlash(filepath.Dir(script))
			return []interp.Option{builtins.Std(), interp.WithArgs(script, args...), interp.WithPath(beside+"/?.lua", beside)}
		}
		report, err := test.Run(t.Context(), os.DirFS("examples"), opts)
		if err != nil {
			t.Fatal(err)
		}
		if report.Count(test.Passed) < len(quick) || opts.Cancel && report.Places < 100 {
			t.Error(report.Summary())
		}
		for _, r := range report.Results {
			if r.Outcome == test.Failed {
				t.Errorf("%s: %s\n%s\n%s", r.File, r.Name, r.Failure(), r.Output)
			}
		}
	}
}

// The tests of the tutorial's page about testing run as they stand: each block says in its first line which file it is.
func TestTestingTutorial(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it fakes a command, which needs a POSIX shell")
	}
	dir := t.TempDir()
	blocks := regexp.MustCompile("(?s)```lua\n-- ([a-z_]+\\.lua)\n(.*?)```").FindAllStringSubmatch(string(golden(t, "tutorial/testing.md")), -1)
	for _, b := range blocks {
		if err := os.WriteFile(filepath.Join(dir, b[1]), []byte(b[2]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(blocks) != 4 {
		t.Errorf("%d blocks, four are known here", len(blocks))
	}
	interptest.RunScripts(t, dir, builtins.Std(), interp.WithEnv([]string{"PATH=" + os.Getenv("PATH")}))
}

// The command prints what the library prints.
func TestCommand(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command")
	}
	lull := filepath.Join(t.TempDir(), "lull.exe")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", lull, "../cmd/lull").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"tutorial/display_date", "tutorial/factorial", "tutorial/cancelled_member", "tutorial/shield", "tutorial/stop"} {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		cmd := exec.CommandContext(ctx, lull, "--virtual-time", name+".lua")
		var errw bytes.Buffer
		cmd.Stderr = &errw
		out, err := cmd.Output()
		if err != nil || errw.Len() > 0 {
			t.Errorf("%s: %v\n%s", name, err, errw.Bytes())
		}
		if want := golden(t, name+".out"); !bytes.Equal(out, want) {
			t.Errorf("%s prints\n%s\nwant\n%s", name, out, want)
		}
	}
}

// Every script of the tutorial and every example is in the index, and has a golden output.
func TestIndex(t *testing.T) {
	index, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var scripts []string
	for _, dir := range []string{"tutorial", "examples"} {
		found, err := filepath.Glob(dir + "/*.lua")
		if err != nil {
			t.Fatal(err)
		}
		scripts = append(scripts, slices.DeleteFunc(found, func(name string) bool { return strings.HasSuffix(name, "_test.lua") })...)
	}
	for _, path := range scripts {
		if !bytes.Contains(index, []byte("("+filepath.ToSlash(path)+")")) {
			t.Errorf("README.md does not list %s", path)
		}
		golden(t, strings.TrimSuffix(path, ".lua")+".out")
	}
}

func golden(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) // a checkout may have turned the line ends
}

// beyondWasm is what there is not in WebAssembly, neither in node nor elsewhere: processes, sockets, SQLite, locks and news of files, links.
var beyondWasm = regexp.MustCompile(`\b(process|net|db|step)\.[a-z]|\bhttp\.serve\b|\bfs\.(lock|watch|chown)\b|\bio\.popen|\bos\.execute|\bnlink\b`)

// otherInWasm are cases that come out otherwise there, and why.
var otherInWasm = map[string]string{
	"spec/json/a_large_text_leaves_the_others_their_turns": "there is one thread, which work off the loop has alone",
	"spec/fs/what_cannot_be_read_is_told":                  "package syscall has EINVAL for a name that is empty, and for the list of a file",
}

// skipInWasm skips what WebAssembly cannot do.
func skipInWasm(t *testing.T, path string, src []byte) {
	t.Helper()
	if runtime.GOARCH != "wasm" {
		return
	}
	if m := beyondWasm.Find(src); m != nil {
		t.Skipf("WebAssembly has no %s", m)
	}
	if why := otherInWasm[strings.TrimSuffix(filepath.ToSlash(path), ".lua")]; why != "" {
		t.Skip("WebAssembly: " + why)
	}
}

func runScript(t *testing.T, path, outPath string) {
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	skipInWasm(t, path, src)
	first, _, _ := strings.Cut(string(src), "\n")
	first = strings.TrimSpace(first)
	if first == unix && runtime.GOOS == "windows" {
		t.Skip("needs /dev")
	}

	var out, errw bytes.Buffer
	opts := []interp.Option{builtins.Std(), interptest.Signals(), interp.WithEnv([]string{"PATH=" + os.Getenv("PATH")}), interp.WithStdio(nil, &out, &errw)}
	if first != realTime {
		opts = append(opts, interp.WithVirtualTime())
	}
	rt, err := interp.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	_, runErr := rt.RunFile(ctx, path)
	if err := rt.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if runErr != nil {
		t.Errorf("run: %v", runErr)
	}
	if errw.Len() > 0 {
		t.Errorf("standard error:\n%s", errw.Bytes())
	}
	if t.Failed() {
		t.Fatalf("standard output:\n%s", out.Bytes())
	}

	if *update {
		if err := os.WriteFile(outPath, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := golden(t, outPath); !bytes.Equal(out.Bytes(), want) {
		t.Errorf("%s prints\n%s\nwant\n%s", path, out.Bytes(), want)
	}
}
