package command

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lull": func() { os.Exit(Main(os.Args, os.Stdin, os.Stdout, os.Stderr)) }})
}

func TestCommand(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GORACE", "atexit_sleep_ms=0") // under -race each command would take a second to exit
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":  exits,
			"signal": sendSignals,
		},
	})
}

// update writes anew what a script's cmp compares with a file of its own; read the diff.
var update = flag.Bool("update", false, "write the files that cmp compares with")

// exits STATUS program [args...] is exec that wants one exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS program [args...]")
	}
	checkStatus(ts, args[0], ts.Exec(args[1], args[2:]...))
}

func checkStatus(ts *testscript.TestScript, want string, err error) {
	status := 0
	if err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		if status = exit.ExitCode(); status < 0 {
			ts.Fatalf("ended by a signal: %v", err)
		}
	}
	if strconv.Itoa(status) != want {
		ts.Fatalf("exit status %d, want %s", status, want)
	}
}

// signal STATUS SIGNAL@WORD[,SIGNAL@WORD...] program [args...] runs a program, sends it each signal when WORD is a line of its standard
// output (which Lull writes when all its tasks wait) or a file, and wants its exit status. The files out and err get what it prints.
func sendSignals(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: signal STATUS SIGNAL@WORD[,SIGNAL@WORD...] program [args...]")
	}
	cmd := exec.Command(args[2], args[3:]...)
	cmd.Dir = ts.MkAbs(".")
	var out, errw lockedBuffer
	cmd.Stdout, cmd.Stderr = &out, &errw
	cmd.WaitDelay = time.Second
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	poll := time.NewTicker(2 * time.Millisecond)
	defer poll.Stop()
	fail := func(why string) {
		cmd.Process.Kill()
		ts.Fatalf("%s\nstdout: %s\nstderr: %s", why, out.Bytes(), errw.Bytes())
	}
	for _, s := range strings.Split(args[1], ",") {
		name, word, _ := strings.Cut(s, "@")
		sig, ok := watchable[name]
		if name == "QUIT" {
			sig, ok = syscall.SIGQUIT, true
		}
		if !ok {
			ts.Fatalf("unknown signal %q", name)
		}
		for {
			if _, err := os.Stat(ts.MkAbs(word)); err == nil || slices.Contains(strings.Split(string(out.Bytes()), "\n"), word) {
				break
			}
			select {
			case err := <-ended:
				fail(fmt.Sprintf("it ended before %s was there: %v", word, err))
			case <-limit.C:
				fail(word + " has not come")
			case <-poll.C:
			}
		}
		ts.Check(cmd.Process.Signal(sig))
	}
	select {
	case err := <-ended:
		ts.Check(os.WriteFile(ts.MkAbs("out"), out.Bytes(), 0o600))
		ts.Check(os.WriteFile(ts.MkAbs("err"), errw.Bytes(), 0o600))
		ts.Logf("[stdout]\n%s[stderr]\n%s", out.Bytes(), errw.Bytes())
		checkStatus(ts, args[0], err)
	case <-limit.C:
		fail("it has not ended")
	}
}

// lockedBuffer is a buffer that is read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) Bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.b.Bytes())
}

// The environment that the process was started with may hold anything.
func TestMalformedEnvironment(t *testing.T) {
	cmd := exec.Command("lull", "-e", "print(os.getenv('A'), os.getenv('MALFORMED'))")
	cmd.Env = append(os.Environ(), "A=1", "MALFORMED")
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "1\tnil\n" {
		t.Errorf("%s, %v", out, err)
	}
}
