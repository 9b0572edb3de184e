package repl

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// history is a file of entries, one a line; within an entry a line's end is written \n, and a backslash \\. Each entry is
// appended with one write, so that sessions at the same time lose nothing of each other's. A file that has become long gets the name that
// older has, in the place of the one before it, and a new one begins: what another session appends meanwhile is in one of the two. They
// are kept for the person alone.
type history struct{ path string } // "": there is no file

// newHistory is that in a file, or where a link leads to.
func newHistory(path string) history {
	if real, err := filepath.EvalSymlinks(path); err == nil && path != "" {
		path = real
	}
	return history{path}
}

func (h *history) older() string { return h.path + ".1" }

// maxHistory is how long a file becomes, but for its last entry, and how much of its end is read; entriesKept is how many entries are
// offered.
const (
	maxHistory  = 4 << 20
	entriesKept = 10_000
)

var (
	escapeEntry   = strings.NewReplacer("\\", "\\\\", "\n", `\n`)
	unescapeEntry = strings.NewReplacer("\\\\", "\\", `\n`, "\n")
)

// read returns the entries, oldest first. Where there is no file to read there are none.
func (h *history) read() []string {
	if h.path == "" {
		return nil
	}
	out := append(entriesOf(h.older()), entriesOf(h.path)...)
	return slices.Clone(out[max(0, len(out)-entriesKept):])
}

// entriesOf are those at the end of a file.
func entriesOf(path string) []string {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	cut := false
	if end, err := f.Seek(0, io.SeekEnd); err == nil {
		cut = end > maxHistory
		if _, err := f.Seek(max(0, end-maxHistory), io.SeekStart); err != nil {
			return nil
		}
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil
	}
	var out []string
	for line := range strings.Lines(string(data)) {
		if line, whole := strings.CutSuffix(line, "\n"); whole && line != "" {
			out = append(out, unescapeEntry.Replace(line))
		}
	}
	if cut && len(out) > 0 {
		out = out[1:]
	}
	return out
}

// add appends an entry. A file that cannot be written is no reason to disturb: there is no history then.
func (h *history) add(entry string) {
	if h.path == "" {
		return
	}
	err := os.MkdirAll(filepath.Dir(h.path), 0o700)
	if err == nil {
		var f *os.File
		if f, err = os.OpenFile(h.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600); err == nil {
			_, err = io.WriteString(f, escapeEntry.Replace(entry)+"\n")
			written, serr := f.Stat()
			if cerr := f.Close(); err == nil {
				err = errors.Join(cerr, serr)
			}
			if err == nil && written.Size() > maxHistory {
				h.turn(written)
			}
		}
	}
	if err != nil {
		h.path = ""
	}
}

// turn begins a new file in the place of a long one, unless another session has just done so. Where that cannot be, as on Windows while
// another one writes, the next entry tries again.
func (h *history) turn(long os.FileInfo) {
	if now, err := os.Stat(h.path); err == nil && os.SameFile(now, long) {
		_ = os.Rename(h.path, h.older())
	}
}
