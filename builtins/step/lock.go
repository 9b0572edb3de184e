package step

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/filelock"
)

// resolved is the absolute name of a journal, without links: its lock is beside the file itself, by whatever name it is opened.
func resolved(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if file, err := filepath.EvalSymlinks(path); err == nil { // else there is none yet, or it is told when it is opened
		return file, nil
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

// takeLock locks the file beside a journal. Closing it gives it back.
func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the lock beside it: %w", reason(err))
	}
	ok, err := filelock.Try(f)
	if err == nil && !ok {
		pid, run := holder(f)
		err = &inUse{path, pid, run}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// writeHolder says in the lock's file who has it.
func writeHolder(f *os.File, run string) error {
	err := f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+" "+run+"\n"), 0)
	}
	if err != nil {
		return fmt.Errorf("the lock beside it: %w", reason(err))
	}
	return nil
}

// holder is who has the lock, as far as its file says.
func holder(f *os.File) (pid, run string) {
	b, _ := io.ReadAll(io.NewSectionReader(f, 0, 300)) // nobody says so, then
	pid, run, _ = strings.Cut(strings.TrimSuffix(string(b), "\n"), " ")
	if _, err := strconv.Atoi(pid); err != nil {
		return "", ""
	}
	return pid, run
}
