package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// The tests' processes are this binary, as the command.
func TestMain(m *testing.M) {
	if os.Getenv("LULL_CLUSTER_IS_THE_COMMAND") != "" {
		if len(os.Args) > 1 && os.Args[1] == "nats-server" {
			natsServer(os.Args[2:])
		}
		beforeMain()
		main()
	}
	if signal.Ignored(os.Interrupt) { // as behind & in a script of sh; so would those be that we start, unless we catch it
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	}
	os.Exit(m.Run())
}

// beforeMain is what a system has the command's process do first.
var beforeMain = func() {}

// long is how long a test waits for what has to come.
const long = 2 * time.Minute

// place is where a test's processes live.
type place struct {
	t   *testing.T
	dir string
	env []string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	if testing.Short() {
		t.Skip("it starts processes")
	}
	dir, err := os.MkdirTemp("", "lc") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	env := []string{"LULL_CLUSTER_IS_THE_COMMAND=1", "XDG_STATE_HOME=" + dir, "HOME=" + dir, "TMPDIR=" + dir, "PATH=" + os.Getenv("PATH")}
	return &place{t, dir, env}
}

// file writes a file, and returns its path.
func (p *place) file(name, text string) string {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// proc is a process of the command's.
type proc struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string
	out   safeBuffer // all of it
	errs  safeBuffer
	ended chan struct{}
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// start starts the command with arguments.
func (p *place) start(args ...string) *proc {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	c := &proc{t: p.t, cmd: exec.Command(self, args...), lines: make(chan string, 100_000), ended: make(chan struct{})}
	c.cmd.Env, c.cmd.Dir, c.cmd.Stderr = p.env, p.dir, &c.errs
	r, w := io.Pipe()
	c.cmd.Stdout = io.MultiWriter(&c.out, w)
	if err := c.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		s := bufio.NewScanner(r)
		for s.Scan() {
			c.lines <- s.Text()
		}
		close(c.lines)
	}()
	go func() {
		_ = c.cmd.Wait() // the state tells
		w.Close()
		close(c.ended)
	}()
	p.t.Cleanup(func() {
		_ = c.cmd.Process.Kill() // it may have ended
		<-c.ended
		if p.t.Failed() {
			text := c.out.String() + c.errs.String()
			p.t.Logf("%q printed:\n%s", args, text[max(0, len(text)-2000):])
		}
	})
	return c
}

// waitLine waits for a line that matches, and returns its first group, or all of it.
func (c *proc) waitLine(pattern string) string {
	c.t.Helper()
	re := regexp.MustCompile(pattern)
	late := time.After(long)
	for {
		select {
		case line, ok := <-c.lines:
			if !ok {
				c.t.Fatalf("it has ended, without a line %q", pattern)
			}
			if m := re.FindStringSubmatch(line); m != nil {
				return m[len(m)-1]
			}
		case <-late:
			c.t.Fatalf("no line %q", pattern)
		}
	}
}

// status waits until the process has ended.
func (c *proc) status() int {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(long):
		c.t.Fatal("it does not end")
	}
	return c.cmd.ProcessState.ExitCode()
}

// late waits a moment for something that nobody tells of, and reports whether a process has ended meanwhile.
func late(t *testing.T, c *proc) bool {
	t.Helper()
	select {
	case <-c.ended:
		return true
	case <-time.After(10 * time.Millisecond):
		return false
	}
}

// run runs the command to its end, which must be good, and returns what it has printed.
func (p *place) run(args ...string) string {
	p.t.Helper()
	c := p.start(args...)
	if s := c.status(); s != 0 {
		p.t.Fatalf("%q: status %d\n%s%s", args, s, c.out.String(), c.errs.String())
	}
	return c.out.String()
}

// server starts a server at any port, and returns its address.
func (p *place) server(args ...string) (c *proc, url string) {
	p.t.Helper()
	c = p.start(append([]string{"server", "--listen", "127.0.0.1:0"}, args...)...)
	return c, "nats://" + c.waitLine(`listens at ([0-9.:]+)`)
}

// worker starts a worker that takes jobs.
func (p *place) worker(url string, args ...string) *proc {
	p.t.Helper()
	c := p.start(append([]string{"worker", "--cluster", url}, args...)...)
	c.waitLine("takes jobs of")
	return c
}

// equal complains where got is not want.
func equal(t *testing.T, got, want string) {
	t.Helper()
	if got = strings.ReplaceAll(got, "\r\n", "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// contextOf is one that ends with the test's patience.
func contextOf(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), long)
	t.Cleanup(cancel)
	return ctx
}

// waitError waits until standard error has a text.
func (c *proc) waitError(text string) {
	c.t.Helper()
	late := time.After(long)
	for !strings.Contains(c.errs.String(), text) {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-late:
			c.t.Fatalf("%q is not on standard error:\n%s", text, c.errs.String())
		}
	}
}

// connect is a connection to the server at url, as one of those who have its token.
func (p *place) connect(url string) *nats.Conn {
	p.t.Helper()
	token, err := readToken(filepath.Join(p.dir, "lull", "server", "token"))
	if err != nil {
		p.t.Fatal(err)
	}
	nc, err := nats.Connect(url, nats.Token(token))
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(nc.Close)
	return nc
}
