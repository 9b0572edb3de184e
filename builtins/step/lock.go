package step

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/filelock"
)

// resolved is the absolute name of a journal, without links: its lock is beside the file itself, by whatever name it is opened. A name that
// leads nowhere, or in a circle, is told when it is opened.
func resolved(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	for range 40 {
		if file, err := filepath.EvalSymlinks(path); err == nil {
			return file, nil
		}
		if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
			path = filepath.Join(dir, filepath.Base(path))
		}
		to, err := os.Readlink(path) // of a link to a file that is to be made
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return path, nil
}

// inUse is the error of a journal that another process has open.
type inUse struct {
	path, pid, run string
}

func (e *inUse) Error() string {
	if e.pid == "" {
		return e.path + " is in use by another process"
	}
	return e.path + " is in use by process " + e.pid
}

// takeLock locks the file beside a journal, and says in it who has it. Closing it gives it back.
func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the lock beside it: %w", reason(err))
	}
	ok, err := filelock.Try(f)
	if err == nil && !ok {
		pid, run := holder(f)
		for range 1000 { // it has just got it
			if pid != "" {
				break
			}
			runtime.Gosched()
			pid, run = holder(f)
		}
		err = &inUse{path, pid, run}
	}
	if err == nil {
		err = writeHolder(f, "")
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// writeHolder says in the lock's file who has it.
func writeHolder(f *os.File, run string) error {
	text := strconv.Itoa(os.Getpid()) + " " + run + "\n"
	_, err := f.WriteAt([]byte(text), 0) // what is behind it is cut off then: at any time somebody may look who it is
	if err == nil {
		err = f.Truncate(int64(len(text)))
	}
	if err != nil {
		return fmt.Errorf("the lock beside it: %w", reason(err))
	}
	return nil
}

// holder is who has the lock, as far as its file says.
func holder(f *os.File) (pid, run string) {
	b, _ := io.ReadAll(io.NewSectionReader(f, 0, 300)) // nobody says so, then
	line, _, _ := strings.Cut(string(b), "\n")
	pid, run, _ = strings.Cut(line, " ")
	if _, err := strconv.Atoi(pid); err != nil {
		return "", ""
	}
	return pid, run
}
