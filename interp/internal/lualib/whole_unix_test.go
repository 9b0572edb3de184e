//go:build unix

package lualib

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// A file is read at once if it is what it was asked about, and has that size; otherwise somebody else must look.
func TestReadWhole(t *testing.T) {
	dir := t.TempDir()
	want := bytes.Repeat([]byte("abc"), 1000)
	if err := os.WriteFile(filepath.Join(dir, "f"), want, 0o600); err != nil {
		t.Fatal(err)
	}
	m := Machine{Dir: dir}
	for _, tt := range []struct {
		name string
		size int
		ok   bool
	}{
		{"f", len(want), true}, {"f", len(want) - 1, false}, {"f", len(want) + 1, false},
		{"missing", 1, false}, {".", 1, false},
	} {
		data, ok := m.ReadWhole(tt.name, tt.size)
		if ok != tt.ok || ok && !bytes.Equal(data, want) {
			t.Errorf("%s of %d bytes: %d bytes, %v", tt.name, tt.size, len(data), ok)
		}
	}
}
