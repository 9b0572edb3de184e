//go:build unix

package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// --watch runs the tests again when a file changes that they have loaded, those that have loaded it first, until Ctrl-C.
func TestWatchedTests(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		to := filepath.Join(dir, name)
		if err := os.WriteFile(to+".new", []byte(text), 0o600); err != nil { // in one go, so that no half of it is run
			t.Fatal(err)
		}
		if err := os.Rename(to+".new", to); err != nil {
			t.Fatal(err)
		}
	}
	write("one.lua", "return 1")
	write("two.lua", "return 2")
	write("data.txt", "x")
	write("a_test.lua", `test("a", function() expect(require "one"):equal(1) end)`)
	write("b_test.lua", `local two = require "two" test("b", function() expect(two):equal(2) end)`)

	cmd := exec.Command("lull", "test", "--watch", "--reporter", "tap", "--jobs", "1")
	cmd.Dir = dir
	var out, errw lockedBuffer
	cmd.Stdout, cmd.Stderr = &out, &errw
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill() // it has ended, if all went well
	runs := regexp.MustCompile(`(?s)TAP version 13\n.*?\n1\.\.\d+\n`)
	seen := 0
	next := func(why string, wants ...string) {
		t.Helper()
		var all []string
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
			if all = runs.FindAllString(string(out.Bytes()), -1); len(all) > seen {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: no run follows the %d that there were\n%s%s", why, seen, out.Bytes(), errw.Bytes())
			}
		}
		for _, want := range wants {
			if !strings.Contains(all[seen], want) {
				t.Errorf("%s: %q is not in\n%s", why, want, all[seen])
			}
		}
		seen++
	}
	next("at first", "\nok 1 - a_test.lua: a\n", "\nok 2 - b_test.lua: b\n")
	write("two.lua", "return 2 + 20")
	next("a module has changed", "\nnot ok 1 - b_test.lua: b\n", "\nok 2 - a_test.lua: a\n")
	write("two.lua", "return")
	next("it has changed again", "\nnot ok 1 - b_test.lua: b\n")
	write("b_test.lua", "test(")
	next("a file does not compile", "b_test.lua\n", "\nok 1 - a_test.lua: a\n")
	write("data.txt", "nobody has loaded this one")
	write("c_test.lua", `test("c", function() end)`) // is found when the tests run again
	write("b_test.lua", `test("b2", function() end)`)
	next("it is mended", "\nok 1 - b_test.lua: b2\n", "\nok 3 - c_test.lua: c\n")
	write("one.lua", "return 1 -- still")
	next("a module that a test itself loads", "\nok 1 - a_test.lua: a\n")
	if err := os.Remove(filepath.Join(dir, "one.lua")); err != nil {
		t.Fatal(err)
	}
	next("it is gone", "\nnot ok 1 - a_test.lua: a\n")
	write("one.lua", "return 1")
	next("it is there again", "\nok 1 - a_test.lua: a\n")

	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 130 {
		t.Errorf("it ends with %v\n%s", err, errw.Bytes())
	}
	if got := len(runs.FindAllString(string(out.Bytes()), -1)); got != seen {
		t.Errorf("the tests have run %d times, not %d", got, seen)
	}
}
