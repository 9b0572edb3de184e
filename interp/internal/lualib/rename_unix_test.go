//go:build unix

package lualib_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// PUC's lua5.1 prints on Linux what rename(2) and remove(3) do; in a tree of its own a script sees the same.
func TestRenameAndRemoveAsTheSystem(t *testing.T) {
	const make = `os.execute("rm -rf a b dir empty hard link dirlink loop dangling x; mkdir -p dir/inner empty; echo a >a; echo b >b; ln a hard; ln -s a link; ln -s dir dirlink; ln -s loop loop")`
	for _, tt := range []struct{ do, want string }{
		{"rename a b", "true"},
		{"rename a dir", "a: Is a directory 21"},
		{"rename dir a", "dir: Not a directory 20"},
		{"rename dir empty", "true"},
		{"rename empty dir", "empty: Directory not empty 39"},
		{"rename dir dir/sub", "dir: Invalid argument 22"},
		{"rename none dir", "none: No such file or directory 2"},
		{"rename a none/x", "a: No such file or directory 2"},
		{"rename a a/x", "a: Not a directory 20"},
		{"rename a a", "true"},
		{"rename dir dir", "true"},
		{"rename a hard", "true"},
		{"rename a link", "true"},
		{"rename dirlink empty", "dirlink: Is a directory 21"},
		{"rename a/ x", "a/: Not a directory 20"},
		{"rename a x/", "a: Not a directory 20"},
		{"rename dir/ empty/", "true"},
		{"rename empty dirlink", "empty: Not a directory 20"},
		{"rename empty dirlink/", "empty: Not a directory 20"},
		{"rename a dirlink/", "a: Not a directory 20"},
		{"rename dir/inner dirlink/../empty", "true"},
		{"rename loop/x a", "loop/x: Too many levels of symbolic links 40"},
		{"remove a", "true"},
		{"remove a/", "a/: Not a directory 20"},
		{"remove empty", "true"},
		{"remove empty/", "true"},
		{"remove dir", "dir: Directory not empty 39"},
		{"remove dirlink", "true"},
		{"remove loop", "true"},
		{"remove loop/x", "loop/x: Too many levels of symbolic links 40"},
		{"remove a/x", "a/x: Not a directory 20"},
	} {
		t.Run(strings.ReplaceAll(tt.do, "/", "|"), func(t *testing.T) {
			word := strings.Fields(tt.do)
			call := ` local r = { os.` + word[0] + `("` + strings.Join(word[1:], `", "`) + `") } print(r[1] or r[2] .. " " .. r[3])`
			dir := t.TempDir()
			if got := script(t, dir, nil, make+call); !sameOn(got, tt.want) {
				t.Errorf("the machine's files: %q, want %q", got, tt.want)
			}
			script(t, dir, nil, make)
			root, err := os.OpenRoot(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			if got := script(t, "", nil, call, interp.WithRoot(root)); !sameOn(got, tt.want) {
				t.Errorf("a tree: %q, want %q", got, tt.want)
			}
		})
	}
}

// sameOn leaves out the number, which is another one elsewhere than on Linux.
func sameOn(got, want string) bool {
	cut := func(s string) string { return strings.TrimRight(strings.TrimSuffix(s, "\n"), " 0123456789") }
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		got, want = cut(got), cut(want)
	}
	return strings.TrimSuffix(got, "\n") == want
}

// A file that a rename replaces is gone.
func TestRenameOntoAFolder(t *testing.T) {
	dir := t.TempDir()
	script(t, dir, nil, `os.execute("mkdir -p from to; echo x >from/f") assert(os.rename("from", "to"))`)
	if got, err := os.ReadFile(filepath.Join(dir, "to/f")); err != nil || string(got) != "x\n" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "from")); err == nil {
		t.Error("the old name is still there")
	}
}
