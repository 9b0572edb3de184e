// Package randprog holds tests alone: random programs that Lull has to run as the reference implementations do.
package randprog

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

var (
	count = flag.Int("programs", 200, "how many random programs of each kind")
	seed  = flag.Uint64("seed", 1, "the first one's seed")
	show  = flag.Bool("show", false, "log the programs")
)

//go:embed testdata/prelude.lua
var prelude string

// TestLua5 compares programs of Lua 5.1, with the texts of their errors.
func TestLua5(t *testing.T) { compare(t, "lua5.1", false) }

// TestLuaJIT compares programs with gotos; LuaJIT's errors have other texts, and lines where an expression has several.
func TestLuaJIT(t *testing.T) { compare(t, "luajit", true) }

const batch = 200 // programs a reference process runs

func compare(t *testing.T, reference string, gotos bool) {
	path, err := exec.LookPath(reference)
	if err != nil {
		t.Skip(reference + " is not installed")
	}
	k := kind{path, gotos, t.TempDir()}
	failed, skipped, lines := 0, 0, 0
	for from := *seed; from < *seed+uint64(*count); from += batch {
		n := min(batch, *seed+uint64(*count)-from)
		sources := make([]string, n)
		made := make([][]uint32, n)
		for i := range sources {
			c := random(from + uint64(i))
			sources[i], made[i] = program(c, gotos), c.made
		}
		for i, want := range k.reference(t, sources) {
			if beyond(want) {
				skipped++
				continue
			}
			lines += strings.Count(want, "\n")
			have := k.lull(sources[i], i%2 == 0)
			if *show {
				t.Logf("%s%s", sources[i], want)
			}
			if have == want {
				continue
			}
			if failed++; failed > 5 {
				t.Fatalf("more than 5 programs differ; the first seed not run is %d", from+uint64(i)+1)
			}
			src := program(&choices{made: shrink(made[i], func(made []uint32) bool {
				src := program(&choices{made: made}, gotos)
				want := k.reference(t, []string{src})[0]
				return !beyond(want) && k.lull(src, i%2 == 0) != want
			})}, gotos)
			t.Errorf("seed %d, shrunk:\n%s\n%s:\n%s\nlull:\n%s", from+uint64(i), clip(src), reference, clip(k.reference(t, []string{src})[0]), clip(k.lull(src, i%2 == 0)))
		}
	}
	t.Logf("%d programs, %d lines, %d beyond the reference's own limits, %d differ", *count, lines, skipped, failed)
}

// clip shortens a text's long lines.
func clip(s string) string {
	lines := strings.SplitAfter(s, "\n")
	for i, l := range lines {
		if len(l) > 2000 {
			lines[i] = l[:1000] + " [...] " + l[len(l)-900:]
		}
	}
	return strings.Join(lines, "")
}

// beyond says that a program met a limit of the reference's: of its stack, of a function's variables, of time.
func beyond(out string) bool {
	return strings.Contains(out, "OVERFLOW") || strings.HasPrefix(out, "SYNTAX") && strings.Contains(out, "more than") || out == "TIME"
}

// kind is a kind of programs and what runs them for comparison.
type kind struct {
	path  string
	gotos bool
	dir   string
}

// reference gives what each of the programs prints in the reference implementation.
func (k kind) reference(t *testing.T, sources []string) []string {
	t.Helper()
	return k.run(t, sources, "testdata/driver.lua", "testdata/prelude.lua")
}

// run lets a driver loose on the programs and gives what it says about each.
func (k kind) run(t *testing.T, sources []string, driver ...string) []string {
	t.Helper()
	for i, s := range sources {
		if err := os.WriteFile(filepath.Join(k.dir, fmt.Sprintf("%d.lua", i)), []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, k.path, append(driver, k.dir, fmt.Sprint(len(sources)))...)
	if !k.gotos {
		cmd.Env = append(os.Environ(), "TEXTS=1")
	}
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		if len(sources) == 1 {
			return []string{"TIME"}
		}
		var all []string
		for i := range sources {
			all = append(all, k.run(t, sources[i:i+1], driver...)...)
		}
		return all
	}
	parts := strings.Split(string(out), "@@ ")[1:]
	if err != nil || len(parts) != len(sources) {
		t.Fatalf("%s: %v: %s", k.path, err, out[max(0, len(out)-300):])
	}
	for i, p := range parts {
		_, parts[i], _ = strings.Cut(p, "\n")
	}
	return parts
}

// lull gives what a program prints in Lull; pump runs it inside a coroutine.
func (k kind) lull(src string, pump bool) string {
	var out, errw bytes.Buffer
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, &errw), interp.WithVirtualTime())
	if err != nil {
		return err.Error()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	options := fmt.Sprintf("PUMP, TEXTS = %v, %v\n", pump, !k.gotos)
	for _, chunk := range [][2]string{{"=options", options}, {"=prelude", prelude}, {"=prog", src}} {
		if _, err = rt.RunString(ctx, chunk[0], chunk[1]); err != nil {
			break
		}
	}
	if err = errors.Join(err, rt.Close()); err != nil {
		fmt.Fprintf(&out, "FAILED %v\n", err)
	}
	return out.String() + errw.String()
}
