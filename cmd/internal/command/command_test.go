package command

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// A machine that has much else to do is slow to ask and to answer, in this process and in those that it starts as the command: what has to come soon may come late,
// unless a test wants it so. A time in LULL_TEST_ECHO is that in which the same signal is one request.
func init() {
	if os.Getenv("LULL_TEST_IMPATIENT") == "" {
		insistTime, quitAgain, listTimeout = time.Minute, time.Minute, 20*time.Second
	}
	if d, err := time.ParseDuration(os.Getenv("LULL_TEST_ECHO")); err == nil {
		echoTime = d
	}
}

func TestMain(m *testing.M) {
	if !strings.HasPrefix(filepath.Base(os.Args[0]), "lull") {
		// Below nohup, and behind & in a script of sh, signals are ignored, also by whom we start: unless we catch them.
		for _, sig := range []os.Signal{os.Interrupt, syscall.SIGHUP} {
			if signal.Ignored(sig) {
				signal.Notify(make(chan os.Signal, 1), sig)
			}
		}
	}
	testscript.Main(m, map[string]func(){"lull": func() {
		status := Main(os.Args, os.Stdin, os.Stdout, os.Stderr)
		awaitReader()
		os.Exit(status)
	}})
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
			"late":   late,
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

// late PATTERN program [args...] TIME [args...] is exits 124 for a TIME, the shortest of some, in which the program comes to what prints
// PATTERN in the end: on a machine that has other things to do that may take any.
func late(ts *testscript.TestScript, neg bool, args []string) {
	at := slices.Index(args, "TIME")
	if neg || at < 0 {
		ts.Fatalf("usage: late PATTERN program [args...] TIME [args...]")
	}
	pattern := regexp.MustCompile(args[0])
	for d := 50 * time.Millisecond; ; d *= 4 {
		args[at] = fmt.Sprintf("%gs", d.Seconds()) // as timeout(1) reads it as well
		checkStatus(ts, "124", ts.Exec(args[1], args[2:]...))
		switch {
		case pattern.MatchString(ts.ReadFile("stdout") + ts.ReadFile("stderr")):
			return
		case d > 10*time.Second:
			ts.Fatalf("no %s is printed", pattern)
		}
	}
}

// signal STATUS SIGNAL@WORD[,SIGNAL@WORD...] program [args...] runs a program, sends it each signal when WORD is a line of its standard
// output (which Lull writes when all its tasks wait), a file, or in its standard error, and wants its exit status. The files out and err
// get what it prints, err as soon as it does; the file sent is there once all signals are on their way.
func sendSignals(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: signal STATUS SIGNAL@WORD[,SIGNAL@WORD...] program [args...]")
	}
	cmd := exec.Command(args[2], args[3:]...)
	cmd.Dir = ts.MkAbs(".")
	var out lockedBuffer
	errw, err := os.Create(ts.MkAbs("err"))
	ts.Check(err)
	defer errw.Close()
	if err := os.Remove(ts.MkAbs("sent")); !errors.Is(err, fs.ErrNotExist) {
		ts.Check(err)
	}
	cmd.Stdout, cmd.Stderr = &out, errw
	cmd.WaitDelay = time.Second
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	limit := time.NewTimer(2 * time.Minute)
	defer limit.Stop()
	poll := time.NewTicker(2 * time.Millisecond)
	defer poll.Stop()
	fail := func(why string) {
		cmd.Process.Kill()
		ts.Fatalf("%s\nstdout: %s\nstderr: %s", why, out.Bytes(), ts.ReadFile("err"))
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
			if _, err := os.Stat(ts.MkAbs(word)); err == nil || slices.Contains(strings.Split(string(out.Bytes()), "\n"), word) ||
				strings.Contains(ts.ReadFile("err"), word) {
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
	ts.Check(os.WriteFile(ts.MkAbs("sent"), nil, 0o600))
	select {
	case err := <-ended:
		ts.Check(os.WriteFile(ts.MkAbs("out"), out.Bytes(), 0o600))
		ts.Logf("[stdout]\n%s[stderr]\n%s", out.Bytes(), ts.ReadFile("err"))
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
