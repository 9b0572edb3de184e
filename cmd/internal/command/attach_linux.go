package command

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// executable is what a process runs, and whose it is.
func executable(pid int) (path string, uid int, err error) {
	info, err := os.Stat(fmt.Sprintf("/proc/%d", pid))
	if err != nil {
		return "", 0, err
	}
	return fmt.Sprintf("/proc/%d/exe", pid), ownerOf(info), nil // also where the file was replaced meanwhile
}

// holdAskDir sees that a folder is the user's alone, and gives a name for it by which it stays the same: the user may put another in its
// place while root makes something there.
func holdAskDir(dir string, uid int) (held string, free func(), err error) {
	f, err := os.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return "", nil, err
	}
	held = fmt.Sprintf("/proc/self/fd/%d", f.Fd())
	if err := checkAskDir(held+"/.", uid); err != nil {
		f.Close()
		return "", nil, fmt.Errorf("%s must be a folder of user %d's that nobody else can use (mode 0700), and is not: remove it", dir, uid)
	}
	return held, func() { f.Close() }, nil
}

// inside finds out how the process sees itself: in a container it has another root, another number, and may be another user.
func (t *target) inside() error {
	t.root = fmt.Sprintf("/proc/%d/root", t.pid)
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", t.pid))
	if err != nil {
		return gone(t.pid, err)
	}
	for line := range strings.Lines(string(status)) {
		if pids, ok := strings.CutPrefix(line, "NSpid:"); ok {
			if f := strings.Fields(pids); len(f) > 0 {
				t.innerPID, err = strconv.Atoi(f[len(f)-1])
			}
		}
	}
	if err != nil {
		return err
	}
	users, err := os.ReadFile(fmt.Sprintf("/proc/%d/uid_map", t.pid))
	if err != nil {
		return gone(t.pid, err)
	}
	for line := range strings.Lines(string(users)) {
		var in, out, n int
		if _, err := fmt.Sscan(line, &in, &out, &n); err == nil && t.uid >= out && t.uid-out < n {
			t.innerUID = in + t.uid - out
		}
	}
	return nil
}
