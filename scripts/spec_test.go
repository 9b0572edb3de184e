package scripts_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// Golden outputs of the specification hold what a case prints and, where there is any, what it writes to standard error
// and how it ends.
const (
	stderrMark = "--- standard error\n"
	statusMark = "--- exit status "
)

// specCases lists spec/<table>/<case>.lua.
func specCases(t *testing.T) []string {
	t.Helper()
	cases, err := filepath.Glob("spec/*/*.lua")
	if err != nil || len(cases) < 250 {
		t.Fatalf("%d cases found, error %v", len(cases), err)
	}
	for i, c := range cases {
		cases[i] = filepath.ToSlash(c)
	}
	return cases
}

// TestSpec runs the specification: one behaviour a case, in virtual time, twice, for it is to be the same in every run.
func TestSpec(t *testing.T) {
	cases, ran := specCases(t), 0
	std, uncalled := recording(t)
	for _, path := range cases {
		t.Run(strings.TrimSuffix(path, ".lua"), func(t *testing.T) {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			skipInWasm(t, path, src)
			lines := strings.Split(string(src), "\n")
			if says := strings.TrimSpace(lines[0]); !strings.HasPrefix(says, "-- ") || !strings.HasSuffix(says, ".") {
				t.Errorf("the first line does not say what the case shows: %q", says)
			}
			ran++
			real := strings.TrimSpace(lines[1]) == realTime
			got := runSpec(t, path, real, std)
			if again := runSpec(t, path, real, std); got != again {
				t.Errorf("two runs differ:\n%s\nand\n%s", got, again)
			}
			out := strings.TrimSuffix(path, ".lua") + ".out"
			if *update {
				if err := os.WriteFile(out, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := string(golden(t, out)); got != want {
				t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
			}
		})
	}
	if ran == len(cases) { // none was skipped
		for _, name := range uncalled() {
			t.Errorf("no case calls %s: write scripts/spec/<table>/<what_it_shows>.lua, whose first line is a comment that says what it shows, then go test ./scripts -run TestSpec -update and read the .out", name)
		}
	}
	if runtime.GOARCH != "wasm" { // where the runtime has a goroutine for what JavaScript calls
		goleak.VerifyNone(t)
	}
}

func runSpec(t *testing.T, path string, real bool, std interp.Option) string {
	t.Helper()
	var out, errw bytes.Buffer
	opts := []interp.Option{std, interptest.Signals(), interp.WithStdio(strings.NewReader("one\ntwo\n"), &out, &errw)}
	if !real {
		opts = append(opts, interp.WithVirtualTime())
	}
	rt, err := interp.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	_, runErr := rt.RunFile(ctx, path)
	if ctx.Err() != nil {
		t.Fatalf("hangs; so far\n%s%s", out.Bytes(), errw.Bytes())
	}
	runErr = errors.Join(runErr, rt.Close()) // the command's script ends with its daemons
	if errw.Len() > 0 {
		fmt.Fprintf(&out, "%s%s", stderrMark, errw.Bytes())
	}
	if runErr != nil {
		status, text := 1, ""
		for i, err := range flatten(runErr) {
			if exit := (interp.ExitError{}); errors.As(err, &exit) {
				if i == 0 {
					status = exit.Code
				}
				continue
			}
			text += describe(err, "")
		}
		fmt.Fprintf(&out, "%s%d\n%s", statusMark, status, text)
	}
	return out.String()
}

func flatten(err error) []error {
	if _, one := err.(*interp.Error); !one {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			var all []error
			for _, e := range joined.Unwrap() {
				all = append(all, flatten(e)...)
			}
			return all
		}
	}
	return []error{err}
}

func describe(err error, indent string) string {
	var e *interp.Error
	if !errors.As(err, &e) {
		return indent + err.Error() + "\n"
	}
	s := fmt.Sprintf("%s%s: %s\n", indent, e.Kind, strings.ReplaceAll(e.Error(), "\n", "\n"+indent))
	for _, o := range e.Others {
		s += describe(o, indent+"  ")
	}
	return s
}

// TestSpecThroughCommand runs a sample through the binary: how scripts end, and every tenth of the others.
func TestSpecThroughCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command")
	}
	lull := filepath.Join(t.TempDir(), "lull")
	if runtime.GOOS == "windows" {
		lull += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", lull, "../cmd/lull").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for i, path := range specCases(t) {
		if i%10 != 0 && !strings.HasPrefix(path, "spec/end/") {
			continue
		}
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(src), "\n"+realTime+"\n") {
			continue
		}
		t.Run(strings.TrimSuffix(path, ".lua"), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			cmd := exec.CommandContext(ctx, lull, "--virtual-time", path)
			cmd.Stdin = strings.NewReader("one\ntwo\n")
			var out, errw bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errw
			err := cmd.Run()
			if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			want := string(golden(t, strings.TrimSuffix(path, ".lua")+".out"))
			status := 0
			if _, after, ok := strings.Cut(want, statusMark); ok {
				fmt.Sscan(after, &status)
			}
			want, _, _ = strings.Cut(want, statusMark)
			want, _, _ = strings.Cut(want, stderrMark)
			if got := strings.ReplaceAll(out.String(), "\r\n", "\n"); got != want {
				t.Errorf("prints\n%s\nwant\n%s\nstandard error:\n%s", got, want, errw.Bytes())
			}
			if got := cmd.ProcessState.ExitCode(); got != status {
				t.Errorf("exit status %d, want %d\nstandard error:\n%s", got, status, errw.Bytes())
			}
		})
	}
}

// TestSpecGoldens finds goldens without a case.
func TestSpecGoldens(t *testing.T) {
	outs, err := filepath.Glob("spec/*/*.out")
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range outs {
		if _, err := os.Stat(strings.TrimSuffix(out, ".out") + ".lua"); errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s has no script", out)
		}
	}
}
