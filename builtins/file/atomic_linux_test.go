package file

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// watch has the system note what happens to a folder; what it returns tells.
func watch(t *testing.T, dir string) func() string {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_CREATE|unix.IN_OPEN|unix.IN_MOVE|unix.IN_DELETE); err != nil {
		t.Fatal(err)
	}
	return func() string {
		var did []string
		buf := make([]byte, 64<<10)
		n, err := unix.Read(fd, buf)
		if err != nil && !errors.Is(err, unix.EAGAIN) {
			t.Fatal(err)
		}
		for buf = buf[:max(n, 0)]; len(buf) > 0; {
			mask, size := binary.NativeEndian.Uint32(buf[4:]), binary.NativeEndian.Uint32(buf[12:])
			name := string(bytes.TrimRight(buf[16:16+size], "\x00"))
			buf = buf[16+size:]
			switch {
			case mask&unix.IN_CREATE != 0:
				did = append(did, "make "+name)
			case mask&unix.IN_OPEN != 0 && mask&unix.IN_ISDIR != 0:
				did = append(did, "open the folder")
			case mask&unix.IN_MOVED_FROM != 0:
				did = append(did, "rename "+name)
			case mask&unix.IN_MOVED_TO != 0:
				did = append(did, "to "+name)
			case mask&unix.IN_DELETE != 0:
				did = append(did, "remove "+name)
			}
		}
		return strings.Join(did, ", ")
	}
}

// The new file is beside the one that a link leads to, and its folder is opened, to be synced, before the names change.
func TestAtomicNames(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("é", 127)
	folder := filepath.Join(dir, "d")
	for _, err := range []error{os.Mkdir(folder, 0o700), os.Symlink("d/f", filepath.Join(dir, "link")), os.WriteFile(filepath.Join(folder, "f"), nil, 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	files := filesOf(t, dir)
	did := watch(t, folder)
	for _, tt := range []struct{ name, beside, target string }{
		{"d/f", `\.f\.lull-[a-z0-9]{8}`, "f"},
		{"link", `\.f\.lull-[a-z0-9]{8}`, "f"},
		{"d/new", `\.new\.lull-[a-z0-9]{8}`, "new"},
		{"d/" + long, `\.(é){120}\.lull-[a-z0-9]{8}`, long},
	} {
		if err := (writing{files: files, perm: -1, atomic: true}).file(context.Background(), tt.name, "data"); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		want := "^make (" + tt.beside + "), open the folder, rename " + tt.beside + ", to " + tt.target + "$"
		if got := did(); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s: %s, want %s", tt.name, got, want)
		}
		if data, err := os.ReadFile(filepath.Join(dir, tt.name)); string(data) != "data" {
			t.Errorf("%s: %q, %v", tt.name, data, err)
		}
		did()
	}
}
