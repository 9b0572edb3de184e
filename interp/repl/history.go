package repl

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// history is a file of entries, one a line; within an entry a line's end is written \n, and a backslash \\. Each entry is
// appended with one write, so that sessions at the same time lose nothing of each other's; nothing is ever taken out. It is
// kept for the person alone.
type history struct{ path string } // "": there is no file

// maxHistory is how much of the file's end is read, and entriesKept how many entries are offered.
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
	f, err := os.Open(h.path)
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
	return slices.Clone(out[max(0, len(out)-entriesKept):])
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
			if cerr := f.Close(); err == nil {
				err = cerr
			}
		}
	}
	if err != nil {
		h.path = ""
	}
}
