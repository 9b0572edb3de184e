package repl_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/repl"
)

func TestMain(m *testing.M) {
	forEver()
	goleak.VerifyTestMain(m)
}

// forEver lets no time be too long: a process that others hold up may take any between two steps.
func forEver() { repl.SetTimes(time.Hour, time.Hour) }

// typist is Lines that types what a test gives it, and keeps the screen.
type typist struct {
	mu      sync.Mutex
	screen  bytes.Buffer
	script  []step
	history []string
	repl    *repl.REPL
	help    repl.Assistant
}

// step is what is typed at a prompt; before that something may be done, and seen.
type step struct {
	line string
	err  error
	do   func(*typist)
	see  string // what the screen must come to have before the line is typed
}

func (ty *typist) ReadLine(ctx context.Context, prompt string, help repl.Assistant) (string, error) {
	ty.mu.Lock()
	ty.screen.WriteString(prompt)
	ty.help = help
	if len(ty.script) == 0 {
		ty.mu.Unlock()
		return "", io.EOF
	}
	s := ty.script[0]
	ty.script = ty.script[1:]
	ty.mu.Unlock()
	if s.do != nil {
		s.do(ty)
	}
	if s.see != "" && !ty.sees(ctx, s.see) {
		return "", context.Cause(ctx)
	}
	ty.mu.Lock()
	ty.screen.WriteString(s.line + "\n")
	ty.mu.Unlock()
	return s.line, s.err
}

// sees waits until the screen has what is wanted.
func (ty *typist) sees(ctx context.Context, want string) bool {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		ty.mu.Lock()
		ok := strings.Contains(ty.screen.String(), want)
		ty.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
}

func (ty *typist) Remember(entry string) { ty.history = append(ty.history, entry) }

func (ty *typist) Write(p []byte) (int, error) {
	ty.mu.Lock()
	defer ty.mu.Unlock()
	return ty.screen.Write(p)
}

// session runs a REPL to its end, and returns what is on the screen.
func session(t *testing.T, ty *typist, opts ...interp.Option) (string, error) {
	t.Helper()
	rt, err := interp.New(append([]interp.Option{builtins.Std(), interp.WithStdio(nil, ty, ty)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	r := repl.New(rt, repl.Options{Lines: ty})
	ty.repl = r
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err = r.Run(ctx)
	if cerr := rt.Close(); cerr != nil {
		t.Errorf("Close: %v", cerr)
	}
	return ty.screen.String(), err
}
