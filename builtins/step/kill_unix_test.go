//go:build unix

package step_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/builtins/step"
	"github.com/lull-lua/lull/interp"
)

// kills is how many processes are killed; .ci/kills sets it to hundreds.
var kills = flag.Int("kills", 20, "how many processes each test of what a kill leaves behind kills")

// childScript is the script of a process that is to be killed, in a variable of its environment.
const childScript = "LULL_TEST_CHILD"

// TestMain is also the process that is to be killed: it does what the command does with --journal.
func TestMain(m *testing.M) {
	if script := os.Getenv(childScript); script != "" {
		if err := child(script); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(script string) error {
	j, err := step.Open("state.db", step.Run{Name: "job", Script: "/job.lua", Source: []byte(script), Now: time.Now()})
	if errors.Is(err, step.ErrEnded) {
		return nil // it was killed between that and its end
	}
	if err != nil {
		return err
	}
	rt, err := interp.New(builtins.Std(), j.Option(), interp.WithStdio(nil, os.Stdout, os.Stderr))
	if err != nil {
		return err
	}
	_, err = rt.RunString(context.Background(), "=job", script)
	if err = errors.Join(err, rt.Close()); err == nil {
		err = j.End(time.Now())
	}
	return errors.Join(err, j.Close())
}

// steps is a job of some steps, so many at once, that writes into a log what it does: a line when a step's function runs, and one, with
// its value, when the step has returned.
func steps(n, atOnce int) string {
	return fmt.Sprintf(`
		local log = io.open("log", "a")
		log:setvbuf("no")
		local items = {}
		for i = 1, %d do items[i] = i end
		task.map(items, function(i)
			local v = step("n" .. i, function(s)
				log:write("run n" .. i .. " " .. s.key .. "\n")
				return { i, random.token(8), i %% 10 == 0 and ("x"):rep(20000) or nil }
			end)
			log:write("ret n" .. i .. " " .. v[2] .. "\n")
		end, { limit = %d })
		log:write("end\n")`, n, atOnce)
}

// command is a process that runs a script, in a folder.
func command(dir, script string, before ...string) *exec.Cmd {
	words := append(before, os.Args[0])
	c := exec.Command(words[0], words[1:]...)
	c.Dir, c.Env = dir, append(os.Environ(), childScript+"="+script)
	return c
}

// checkLog looks whether what a log says could be: that of a job of n steps, atOnce at a time, which was killed so often and has come to
// its end in the end.
func checkLog(t *testing.T, dir string, n, atOnce, killed int, ended bool) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil && !(errors.Is(err, os.ErrNotExist) && !ended) {
		t.Fatal(err)
	}
	ran, keys, values := map[string]int{}, map[string]string{}, map[string]string{}
	for _, line := range strings.Split(string(b), "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) < 3:
		case words[0] == "run":
			if v := values[words[1]]; v != "" {
				t.Errorf("%s runs again, when it has returned %s", words[1], v)
			}
			if k := keys[words[1]]; k != "" && k != words[2] {
				t.Errorf("%s has the keys %s and %s", words[1], k, words[2])
			}
			keys[words[1]] = words[2]
			ran[words[1]]++
		case words[0] == "ret":
			if v := values[words[1]]; v != "" && v != words[2] {
				t.Errorf("%s returns %s and %s", words[1], v, words[2])
			}
			values[words[1]] = words[2]
		}
	}
	again := 0
	for _, times := range ran {
		again += times - 1
	}
	if again > killed*atOnce {
		t.Errorf("%d runs too many, after %d kills of %d steps at once", again, killed, atOnce)
	}
	if ended && (len(values) != n || !strings.HasSuffix(string(b), "end\n")) {
		t.Errorf("%d of %d steps have returned, and the log ends in %q", len(values), n, b[max(0, len(b)-20):])
	}
}

// checkJournal looks whether a journal can be read, by sqlite3 as well, while it may be written.
func checkJournal(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, "state.db")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return
	}
	r, err := step.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Runs()
	if err = errors.Join(err, r.Steps("", func(step.StepInfo) error { return nil }), r.Close()); err != nil {
		t.Fatal(err)
	}
	if tool, err := exec.LookPath("sqlite3"); err == nil {
		out, err := exec.Command(tool, "-cmd", ".timeout 5000", path, "pragma integrity_check; select count(*) >= 0 from steps").CombinedOutput()
		if string(out) != "ok\n1\n" || err != nil {
			t.Fatalf("sqlite3 says %s, %v", out, err)
		}
	}
}

// A job that is killed at random moments is gone on with: a step that has returned does not run again, and returns what it returned; what
// runs again are at most the steps that were under way.
func TestKilledSteps(t *testing.T) {
	const n, atOnce = 120, 8
	for killed := 0; killed < *kills; {
		killed += killedUntilItEnds(t, t.TempDir(), steps(n, atOnce), n, atOnce)
	}
}

