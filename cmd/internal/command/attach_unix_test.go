//go:build unix

package command

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lull-lua/lull/interp"
)

func init() {
	if os.Getenv("LULL_TEST_IMPATIENT") == "" {
		answerTimeout = 20 * time.Second
	}
}

// running starts a script, and returns when it has printed a line.
func running(t *testing.T, script string) *exec.Cmd {
	t.Helper()
	file := filepath.Join(t.TempDir(), "job.lua")
	if err := os.WriteFile(file, []byte(script), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("lull", "job.lua")
	cmd.Dir = filepath.Dir(file)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	if _, err := out.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// askOf runs the command on a process.
func askOf(t *testing.T, pid int, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errw strings.Builder
	cmd := exec.Command("lull", append(args, fmt.Sprint(pid))...)
	cmd.Stdout, cmd.Stderr = &out, &errw
	cmd.Run()
	return out.String(), errw.String(), cmd.ProcessState.ExitCode()
}

const askedJob = `
local db = sync.lock{name = "db"}
spawn(function() db:with(function() print("ready") sleep(60) end) end):name("owner")
task.map({"a", "b"}, function() db:with(print) end)`

// Many may ask at once: each is answered.
func TestManyAsk(t *testing.T) {
	cmd := running(t, askedJob)
	var talks []*conversation
	for range 2 * maxAnswering {
		c, err := attach(cmd.Process.Pid)
		if err != nil {
			t.Fatal(err)
		}
		defer c.close()
		talks = append(talks, c)
	}
	for i, c := range talks {
		if list, err := c.ask("tasks"); err != nil || len(list.Tasks) != 4 {
			t.Fatalf("the %dth is told %+v, %v", i+1, list, err)
		}
	}
}

// A row of top is as wide as the terminal, in cells, and plain.
func TestTopIsCut(t *testing.T) {
	l := &taskList{Script: "s", Tasks: []*taskLine{{ID: 1, Name: "漢字漢字漢字\x1b[2J漢字漢字漢字", State: "waiting", What: "sleep"}}}
	for _, line := range strings.Split(strings.TrimSuffix(l.top("waited", 60, 10), "\n"), "\n") {
		if n := interp.Cells(line); n > 60 || strings.Contains(line, "\x1b") {
			t.Errorf("%d cells: %q", n, line)
		}
	}
}

// Another process is told what the tasks do, as a list, a tree, in JSON and by time; nothing is left of it.
func TestAsking(t *testing.T) {
	cmd := running(t, askedJob)
	pid := cmd.Process.Pid
	has := func(args []string, lines ...string) {
		t.Helper()
		out, errw, status := askOf(t, pid, args...)
		if status != 0 || errw != "" {
			t.Fatalf("%v: status %d, %s", args, status, errw)
		}
		for _, line := range lines {
			if !strings.Contains(out, line) {
				t.Errorf("%v: no %q in\n%s", args, line, out)
			}
		}
	}
	has([]string{"ps"}, fmt.Sprintf("job.lua (process %d): 4 tasks\n", pid), "  1 'main' waits in map at job.lua:4, for ",
		"  2 tasks 'a', 'b' wait in with at job.lua:4, for ", ": lock 'db', held by 2 'owner' (waits in sleep at job.lua:3)\n")
	has([]string{"ps", "--all"}, "  3 'a' waits in with", "  4 'b' waits in with")
	has([]string{"pstree"}, "\n  1 'main' waits in map", "\n    2 'owner' waits", "\n    2 tasks 'a', 'b'")
	has([]string{"top", "--once", "--every", "10ms"}, "  waited      ran    ready  task\n", "  1 'main' waits in map")
	out, _, _ := askOf(t, pid, "ps", "--json")
	var list struct {
		PID    int
		Script string
		Now    float64
		Tasks  []map[string]any
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil || list.PID != pid || list.Script != "job.lua" || list.Now < 1e9 || len(list.Tasks) != 4 {
		t.Fatalf("%v: %s", err, out)
	}
	a := list.Tasks[2]
	if r, _ := a["resource"].(map[string]any); a["name"] != "a" || a["parent"] != 1. || a["state"] != "waiting" || a["at"] != "job.lua:4" || a["what"] != "with" ||
		a["holder"] != 2. || a["spawned_at"] != "job.lua:4" || r["kind"] != "lock" || r["name"] != "db" {
		t.Errorf("got %v", a)
	}
	if out, _, _ := askOf(t, pid, "pstree", "--json"); strings.Count(out, `"children"`) != 1 {
		t.Errorf("as a tree: %s", out)
	}
	left, err := filepath.Glob(askDir("", os.Geteuid()) + "/" + askPrefix(pid) + "*")
	if err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// One that is stopped, holds its loop, or is none of ours is told apart, and is signalled only if it is Lull.
func TestAskingWhoDoesNotAnswer(t *testing.T) {
	fails := func(pid int, want string) {
		t.Helper()
		if out, errw, status := askOf(t, pid, "ps"); status != 1 || out != "" || !strings.Contains(errw, want) {
			t.Errorf("status %d, %q, %q; want %q", status, out, errw, want)
		}
	}
	t.Setenv("LULL_TEST_IMPATIENT", "1")
	stopped := running(t, `print("ready") sleep(60)`)
	if err := stopped.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	fails(stopped.Process.Pid, "stopped, or busy in the kernel")
	fails(1<<30, "there is no process")

	other := exec.Command("sh", "-c", `trap 'echo signalled; exit 1' WINCH; echo ready; while :; do sleep 0.01; done`)
	out, err := other.StdoutPipe()
	if err == nil {
		err = other.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 100)
	if _, err := out.Read(text); err != nil {
		t.Fatal(err)
	}
	fails(other.Process.Pid, "is not lull")
	other.Process.Signal(syscall.SIGTERM)
	if n, _ := out.Read(text); n > 0 {
		t.Errorf("it says %s", text[:n])
	}
	other.Wait()
	if out, errw, status := askOf(t, 0, "ps"); status != 2 || out != "" || !strings.Contains(errw, "not the number of a process") {
		t.Errorf("status %d, %q, %q", status, out, errw)
	}
}

// Another user is asked by root alone.
func TestAskingAnotherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("root alone can be another user")
	}
	cmd := running(t, askedJob)
	lull, err := exec.LookPath("lull")
	if err != nil {
		t.Fatal(err)
	}
	exe, err := filepath.EvalSymlinks(lull)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "lull-test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	text, err := os.ReadFile(exe)
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err == nil {
		err = os.WriteFile(dir+"/lull", text, 0o755)
	}
	if err == nil {
		err = os.WriteFile(dir+"/job.lua", []byte(`print("ready") sleep(60)`), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	const nobody = 65534
	as := func(args ...string) *exec.Cmd {
		c := exec.Command(dir+"/lull", args...)
		c.Dir = dir
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		return c
	}
	got, err := as("ps", fmt.Sprint(cmd.Process.Pid)).CombinedOutput()
	if err == nil || !strings.Contains(string(got), "another user's") {
		t.Errorf("%v: %s", err, got)
	}
	theirs := as("job.lua")
	out, err := theirs.StdoutPipe()
	if err == nil {
		err = theirs.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Wait()
	defer theirs.Process.Kill()
	out.Read(make([]byte, 10))
	if out, errw, status := askOf(t, theirs.Process.Pid, "ps"); status != 0 || !strings.Contains(out, "waits in sleep at job.lua:1") {
		t.Errorf("status %d: %s%s", status, out, errw)
	}
}

// A folder that somebody else has made, or can look into, is not used.
func TestAskDir(t *testing.T) {
	dir, me := t.TempDir(), os.Geteuid()
	good, open, link := dir+"/good", dir+"/open", dir+"/link"
	for name, mode := range map[string]os.FileMode{good: 0o700, open: 0o755} {
		if err := os.Mkdir(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(good, link); err != nil {
		t.Fatal(err)
	}
	for name, ok := range map[string]bool{good: true, open: false, link: false, dir + "/none": false} {
		if err := checkAskDir(name, me); (err == nil) != ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := checkAskDir(good, me+1); err == nil {
		t.Error("another's folder is used")
	}
}

// Asking costs a run nothing when nobody asks any more: the goroutines are gone, and the tracer of top.
func TestAskingEnds(t *testing.T) {
	cmd := running(t, askedJob)
	for range 20 {
		askOf(t, cmd.Process.Pid, "top", "--once", "--every", "1ms")
	}
	start := time.Now()
	out, errw, status := askOf(t, cmd.Process.Pid, "ps")
	if status != 0 || !strings.Contains(out, "4 tasks") {
		t.Errorf("status %d, %s%s", status, out, errw)
	}
	if d := time.Since(start); d > answerTimeout {
		t.Errorf("it took %v", d)
	}
}
