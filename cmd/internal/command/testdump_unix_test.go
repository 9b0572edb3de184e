//go:build unix

package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// SIGQUIT has lull test print what the tests do that run, and go on.
func TestDumpOfTests(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a_test.lua"), []byte(`
test("hangs", function()
  local db = sync.lock { name = "db" }
  local second = spawn(function() db:with(sleep, 0) end)
  second:name("second")
  db:with(function()
    write("ready", "")
    process.run { "sh", "-c", "until [ -e go ]; do sleep 0.05; done" }
  end)
  await(second)
end)
`), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("lull", "test", "--timeout", "60s")
	cmd.Dir = dir
	var out, errw lockedBuffer
	cmd.Stdout, cmd.Stderr = &out, &errw
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill() // it has ended, if all went well
	until := func(what string, done func() bool) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s\n%s%s", what, out.Bytes(), errw.Bytes())
			}
		}
	}
	until("the test has not begun", func() bool {
		_, err := os.Stat(filepath.Join(dir, "ready"))
		return err == nil
	})
	if err := cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	said := func(text string) func() bool {
		return func() bool { return strings.Contains(string(errw.Bytes()), text) }
	}
	until("the test is not named", said("lull test: a_test.lua:2: hangs\n"))
	until("what waits for the lock is not told", said("lock 'db', held by 1 'hangs'"))
	if err := os.WriteFile(filepath.Join(dir, "go"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(string(out.Bytes()), "1 passed") {
		t.Errorf("%v\n%s%s", err, out.Bytes(), errw.Bytes())
	}
}
