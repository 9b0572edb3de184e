package fs

import (
	"bytes"
	"context"
	"encoding/binary"
	"io/fs"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/lull-lua/lull/interp"
)

// buffers are for what the system writes the entries of a folder into: of the size that its file systems fill at once.
var buffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// readAll adds what is in a folder as it comes, and calls more after each piece. On the machine's files it asks the system itself: os
// makes an object for each entry.
func (l *listing) readAll(ctx context.Context, files interp.Files, dir string, follow bool, more func() error) error {
	on, ok := files.OnMachine(dir)
	if !ok {
		return l.readEntries(ctx, files, dir, follow, more)
	}
	closed, err := files.Opens()
	if err != nil {
		return err
	}
	defer closed()
	flag := unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC
	if !follow {
		flag |= unix.O_NOFOLLOW
	}
	fd, err := again(func() (int, error) { return unix.Open(on, flag, 0) })
	if err != nil {
		return &fs.PathError{Op: "open", Path: dir, Err: err}
	}
	defer unix.Close(fd)
	buf := buffers.Get().(*[64 << 10]byte)
	defer buffers.Put(buf)
	for {
		n, err := again(func() (int, error) { return unix.Getdents(fd, buf[:]) })
		if err != nil {
			return &fs.PathError{Op: "readdirent", Path: dir, Err: err}
		}
		if n == 0 {
			return nil
		}
		if err := l.parse(fd, buf[:n]); err != nil {
			return err
		}
		if err := more(); err != nil {
			return err
		}
	}
}

// again calls fn until no signal interrupts it.
func again(fn func() (int, error)) (n int, err error) {
	for {
		if n, err = fn(); err != unix.EINTR {
			return n, err
		}
	}
}

// kindsOf are the kinds by the d_type of an entry.
var kindsOf = [...]kind{
	unix.DT_UNKNOWN: unknown, unix.DT_REG: isFile, unix.DT_DIR: isDir, unix.DT_LNK: isLink, unix.DT_FIFO: isOther, unix.DT_CHR: isOther, unix.DT_BLK: isOther, unix.DT_SOCK: isOther,
}

// parse adds what getdents64(2) has written: for each entry its number, a position, the length of the record, the type and the name.
func (l *listing) parse(fd int, b []byte) error {
	const size, typ, name = 16, 18, 19
	for len(b) > name {
		n := int(binary.NativeEndian.Uint16(b[size:]))
		if n <= name || n > len(b) {
			break
		}
		rec := b[name:n]
		k := isOther
		if t := int(b[typ]); t < len(kindsOf) {
			k = kindsOf[t]
		}
		b = b[n:]
		if end := bytes.IndexByte(rec, 0); end >= 0 {
			rec = rec[:end]
		}
		if len(rec) == 0 || rec[0] == '.' && (len(rec) == 1 || len(rec) == 2 && rec[1] == '.') {
			continue
		}
		if k == unknown {
			var st unix.Stat_t
			switch err := unix.Fstatat(fd, string(rec), &st, unix.AT_SYMLINK_NOFOLLOW); {
			case err == unix.ENOENT: // it is gone meanwhile
				continue
			case err != nil:
				return &fs.PathError{Op: "lstat", Path: string(rec), Err: err}
			}
			k = isOther
			switch st.Mode & unix.S_IFMT {
			case unix.S_IFREG:
				k = isFile
			case unix.S_IFDIR:
				k = isDir
			case unix.S_IFLNK:
				k = isLink
			}
		}
		l.add(rec, k)
	}
	return nil
}
