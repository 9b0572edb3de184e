package hash_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// A large string is taken in while other tasks run, and what is cancelled then leaves no half digest behind.
func TestLargeStrings(t *testing.T) {
	rt, err := interp.New(builtins.Safe())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	vals, err := rt.RunString(t.Context(), "=t", `
		local s = ("0123456789abcdef"):rep(4e6)
		local turns = 0
		task.daemon(function() while true do sleep(0.001) turns = turns + 1 end end)
		local h = hash.new("sha512")
		local stopped = not task.move_on_after(function() while true do h:add(s) end end, 0.02)
		local ok, err = pcall(h.hex, h)
		return hash.sha256(s), turns > 0, stopped, ok or err.message`)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Repeat("0123456789abcdef", 4e6))))
	if got := fmt.Sprint(vals); !strings.HasPrefix(got, "["+want+" true true ") || !strings.HasSuffix(got, "another add of this hash is under way, or was cancelled]") {
		t.Error(got)
	}
}

// Files are those that the runtime was granted, and count as open.
func TestFiles(t *testing.T) {
	tree := fstest.MapFS{"dir/file": {Data: []byte("abc")}}
	rt := interptest.New(t, builtins.Std(), interp.WithFS(tree), interp.WithLimits(interp.Limits{Files: 1}))
	vals, err := rt.Run(`
		for i = 1, 10 do hash.file("md5", "dir/file") end
		local _, err = pcall(hash.file, "md5", "/etc/passwd")
		return hash.file("md5", "dir/file"), err.kind`)
	if err != nil || fmt.Sprint(vals) != "[900150983cd24fb0d6963f7d28e17f72 denied]" {
		t.Error(vals, err)
	}
	rt = interptest.New(t, builtins.Safe())
	rt.CheckError(`hash.file("md5", "/etc/passwd")`, "hash.file: /etc/passwd: ")
}

func BenchmarkFile(b *testing.B) {
	path := filepath.Join(b.TempDir(), "file")
	const size = 64 << 20
	if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
		b.Fatal(err)
	}
	rt, err := interp.New(builtins.Std())
	if err != nil {
		b.Fatal(err)
	}
	defer rt.Close()
	b.SetBytes(size)
	for b.Loop() {
		if _, err := rt.RunString(b.Context(), "=b", `hash.file("sha256", ...)`, path); err != nil {
			b.Fatal(err)
		}
	}
}
