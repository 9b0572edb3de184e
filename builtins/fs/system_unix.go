//go:build unix

package fs

import (
	"fmt"
	"io/fs"
	"os/user"
	"strconv"
	"syscall"
)

const (
	openDir  = syscall.O_RDONLY | syscall.O_DIRECTORY
	noFollow = syscall.O_NOFOLLOW
)

// acrossDevices is the error of a rename from one file system to another.
const acrossDevices = syscall.EXDEV

// system are the fields of fs.stat that the system has.
func system(st fs.FileInfo) map[string]any {
	s, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return map[string]any{
		"ctime": ctime(s), "uid": float64(s.Uid), "gid": float64(s.Gid), "nlink": float64(s.Nlink), "dev": float64(s.Dev), "ino": float64(s.Ino),
	}
}

// linked is the identity of a file that has several names.
func linked(st fs.FileInfo) (id [2]uint64, many bool) {
	s, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return id, false
	}
	return [2]uint64{uint64(s.Dev), s.Ino}, s.Nlink > 1
}

// idOf is the number of a user or a group.
func idOf(name string, group bool) (int, error) {
	if group {
		g, err := user.LookupGroup(name)
		if err != nil {
			return 0, fmt.Errorf("there is no group %q", name)
		}
		return strconv.Atoi(g.Gid)
	}
	u, err := user.Lookup(name)
	if err != nil {
		return 0, fmt.Errorf("there is no user %q", name)
	}
	return strconv.Atoi(u.Uid)
}
