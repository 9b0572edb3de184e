//go:build unix

package file

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/lull-lua/lull/interp"
)

// filesOf are the files of a runtime in a folder.
func filesOf(t *testing.T, dir string) (files interp.Files) {
	t.Helper()
	rt, err := interp.New(interp.WithSystem(), interp.WithModule(Module()), interp.WithDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if _, err := rt.RunFunc(context.Background(), "files", func(c *interp.Call) error {
		files = c.Files()
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return files
}

// A failure leaves the old file and nothing beside it.
func TestAtomicFailures(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range []error{
		os.WriteFile(filepath.Join(dir, "f"), []byte("old"), 0o600), unix.Mkfifo(filepath.Join(dir, "fifo"), 0o600), os.Symlink("fifo", filepath.Join(dir, "to_fifo")),
		os.Symlink("loop", filepath.Join(dir, "loop")), os.Mkdir(filepath.Join(dir, "d"), 0o700),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	files := filesOf(t, dir)
	for _, tt := range []struct {
		name, want string
		ctx        context.Context
	}{
		{"f", "context canceled", ctx},
		{"d", "is a directory", nil},
		{"d/", "is a directory", nil},
		{"none/", "no such file or directory", nil},
		{"none/f", "no such file or directory", nil},
		{"", "no such file or directory", nil},
		{"fifo", "not a regular file", nil},
		{"to_fifo", "not a regular file", nil},
		{"/dev/null", "not a regular file", nil},
		{"loop", "too many levels of symbolic links", nil},
		{"f/g", "not a directory", nil},
		{strings.Repeat("x", 300), "file name too long", nil},
	} {
		if tt.ctx == nil {
			tt.ctx = context.Background()
		}
		if err := (writing{files: files, perm: -1, atomic: true}).file(tt.ctx, tt.name, "new"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.name, err, tt.want)
		}
	}
	var names []string
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if data, rerr := os.ReadFile(filepath.Join(dir, "f")); err != nil || rerr != nil || string(data) != "old" || !slices.Equal(names, []string{"d", "f", "fifo", "loop", "to_fifo"}) {
		t.Errorf("left: %v, with %q in f; %v, %v", names, data, err, rerr)
	}
}

// ownerAndMode is what ls -ln shows of a file.
func ownerAndMode(t *testing.T, name string) string {
	t.Helper()
	st, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	sys := st.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%v %d %d", st.Mode(), sys.Uid, sys.Gid)
}

// The new file has the mode of the old one, set-id bits included, and its owner.
func TestAtomicKeepsModeAndOwner(t *testing.T) {
	dir := t.TempDir()
	files := filesOf(t, dir)
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 {
		uid, gid = 12345, 23456
	}
	for _, tt := range []struct {
		mode os.FileMode
		perm int
		want string
	}{
		{0o604, -1, "-rw----r--"},
		{0o755 | os.ModeSetuid, -1, "urwxr-xr-x"},
		{0o2755&0o777 | os.ModeSetgid, -1, "grwxr-xr-x"},
		{0o755 | os.ModeSetuid, 0o640, "-rw-r-----"},
	} {
		name := filepath.Join(dir, "f")
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{f.Chown(uid, gid), f.Chmod(tt.mode), f.Close()} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := (writing{files: files, perm: tt.perm, atomic: true}).file(context.Background(), "f", "new"); err != nil {
			t.Error(err)
		}
		if got, want := ownerAndMode(t, name), fmt.Sprintf("%s %d %d", tt.want, uid, gid); got != want {
			t.Errorf("%v, mode %o: %s, want %s", tt.mode, tt.perm, got, want)
		}
	}
}

// A writer that is not the owner of the old file is the new one's, and nothing runs as somebody else then.
func TestAtomicBySomebodyElse(t *testing.T) {
	const nobody = 65534
	if dir := os.Getenv("LULL_TEST_ATOMIC"); dir != "" { // the other process
		files := filesOf(t, dir)
		for _, err := range []error{syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody), (writing{files: files, perm: -1, atomic: true}).file(context.Background(), "f", "new")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	if os.Getuid() != 0 {
		t.Skip("only root makes files of somebody else's")
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "f")
	for _, err := range []error{os.WriteFile(name, nil, 0o600), os.Chmod(name, 0o755|os.ModeSetuid|os.ModeSetgid), os.Chown(dir, nobody, nobody), os.Chmod(filepath.Dir(dir), 0o755)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	other := exec.Command(os.Args[0], "-test.run=^TestAtomicBySomebodyElse$")
	other.Env = append(os.Environ(), "LULL_TEST_ATOMIC="+dir)
	if out, err := other.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got, want := ownerAndMode(t, name), fmt.Sprintf("-rwxr-xr-x %d %d", nobody, nobody); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
