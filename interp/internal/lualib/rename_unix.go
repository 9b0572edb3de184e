//go:build unix

package lualib

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// rename is rename(2). The one of package os refuses to replace a folder, an empty one or the same, before it asks the system.
func rename(from, to string) error {
	for {
		switch err := syscall.Rename(from, to); {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
		default:
			return nil
		}
	}
}

// renameIn is rename(2) within a tree: what [os.Root] refuses as package os does is done in the two folders, which the tree opens.
func renameIn(root *os.Root, from, to string) error {
	err := root.Rename(from, to)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	oldDir, oldName, err := parentIn(root, from)
	if err != nil {
		return err
	}
	defer oldDir.Close()
	newDir, newName, err := parentIn(root, to)
	if err != nil {
		return err
	}
	defer newDir.Close()
	oldConn, err := oldDir.SyscallConn()
	if err != nil {
		return err
	}
	newConn, err := newDir.SyscallConn()
	if err != nil {
		return err
	}
	var failure error
	if err = oldConn.Control(func(oldFD uintptr) {
		err = newConn.Control(func(newFD uintptr) {
			for failure = unix.EINTR; errors.Is(failure, unix.EINTR); {
				failure = unix.Renameat(int(oldFD), oldName, int(newFD), newName)
			}
		})
	}); err == nil {
		err = failure
	}
	if err != nil {
		return &os.LinkError{Op: "renameat", Old: from, New: to, Err: err}
	}
	return nil
}

// parentIn opens the folder of a tree that name is in. base is one word, so the system goes by no link from there on.
func parentIn(root *os.Root, name string) (dir *os.File, base string, err error) {
	name = strings.TrimRight(name, "/") // that the slash wants a folder has been seen to
	folder, base := ".", name
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		folder, base = name[:i+1], name[i+1:]
	}
	dir, err = root.Open(folder)
	return dir, base, err
}
