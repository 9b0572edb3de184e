// Package replace puts a new file in an old one's place, so that whatever happens there is the old one or the new one.
package replace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp"
)

// ErrNotRegular is the error of what cannot be replaced, as it is more than bytes: a FIFO, a socket or a device.
var ErrNotRegular = errors.New("not a regular file")

// File is a new file, made beside the one whose place it is to take. A crash leaves at most it behind, under a name that Name makes.
type File struct {
	files  interp.Files
	f      *interp.File
	beside string      // its name, until it is renamed
	target string      // the name that it is to have
	dir    string      // where that is
	old    fs.FileInfo // nil: there is none
	perm   int
	closed bool
}

// Begin makes a new file in the folder of name or, where that is a link, of the file that it leads to: the link stays. It will have
// the mode perm or, where that is below 0, the mode and the owner of the old file; where the owner cannot be kept, set-id bits fall.
// Commit or Abort ends it.
func Begin(ctx context.Context, files interp.Files, name string, perm int) (*File, error) {
	old, err := files.Stat(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	target, err := followed(files, name)
	if err != nil {
		return nil, err
	}
	if old != nil {
		switch st, err := files.Stat(target); {
		case old.IsDir():
			return nil, syscall.EISDIR
		case !old.Mode().IsRegular():
			return nil, ErrNotRegular
		case err != nil:
			return nil, err
		case target != name && st.Sys() != nil && !os.SameFile(old, st): // a link of /proc, which leads elsewhere than it says
			return nil, ErrNotRegular
		}
	}
	dir, base := filepath.Split(target)
	if base == "" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: syscall.ENOENT}
	}
	first := fs.FileMode(0o666)
	if old != nil || perm >= 0 {
		first = 0o600 // until it has its owner and mode
	}
	n := &File{files: files, beside: dir + Name(base), target: target, dir: cmp.Or(dir, "."), old: old, perm: perm}
	n.f, err = files.Open(ctx, n.beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, first)
	if err != nil {
		return nil, err
	}
	return n, nil
}

// Name is the new file's, until it is in its place.
func (n *File) Name() string { return n.beside }

// System is the file to write to. Commit and Abort close it.
func (n *File) System() *os.File { return n.f.System() }

// Commit puts the new file in its place once it is on the disk. Where it fails, or ctx has ended, the new file is gone and the old one
// is there, unless it was the last step that failed, to write the folder to the disk.
func (n *File) Commit(ctx context.Context) error {
	err := n.dress() // not before it is written: to write takes set-id bits away
	if err == nil {
		err = n.System().Sync()
	}
	if cerr := n.close(); err == nil {
		err = cerr
	}
	var folder *interp.File
	if err == nil {
		folder, err = openFolder(ctx, n.files, n.dir)
	}
	if folder != nil {
		defer folder.Close()
	}
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = n.files.Rename(n.beside, n.target)
	}
	if err != nil {
		return n.Abort(err)
	}
	return syncFolder(folder)
}

func (n *File) close() error {
	if n.closed {
		return nil
	}
	n.closed = true
	return n.f.Close()
}

// Abort removes the new file and returns err, the reason: with words, if that fails.
func (n *File) Abort(err error) error {
	_ = n.close() // the reason is the error to tell
	if gone := n.files.Remove(n.beside); gone != nil {
		return fmt.Errorf("%w (and %s is left behind: %w)", err, n.beside, gone)
	}
	return err
}

// Write is Begin, what write does to the new file, and Commit.
func Write(ctx context.Context, files interp.Files, name string, perm int, write func(f *os.File) error) error {
	n, err := Begin(ctx, files, name, perm)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			_ = n.Abort(nil) // a panic goes through
		}
	}()
	err = write(n.System())
	done = true
	if err != nil {
		return n.Abort(err)
	}
	return n.Commit(ctx)
}

// Rename gives a file, which is on the disk, another name in the same folder, so that it outlives a crash.
func Rename(ctx context.Context, files interp.Files, from, to string) error {
	dir, _ := filepath.Split(to)
	folder, err := openFolder(ctx, files, cmp.Or(dir, "."))
	if err != nil {
		return err
	}
	if folder != nil {
		defer folder.Close()
	}
	if err := files.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(folder)
}

// syncFolder writes to the disk which names are in a folder, so that they outlive a crash; nil stands for none.
func syncFolder(folder *interp.File) error {
	if folder == nil {
		return nil
	}
	err := folder.System().Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil // a file system that has no way to do it
	}
	return err
}

// dress gives the new file the owner and the mode that it is to have.
func (n *File) dress() error {
	f := n.System()
	kept := n.old == nil || keepOwner(f, n.old)
	switch {
	case n.perm >= 0:
		return f.Chmod(fs.FileMode(n.perm))
	case n.old == nil:
		return nil
	}
	mode := n.old.Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)
	if !kept {
		mode &^= fs.ModeSetuid | fs.ModeSetgid
	}
	return f.Chmod(mode)
}

// maxName is how many bytes the name of a file may have, as a rule.
const maxName = 255

// mark stands in the names of files that are to take another's place.
const mark = ".lull-"

// Name is a name for a new file beside that of base, which nobody else has: .NAME.lull- and eight of [a-z0-9]. A long NAME is
// cut.
func Name(base string) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	end := []byte(mark)
	for range 8 {
		end = append(end, letters[rand.IntN(len(letters))])
	}
	if most := maxName - len(".") - len(end); len(base) > most {
		for base = base[:most]; len(base) > most-utf8.UTFMax && !utf8.ValidString(base); {
			base = base[:len(base)-1]
		}
	}
	return "." + base + string(end)
}

// IsName reports whether a name is one that Name makes.
func IsName(name string) bool {
	at := len(name) - len(mark) - 8
	if at < 1 || name[0] != '.' || name[at:at+len(mark)] != mark {
		return false
	}
	for _, c := range []byte(name[at+len(mark):]) {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
			return false
		}
	}
	return true
}

// followed is the name of the file that name leads to, where that is a link. A name that is no link is left to the next function, which opens it or fails.
func followed(files interp.Files, name string) (string, error) {
	for range 40 {
		st, err := files.Lstat(name)
		if err != nil || st.Mode()&fs.ModeSymlink == 0 {
			return name, nil
		}
		to, err := files.Readlink(name)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(to) {
			dir, _ := filepath.Split(name)
			to = dir + to // not cleaned: .. means the parent of where a link leads
		}
		name = to
	}
	return "", &fs.PathError{Op: "open", Path: name, Err: syscall.ELOOP}
}
