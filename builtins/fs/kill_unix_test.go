//go:build unix

package fs_test

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// kills is how many processes are killed in each of the tests below; .ci/kills sets it to hundreds.
var kills = flag.Int("kills", 6, "how many processes each test of what a kill leaves behind kills")

// childScript is the script of a process that is to be killed, in a variable of its environment.
const childScript = "LULL_TEST_CHILD"

// TestMain is also the process that is to be killed.
func TestMain(m *testing.M) {
	if script := os.Getenv(childScript); script != "" {
		rt, err := interp.New(builtins.Std(), interp.WithSystem(), interp.WithStdio(nil, os.Stdout, os.Stderr))
		if err == nil {
			_, err = rt.RunString(context.Background(), "child", script)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child is a process that runs a script.
type child struct {
	*exec.Cmd
	out *bufio.Reader
	err bytes.Buffer
}

func start(t *testing.T, dir, script string) *child {
	t.Helper()
	c := &child{Cmd: exec.Command(os.Args[0])}
	c.Dir, c.Env, c.Stderr = dir, append(os.Environ(), childScript+"="+script), &c.err
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewReader(out)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// says waits until the process prints a line.
func (c *child) says(t *testing.T, want string) {
	t.Helper()
	line, err := c.out.ReadString('\n')
	if line != want+"\n" {
		_ = c.Process.Kill()
		t.Fatalf("the process says %q, not %q: %v %v\n%s", line, want, err, c.Wait(), c.err.String())
	}
}

// kill kills the process.
func (c *child) kill(t *testing.T) {
	t.Helper()
	if err := c.Process.Signal(syscall.SIGKILL); err != nil && !strings.Contains(err.Error(), "finished") {
		t.Error(err)
	}
	_, _ = io.Copy(io.Discard, c.out)
	_ = c.Wait() // the error of one that was killed
	if text := c.err.String(); text != "" {
		t.Errorf("the process says %s", text)
	}
}

// elsewhere is a folder on another file system than dir.
func elsewhere(t *testing.T, dir string) string {
	t.Helper()
	var here, there syscall.Stat_t
	if err := syscall.Stat("/dev/shm", &there); err != nil {
		t.Skip("there is no other file system")
	}
	if err := syscall.Stat(dir, &here); err != nil || here.Dev == there.Dev {
		t.Skip("there is no other file system", err)
	}
	other, err := os.MkdirTemp("/dev/shm", "lull-test-")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(other); err != nil {
			t.Error(err)
		}
	})
	return other
}

// A move to another file system that is killed leaves the old or the new, whole, and what is replaced is whole until then; a second
// move ends what the first has begun.
func TestKilledMove(t *testing.T) {
	dir := t.TempDir()
	other := elsewhere(t, dir)
	const files, size = 20, 256 << 10
	whole := func(at string, text byte) bool {
		for i := range files {
			b, err := os.ReadFile(filepath.Join(at, fmt.Sprint("d", i%3), fmt.Sprint(i)))
			if err != nil || len(b) != size || bytes.Count(b, []byte{text}) != size {
				return false
			}
		}
		return true
	}
	fill := func(at string, text byte) {
		for i := range files {
			p := filepath.Join(at, fmt.Sprint("d", i%3), fmt.Sprint(i))
			if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, bytes.Repeat([]byte{text}, size), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	file := func(at string) string {
		b, err := os.ReadFile(at)
		if err != nil {
			return "none"
		}
		for _, text := range "ab" {
			if len(b) == files*size && bytes.Count(b, []byte{byte(text)}) == len(b) {
				return string(text)
			}
		}
		return "half"
	}
	takes := map[string]time.Duration{"tree": 0, "file": 0}
	met := map[string]int{}
	for n := -2; n < *kills; n++ { // the first two are let go on, and say how long it takes
		kind := map[bool]string{true: "tree", false: "file"}[n%2 == 0]
		from, to := filepath.Join(dir, "from"), filepath.Join(other, "to")
		if n%4 >= 2 {
			from, to = to, from
		}
		for _, p := range []string{from, to} {
			if err := os.RemoveAll(p); err != nil {
				t.Fatal(err)
			}
		}
		if kind == "tree" {
			fill(from, 'a')
		} else {
			for p, text := range map[string]string{from: "a", to: "b"} {
				if err := os.WriteFile(p, []byte(strings.Repeat(text, files*size)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		c := start(t, dir, fmt.Sprintf(`print("go") io.stdout:flush() fs.move(%q, %q) print("done")`, from, to))
		c.says(t, "go")
		if n < 0 {
			began := time.Now()
			c.says(t, "done")
			takes[kind] = time.Since(began)
			c.kill(t)
		} else {
			time.Sleep(time.Duration(rand.Int64N(int64(takes[kind]*5/4) + 1)))
			c.kill(t)
		}
		_, gone := os.Lstat(from)
		moved := os.IsNotExist(gone)
		met[fmt.Sprint(kind, " moved: ", moved)]++
		if kind == "tree" {
			if !whole(from, 'a') && !whole(to, 'a') {
				t.Fatalf("neither is whole after %d kills", n)
			}
			if !moved && !whole(from, 'a') {
				t.Fatal("half of what was moved is left")
			}
			if _, err := os.Lstat(to); err == nil && !whole(to, 'a') {
				t.Fatal("the new one is there by half")
			}
		} else if was, is := file(from), file(to); was != "a" && is != "a" || was == "half" || is == "half" || is == "none" {
			t.Fatalf("the old one is %s, the new one %s", was, is)
		}
		if !moved && (kind == "file" || !whole(to, 'a')) {
			interptest.New(t, builtins.Std()).Check(fmt.Sprintf(`fs.move(%q, %q)`, from, to), "")
			if _, err := os.Lstat(from); !os.IsNotExist(err) || kind == "tree" && !whole(to, 'a') || kind == "file" && file(to) != "a" {
				t.Fatalf("a second move has not ended it: %v", err)
			}
		}
	}
	t.Log(met, takes)
}

// A file that is replaced, or written atomically, is the old or the new one for each of a hundred readers, and after a kill.
func TestKilledReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	const size = 100_000
	check := func() error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if len(b) != size || bytes.Count(b, b[:1]) != size {
			return fmt.Errorf("%d bytes, of which %d are %q", len(b), bytes.Count(b, b[:1]), b[:1])
		}
		return nil
	}
	if err := os.WriteFile(path, bytes.Repeat([]byte("-"), size), 0o600); err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var reads atomic.Int64
	var readers sync.WaitGroup
	for range 100 {
		readers.Go(func() {
			for !stop.Load() {
				if err := check(); err != nil {
					t.Error(err)
					return
				}
				reads.Add(1)
			}
		})
	}
	replaced := 0
	for range *kills {
		c := start(t, dir, fmt.Sprintf(`
			print("go")
			io.stdout:flush()
			for i = 1, math.huge do
				local text = string.char(97 + i %% 26):rep(%d)
				if i %% 2 == 0 then
					write("f", text, { atomic = true })
				else
					fs.replace("f", function(f)
						f:write(text:sub(1, 5e4))
						f:flush()
						f:write(text:sub(5e4 + 1))
					end)
				end
			end`, size))
		c.says(t, "go")
		time.Sleep(time.Duration(rand.Int64N(int64(50 * time.Millisecond))))
		c.kill(t)
		if err := check(); err != nil {
			t.Fatal("after a kill: ", err)
		}
		if b, err := os.ReadFile(path); err == nil && b[0] != '-' {
			replaced++
		}
	}
	stop.Store(true)
	readers.Wait()
	t.Log(replaced, "of", *kills, "had replaced it;", reads.Load(), "reads")
	interptest.New(t, builtins.Std(), interp.WithDir(dir)).Check(`print(#fs.list("."), #fs.glob("*", { hidden = true }))`, "1\t1\n") // what a kill leaves is in no list
}

// The lock of a process that is killed is free at once, whatever processes it has started.
func TestKilledLock(t *testing.T) {
	dir := t.TempDir()
	for range *kills {
		c := start(t, dir, `
			local p = process.start { "sleep", "2" }
			fs.lock("lock"):acquire()
			print("locked")
			io.stdout:flush()
			sleep(1e6)`)
		c.says(t, "locked")
		rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
		rt.Check(`print(fs.lock("lock"):try_acquire(), fs.lock("lock"):locked())`, "false\ttrue\n")
		s := rt.Start(`fs.lock("lock"):with(function() print("mine") end)`)
		c.kill(t)
		if _, err := s.Result(); err != nil || rt.Output() != "mine\n" {
			t.Error(err)
		}
	}
}
