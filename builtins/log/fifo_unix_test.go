//go:build unix

package log_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp/interptest"
)

// A FIFO without a reader is given up when the task is cancelled, which nothing catches.
func TestSetupOfAFIFOIsCancelled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	rt := interptest.New(t, builtins.Std())
	vals, err := rt.Run(`
		local path, went_on = ..., false
		local left = spawn(function() pcall(log.setup, { file = path }) went_on = true end)
		sleep(0)
		left:cancel()
		left:join()
		return left:cancelled(), went_on`, path)
	if err != nil || !vals.Get(1).Truth() || vals.Get(2).Truth() {
		t.Error(vals, err)
	}
}
