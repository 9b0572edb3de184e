package file

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

// replace writes a new file in the same folder and puts it in the old one's place once it is on the disk, so that whatever happens
// there is the old one or the new one. It keeps the mode and the owner of the old one, unless there is a mode of its own; where the
// owner cannot be kept, set-id bits fall. A crash leaves at most the new file behind, under a name that besideName makes.
func (o writing) replace(ctx context.Context, name, data string) (err error) {
	old, err := o.files.Stat(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	target, err := o.followed(name)
	if err != nil {
		return err
	}
	if old != nil {
		switch st, err := o.files.Stat(target); {
		case old.IsDir():
			return errIsDir
		case !old.Mode().IsRegular():
			return errNotRegular
		case err != nil:
			return err
		case target != name && st.Sys() != nil && !os.SameFile(old, st): // a link of /proc, which leads elsewhere than it says
			return errNotRegular
		}
	}
	dir, base := filepath.Split(target)
	if base == "" {
		return &fs.PathError{Op: "open", Path: name, Err: syscall.ENOENT}
	}
	besideName := dir + besideName(base)
	first := fs.FileMode(0o666)
	if old != nil || o.perm >= 0 {
		first = 0o600 // until it has its owner and mode
	}
	f, err := o.files.Open(ctx, besideName, os.O_WRONLY|os.O_CREATE|os.O_EXCL, first)
	if err != nil {
		return err
	}
	renamed := false
	defer func() {
		_ = f.Close() // closed already, or the first error is the one to tell
		if err != nil && !renamed {
			if gone := o.files.Remove(besideName); gone != nil {
				err = fmt.Errorf("%w (and %s is left behind: %w)", err, besideName, gone)
			}
		}
	}()
	if err := writeAll(ctx, f.System(), data); err != nil {
		return err
	}
	if err := o.dress(f.System(), old); err != nil { // not before: to write takes set-id bits away
		return err
	}
	if err := f.System().Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	folder, err := openFolder(ctx, o.files, cmp.Or(dir, "."))
	if err != nil {
		return err
	}
	if folder != nil {
		defer folder.Close()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := o.files.Rename(besideName, target); err != nil {
		return err
	}
	renamed = true
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

// dress gives a new file the owner and the mode that it is to have.
func (o writing) dress(f *os.File, old fs.FileInfo) error {
	kept := old == nil || keepOwner(f, old)
	switch {
	case o.perm >= 0:
		return f.Chmod(fs.FileMode(o.perm))
	case old == nil:
		return nil
	}
	mode := old.Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)
	if !kept {
		mode &^= fs.ModeSetuid | fs.ModeSetgid
	}
	return f.Chmod(mode)
}

// maxName is how many bytes the name of a file may have, as a rule.
const maxName = 255

// besideName is a name for a new file beside that of base, which nobody else has: .NAME.lull- and eight of [a-z0-9]. A long NAME is
// cut.
func besideName(base string) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	end := []byte(".lull-")
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

// followed is the name of the file that name leads to, where that is a link: the link stays, as with a plain write. What is
// no link is opened, or not, by whoever comes next.
func (o writing) followed(name string) (string, error) {
	for range 40 {
		st, err := o.files.Lstat(name)
		if err != nil || st.Mode()&fs.ModeSymlink == 0 {
			return name, nil
		}
		to, err := o.files.Readlink(name)
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
