package interp_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A cleanup that prints is not cut short because the terminal is gone, as it is after SIGHUP.
func TestTerminalGone(t *testing.T) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer master.Close()
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Skip(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skip(err)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer terminal.Close()

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, terminal, nil), interp.WithFunc("hang_up", func() {
		master.Close()
		cancel()
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	_, err = rt.RunString(ctx, "=t", `
		finally(function() print("there") hang_up() sleep(60) end,
			function() print("gone") sleep(0.01) print("gone") cleaned = true end)`)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if vals, err := rt.RunString(t.Context(), "=t", `return cleaned`); err != nil || !vals.Get(1).Truth() {
		t.Errorf("the cleanup has not run to its end: %v, %v", vals, err)
	}
}
