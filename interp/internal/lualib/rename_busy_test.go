package lualib

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
)

// A rename over a file that somebody has open is tried again for a while, and then the error says so; other errors are told at once.
func TestRenameWhileBusy(t *testing.T) {
	inUse := &fs.PathError{Op: "rename", Path: "f", Err: errors.New("in use")}
	busy := func(err error) bool { return err == inUse }
	for _, tt := range []struct {
		free  int // at which try nobody has it any more
		after error
		tries int
		want  string
	}{
		{1, nil, 1, ""},
		{7, nil, 7, ""},
		{3, fs.ErrNotExist, 3, "file does not exist"},
		{1000, nil, busyTries, "for 2s somebody has had the file open"},
	} {
		tries := 0
		err := whileBusy(func() error {
			if tries++; tries < tt.free {
				return inUse
			}
			return tt.after
		}, busy, 0)
		if tries != tt.tries || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("free at try %d: %d tries, %v", tt.free, tries, err)
		}
		if tt.free > busyTries && !errors.Is(err, inUse.Err) {
			t.Errorf("the system's error is lost: %v", err)
		}
	}
}
