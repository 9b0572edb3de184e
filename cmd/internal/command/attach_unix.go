//go:build unix

package command

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// askSignal makes a process look whether somebody asks. Most programs ignore it; as some servers end their workers at it, it is sent to
// nobody but Lull.
const askSignal = syscall.SIGWINCH

// answer answers those who ask what the tasks of the process do, until it is stopped.
func answer(of *subject) *answerer {
	a := newAnswerer(of)
	comes, over := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(comes, askSignal)
	a.wg.Go(func() {
		for {
			select {
			case <-comes: // also when a window changes its size
				a.look()
			case <-over:
				return
			}
		}
	})
	a.leave = func() {
		signal.Stop(comes)
		close(over)
	}
	return a
}

// look connects to those who ask.
func (a *answerer) look() {
	dir := askDir("", os.Geteuid())
	if checkAskDir(dir, os.Geteuid()) != nil { // as a rule, since it is not there
		return
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), askPrefix(os.Getpid())) || e.Type() != fs.ModeSocket {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if info, err := e.Info(); err != nil || ownerOf(info) != os.Geteuid() {
			continue
		}
		c, err := net.DialTimeout("unix", path, time.Second)
		if err != nil {
			continue // it has gone
		}
		_ = os.Remove(path) // the next signal is somebody else's
		a.serve(c)
	}
}

// askDir is where a process of that user looks, as seen from the root of its file system.
func askDir(root string, uid int) string { return root + "/tmp/lull-" + strconv.Itoa(uid) }

// askPrefix begins the names of sockets for a process.
func askPrefix(pid int) string { return "ask-" + strconv.Itoa(pid) + "-" }

// checkAskDir sees that a folder is the user's alone: others can neither look into it nor have made it.
func checkAskDir(dir string, uid int) error {
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return err
	case !info.IsDir() || ownerOf(info) != uid || info.Mode().Perm() != 0o700:
		return fmt.Errorf("%s must be a folder of user %d's that nobody else can use (mode 0700), and is not: remove it", dir, uid)
	}
	return nil
}

func ownerOf(info fs.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid)
	}
	return -1
}

// target is a process that is to be asked.
type target struct {
	pid      int
	process  *os.Process
	uid      int    // as we see it
	root     string // before its paths; "" where they are ours
	innerPID int    // as it sees itself, in a container
	innerUID int
}

// answerTimeout is how long a process has to answer the first question.
var answerTimeout = 2 * time.Second

// conversation is a talk with a process.
type conversation struct {
	c   net.Conn
	out *json.Encoder
	in  *json.Decoder
	t   *target
}

// attach begins to talk to a process. Nothing is left behind where it does not answer.
func attach(pid int) (*conversation, error) {
	t, err := findTarget(pid)
	if err != nil {
		return nil, err
	}
	defer t.process.Release()
	dir := askDir(t.root, t.innerUID)
	if err := os.Mkdir(dir, 0o700); err == nil {
		err = os.Lchown(dir, t.uid, -1)
		if err == nil {
			err = os.Chmod(dir, 0o700) // whatever the umask
		}
		if err != nil {
			return nil, err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("process %d can be asked by a socket in /tmp alone, which cannot be made there: %w; SIGQUIT prints its tasks on its standard error", pid, err)
	}
	dir, free, err := holdAskDir(dir, t.uid)
	if err != nil {
		return nil, err
	}
	defer free()
	path := filepath.Join(dir, askPrefix(t.innerPID)+strconv.FormatUint(rand.Uint64(), 36))
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	defer l.Close()                                                                       // which removes the socket
	if err := os.Lchown(path, t.uid, -1); err != nil && !errors.Is(err, fs.ErrNotExist) { // it may have come for another already
		return nil, err
	}
	if err := t.process.Signal(askSignal); err != nil {
		return nil, gone(pid, err)
	}
	if err := l.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return nil, err
	}
	c, err := l.Accept()
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded) && t.process.Signal(syscall.Signal(0)) != nil:
		return nil, fmt.Errorf("process %d has ended", pid)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, fmt.Errorf("process %d is Lull, but does not answer: it is stopped, or busy in the kernel, or runs no script", pid)
	case err != nil:
		return nil, err
	}
	return &conversation{c, json.NewEncoder(c), json.NewDecoder(c), t}, nil
}

// ask asks once.
func (c *conversation) ask(want string) (*taskList, error) {
	list := &taskList{}
	err := c.c.SetDeadline(time.Now().Add(answerTimeout + listTimeout))
	if err == nil {
		err = c.out.Encode(question{want})
	}
	if err == nil {
		err = c.in.Decode(list)
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, fmt.Errorf("process %d does not answer any more: it is stopped, or busy in the kernel", c.t.pid)
	case err != nil && syscall.Kill(c.t.pid, 0) == nil:
		return nil, fmt.Errorf("process %d has ended the talk: it is about to end, or too many ask it at once", c.t.pid)
	case err != nil:
		return nil, fmt.Errorf("process %d has ended", c.t.pid)
	}
	list.PID = c.t.pid
	return list, nil
}

func (c *conversation) close() { c.c.Close() }

// findTarget finds a process and sees that it is Lull's, and ours or root's to ask. It is known by more than its number from before that
// on, where the system has such a thing, so that no other is signalled that gets the number.
func findTarget(pid int) (*target, error) {
	p, err := os.FindProcess(pid)
	if err == nil {
		err = p.Signal(syscall.Signal(0))
	}
	if err != nil {
		return nil, gone(pid, err)
	}
	exe, uid, err := executable(pid)
	if err != nil {
		return nil, gone(pid, err)
	}
	if me := os.Geteuid(); me != 0 && uid != me {
		return nil, fmt.Errorf("process %d is another user's: only that user and root can ask it", pid)
	}
	info, err := buildinfo.ReadFile(exe)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, gone(pid, err)
	case err != nil || !strings.HasPrefix(info.Path, commandPath):
		return nil, fmt.Errorf("process %d is not lull", pid)
	}
	t := &target{pid: pid, process: p, uid: uid, innerPID: pid, innerUID: uid}
	return t, t.inside()
}

// commandPath begins the import paths of the programs that answer.
const commandPath = "github.com/lull-lua/lull/cmd/"

// gone is the error of a process that cannot be asked.
func gone(pid int, err error) error {
	switch {
	case errors.Is(err, os.ErrProcessDone), errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ESRCH):
		return fmt.Errorf("there is no process %d", pid)
	case errors.Is(err, fs.ErrPermission) && os.Geteuid() != 0:
		return fmt.Errorf("process %d is another user's: only that user and root can ask it", pid)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the system does not let process %d be looked at, not even by root", pid)
	}
	return fmt.Errorf("process %d: %w", pid, err)
}