// killedUntilItEnds runs a job of n steps, so many at once, again and again in a folder, and kills it each time before it has ended; it
// returns how often. Kills come later and later, so that a slow machine comes to the end, too.
func killedUntilItEnds(t *testing.T, dir, script string, n, atOnce int) (killed int) {
	t.Helper()
	for ended := false; !ended; {
		c := command(dir, script)
		var errs bytes.Buffer
		c.Stderr = &errs
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		over := make(chan error, 1)
		go func() { over <- c.Wait() }()
		var err error
		select {
		case err = <-over:
			ended = true
		case <-time.After(time.Duration(rand.IntN(200_000+30_000*killed)) * time.Microsecond):
			if killed%5 == 0 {
				checkJournal(t, dir) // while it runs
			}
			_ = c.Process.Kill()
			err = <-over
			ended = err == nil
		}
		if !ended {
			killed++
		} else if err != nil {
			t.Fatalf("%v: %s", err, errs.String())
		}
		if errs.Len() > 0 {
			t.Fatalf("the process says %s", errs.String())
		}
		checkLog(t, dir, n, atOnce, killed, ended)
		checkJournal(t, dir)
	}
	return killed
}

// inIsolates is a job of steps in isolates, all inside of one.
const inIsolates = `
	step("all", function()
		local items = {}
		for i = 1, 100 do items[i] = i end
		local out = parallel.map(items, function(i)
			local log = io.open("log", "a")
			log:setvbuf("no")
			local v = step("n" .. i, function(s)
				log:write("run n" .. i .. " " .. s.key .. "\n")
				return { i, random.token(8) }
			end)
			log:write("ret n" .. i .. " " .. v[2] .. "\n")
			log:close()
			return v[1]
		end, { limit = 4 })
		local sum = 0
		for i = 1, 100 do sum = sum + out[i] end
		write("sum", tostring(sum))
		return sum
	end)
	local log = io.open("log", "a") log:write("end\n") log:close()`

// A map of a hundred steps in isolates that is killed loses none of them.
func TestKilledIsolates(t *testing.T) {
	for killed := 0; killed < *kills/4; {
		dir := t.TempDir()
		killed += killedUntilItEnds(t, dir, inIsolates, 100, 4)
		if b, err := os.ReadFile(filepath.Join(dir, "sum")); string(b) != "5050" || err != nil {
			t.Errorf("the sum is %s, %v", b, err)
		}
	}
}

// A job that is killed at any of its writes and syncs is gone on with.
func TestKilledAtEveryWrite(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil || runtime.GOOS != "linux" {
		t.Skip("needs strace")
	}
	if err := exec.Command(strace, "-f", "-o", os.DevNull, "true").Run(); err != nil {
		t.Skip("strace may trace nothing here:", err)
	}
	every := 1
	if *kills < 100 {
		every = 6
	}
	const n, atOnce = 6, 2
	script := steps(n, atOnce)
	killed := 0
	for _, call := range []string{"pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "renameat,renameat2,rename"} {
		for at := 1; ; at += every {
			dir := t.TempDir()
			out, err := command(dir, script, strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace="+call, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, at)).CombinedOutput()
			if err == nil {
				break // there are not so many
			}
			killed++
			if len(out) > 0 {
				t.Fatalf("%s %d: the process says %s", call, at, out)
			}
			checkLog(t, dir, n, atOnce, 1, false)
			checkJournal(t, dir)
			if out, err := command(dir, script).CombinedOutput(); err != nil || len(out) > 0 {
				t.Fatalf("after %s %d: %v: %s", call, at, err, out)
			}
			checkLog(t, dir, n, atOnce, 1, true)
			checkJournal(t, dir)
		}
	}
	t.Logf("killed %d times", killed)
	if killed < 5 {
		t.Errorf("only %d were killed", killed)
	}
}

// On a full disk the step that cannot be recorded raises, and the run goes on where it was when there is room.
func TestFullDisk(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil || runtime.GOOS != "linux" {
		t.Skip("needs strace")
	}
	if err := exec.Command(strace, "-f", "-o", os.DevNull, "true").Run(); err != nil {
		t.Skip("strace may trace nothing here:", err)
	}
	full := 0
	for at := 1; at < 60; at += 7 {
		dir := t.TempDir()
		script := steps(6, 2)
		out, err := command(dir, script, strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace=pwrite64", "-e", fmt.Sprintf("inject=pwrite64:error=ENOSPC:when=%d+", at)).CombinedOutput()
		if err == nil {
			break
		}
		full++
		if !bytes.Contains(out, []byte("full")) && !bytes.Contains(out, []byte("disk I/O error")) && !bytes.Contains(out, []byte("no space")) {
			t.Errorf("at the write %d: %v: %s", at, err, out)
		}
		checkJournal(t, dir)
		if out, err := command(dir, script).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("after the write %d: %v: %s", at, err, out)
		}
		checkLog(t, dir, 6, 2, 1, true)
		left, err := filepath.Glob(filepath.Join(dir, ".state*"))
		if err != nil || len(left) > 0 {
			t.Errorf("%v is left, %v", left, err)
		}
	}
	if full == 0 {
		t.Error("the disk was never full")
	}
}
