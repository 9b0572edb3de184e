//go:build unix

package hash_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp/interptest"
)

// A FIFO is read to its writer's end, and given up at once where there is none.
func TestFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	rt := interptest.New(t, builtins.Std())
	vals, err := rt.Run(`
		local path = ...
		local got = spawn(hash.file, "md5", path)
		local f = io.open(path, "w")
		f:write("abc")
		f:close()
		local left = spawn(hash.file, "md5", path)
		repeat sleep(0) until tostring(left):find("waiting in hash.file", 1, true) -- and not in the handle's method
		left:cancel()
		left:join()
		return await(got), left:cancelled()`, path)
	if err != nil || vals.Get(1).String() != "900150983cd24fb0d6963f7d28e17f72" || !vals.Get(2).Truth() {
		t.Error(vals, err)
	}
}
