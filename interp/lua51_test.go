package interp_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// The comparison with PUC Lua 5.1. testdata/lua51/SUBJECT.lua holds snippets, each after a line "--- name", and SUBJECT.out
// what lua5.1 printed for each (luajit, where the subject ends in _luajit), and how it ended. differences.txt lists those
// that Lull runs otherwise on purpose, with the reason.
//
// Where the subjects of the official Lua 5.1 test suite are: calls in calls and tonumber; closures in closures and coroutines;
// constructs in constructs and syntax; errors in errors; events in events; files in files and os; locals in closures and
// constructs; math in math and tonumber; nextvar in tables; pm (pattern matching) in patterns; sort in sort; strings in strings
// and format; vararg in varargs.
//
//	go test ./interp -run TestLua51 -update-lua51
//
// prints the outputs anew, with lua5.1 and luajit on PATH.
var updateLua51 = flag.Bool("update-lua51", false, "let lua5.1 and luajit print the expected outputs of testdata/lua51")

// hinted is a syntax error's message with something in brackets before the token: there Lull adds a hint.
var hinted = regexp.MustCompile(`(?m)^(.*?:\d+: [^(\n]*) \((.*)\)( near '.*)$`)

// withoutHints is what was printed without Lull's hints: in brackets of their own, or behind what Lua has in them.
func withoutHints(out string) string {
	return hinted.ReplaceAllStringFunc(out, func(line string) string {
		m := hinted.FindStringSubmatch(line)
		inside, _, _ := strings.Cut(m[2], "; ")
		if strings.HasPrefix(inside, "to close ") || strings.HasPrefix(inside, "function call x ") {
			return m[1] + " (" + inside + ")" + m[3]
		}
		return m[1] + m[3]
	})
}

const lua51Dir = "testdata/lua51"

func TestLua51(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(lua51Dir, "*.lua"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no snippets: %v", err)
	}
	different := reasons(t, "differences.txt")
	total := 0
	for _, file := range files {
		subject := strings.TrimSuffix(filepath.Base(file), ".lua")
		golden := strings.TrimSuffix(file, ".lua") + ".out"
		snippets := sections(t, file)
		if *updateLua51 {
			writeOutputs(t, subject, golden, snippets)
		}
		outs := make(map[string]string)
		for _, s := range sections(t, golden) {
			outs[s.name] = s.text
		}
		total += len(snippets)
		for _, s := range snippets {
			name := subject + "/" + s.name
			t.Run(name, func(t *testing.T) {
				want, ok := outs[s.name]
				if !ok {
					t.Fatalf("%s has no output for it: run with -update-lua51", golden)
				}
				got := withoutHints(lull(t, s.text))
				switch {
				case different[name] != "":
					if got == want {
						t.Errorf("runs as in Lua 5.1: take it out of differences.txt")
					}
				case got != want:
					t.Errorf("%s\nLull:\n%sLua 5.1:\n%s", s.text, got, want)
				}
			})
			delete(different, name)
		}
	}
	for name := range different {
		t.Errorf("differences.txt names %s, which is no snippet", name)
	}
	if total < 600 {
		t.Errorf("%d snippets; there were more than 600", total)
	}
}

type section struct{ name, text string }

// sections splits a file at the lines "--- name".
func sections(t *testing.T, file string) []section {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []section
	seen := make(map[string]bool)
	for line := range strings.Lines(string(b)) {
		if name, ok := strings.CutPrefix(line, "--- "); ok {
			name = strings.TrimSpace(name)
			if seen[name] {
				t.Fatalf("%s: two sections %q", file, name)
			}
			seen[name] = true
			all = append(all, section{name: name})
		} else if len(all) > 0 {
			all[len(all)-1].text += line
		}
	}
	return all
}

// reasons reads lines of "subject/name: reason".
func reasons(t *testing.T, file string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(lua51Dir, file))
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		name, reason, ok := strings.Cut(line, ": ")
		if !ok {
			t.Fatalf("%s: no reason in %q", file, line)
		}
		all[name] = reason
	}
	return all
}

// addresses differ from run to run.
var addresses = regexp.MustCompile(`(table|function|thread|userdata|file)(:? \(?)0x[0-9a-f]+`)

// result is what a test compares: the output, and the error's message.
func result(out, msg string) string {
	if out != "" && !strings.HasSuffix(out, "\n") {
		out += "\n"
	}
	if msg != "" {
		out += "error: " + msg + "\n"
	}
	out = strings.ReplaceAll(out, "\r", `\r`)
	return addresses.ReplaceAllString(strings.ReplaceAll(out, "\x00", `\0`), "${1}${2}ADDRESS")
}

// lull runs a snippet in a runtime of its own.
func lull(t *testing.T, src string) string {
	t.Helper()
	var out, errw bytes.Buffer
	rt, err := interp.New(builtins.Std(), interp.WithStdio(strings.NewReader("12 0x1F line\nsecond\n"), &out, &errw), interp.WithVirtualTime(),
		interp.WithDir(t.TempDir()), interp.WithEnv([]string{"HOME=/home/lua", "PATH=" + os.Getenv("PATH")}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err = rt.RunString(ctx, "@t.lua", src)
	if cerr := rt.Close(); cerr != nil {
		t.Error(cerr)
	}
	msg := ""
	if exit := (interp.ExitError{}); errors.As(err, &exit) {
		msg = fmt.Sprintf("status %d", exit.Code)
	} else if err != nil {
		msg = err.Error()
	}
	return result(out.String(), msg)
}

// writeOutputs runs snippets in lua5.1 or luajit, and writes down what they print.
func writeOutputs(t *testing.T, subject, golden string, snippets []section) {
	t.Helper()
	command := "lua5.1"
	if strings.HasSuffix(subject, "_luajit") {
		command = "luajit"
	}
	var all bytes.Buffer
	for _, s := range snippets {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "t.lua"), []byte(s.text), 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		cmd := exec.CommandContext(ctx, command, "t.lua")
		var out, errw bytes.Buffer
		cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Stdin = dir, &out, &errw, strings.NewReader("12 0x1F line\nsecond\n")
		cmd.Env = []string{"TZ=UTC", "LC_ALL=C", "HOME=/home/lua", "PATH=" + os.Getenv("PATH")}
		err := cmd.Run()
		cancel()
		msg := ""
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			msg, _, _ = strings.Cut(errw.String(), "\nstack traceback:")
			msg = strings.TrimSpace(strings.TrimPrefix(msg, command+": "))
			if msg == "" || exit.ExitCode() != 1 {
				msg = fmt.Sprintf("status %d", exit.ExitCode())
			}
		} else if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, "--- %s\n%s", s.name, result(out.String(), msg))
	}
	if err := os.WriteFile(golden, all.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
