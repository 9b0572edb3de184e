//go:build unix

package lualib

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A regular file that is neither empty nor too long is read at once; otherwise somebody else must look.
func TestReadWhole(t *testing.T) {
	dir := t.TempDir()
	for _, size := range []int{0, 1, 4096, 8191, 8192, 8193, 1 << 20} {
		if err := os.WriteFile(filepath.Join(dir, "f"), bytes.Repeat([]byte("abcdefg"), size)[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		for _, below := range []int64{1, int64(size), int64(size) + 1, 2 << 20} {
			told := -1
			data, ok, err := Machine{Dir: dir}.ReadWhole("f", below, func(size int) error { told = size; return nil })
			want := size > 0 && int64(size) < below
			if ok != want || ok && (told != size || cap(data) > size+size/4+8 || !bytes.Equal(data, bytes.Repeat([]byte("abcdefg"), size)[:size])) || !ok && told >= 0 || err != nil {
				t.Errorf("%d bytes below %d: %d bytes, %v, told of %d, error %v", size, below, len(data), ok, told, err)
			}
		}
	}
	no := errors.New("no")
	if _, ok, err := (Machine{}).ReadWhole(filepath.Join(dir, "f"), 2<<20, func(int) error { return no }); ok || err != no {
		t.Errorf("%v, error %v", ok, err)
	}
	if err := unix.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	// One that has another size than it was said to have.
	if err := os.Truncate(filepath.Join(dir, "f"), 100); err != nil {
		t.Fatal(err)
	}
	for _, change := range []int64{0, 99, 101, 9000} {
		data, ok, err := Machine{Dir: dir}.ReadWhole("f", 2<<20, func(int) error { return os.Truncate(filepath.Join(dir, "f"), change) })
		if ok || err != nil {
			t.Errorf("truncated to %d: %d bytes, %v, error %v", change, len(data), ok, err)
		}
		if err := os.Truncate(filepath.Join(dir, "f"), 100); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"missing", ".", "fifo"} {
		if data, ok, err := (Machine{Dir: dir}).ReadWhole(name, 2<<20, func(int) error { t.Errorf("%s is opened", name); return nil }); ok || err != nil {
			t.Errorf("%s: %d bytes, %v, error %v", name, len(data), ok, err)
		}
	}
}
