package test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/lull-lua/lull/interp"
)

// snapshots are those of one file with tests: blocks of text by name, in testdata/FILE.snap beside it.
//
//	== a name
//	|a line of the text
//	|another
type snapshots struct {
	mu      sync.Mutex
	name    string // of the file, in the file system
	texts   map[string]string
	used    map[string]bool
	changed bool
}

// maxSnapshots is how large such a file may be, in bytes.
const maxSnapshots = 64 << 20

// readSnapshots reads those of a file; without one there are none yet.
func readSnapshots(f *file) (*snapshots, error) {
	base := strings.TrimSuffix(path.Base(f.name), ".lua") + ".snap"
	s := &snapshots{name: path.Join(path.Dir(f.name), "testdata", base), texts: map[string]string{}, used: map[string]bool{}}
	info, err := fs.Stat(f.r.fsys, s.name)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	if info.Size() > maxSnapshots {
		return nil, fmt.Errorf("%s: it is larger than %d MB", s.name, maxSnapshots>>20)
	}
	src, err := fs.ReadFile(f.r.fsys, s.name)
	if err != nil {
		return nil, err
	}
	return s, s.parse(strings.ReplaceAll(string(src), "\r\n", "\n"))
}

// parse reads the blocks.
func (s *snapshots) parse(src string) error {
	name, have := "", false
	var lines []string
	end := func() {
		if have {
			s.texts[name] = strings.Join(lines, "\n")
		}
		lines = nil
	}
	for i, line := range strings.Split(src, "\n") {
		head, isHead := strings.CutPrefix(line, "== ")
		text, isText := strings.CutPrefix(line, "|")
		switch {
		case isHead:
			end()
			name, have = head, true
			if strings.HasPrefix(head, `"`) {
				var err error
				if name, err = strconv.Unquote(head); err != nil {
					return fmt.Errorf("%s:%d: the name of the snapshot is no string: %s", s.name, i+1, head)
				}
			}
			if _, twice := s.texts[name]; twice {
				return fmt.Errorf("%s:%d: there are two snapshots of the name '%s'", s.name, i+1, name)
			}
		case isText && have:
			lines = append(lines, text)
		case line != "":
			return fmt.Errorf("%s:%d: a line begins with '== ' and a name, or with '|' and a line of text", s.name, i+1)
		}
	}
	end()
	return nil
}

// format writes the blocks, sorted by their names.
func (s *snapshots) format() []byte {
	var b bytes.Buffer
	for i, name := range slices.Sorted(maps.Keys(s.texts)) {
		if i > 0 {
			b.WriteString("\n")
		}
		if head := strconv.Quote(name); head[1:len(head)-1] != name || name == "" {
			fmt.Fprintf(&b, "== %s\n", head)
		} else {
			fmt.Fprintf(&b, "== %s\n", name)
		}
		b.WriteString("|" + strings.ReplaceAll(s.texts[name], "\n", "\n|") + "\n")
	}
	return b.Bytes()
}

// writeSnapshots writes what has changed, once the file's tests have ended, and names the blocks that no test has asked for.
func (f *file) writeSnapshots() (unused []string, err error) {
	s := f.snaps
	s.mu.Lock()
	defer s.mu.Unlock()
	all := true // of the tests have run to their ends
	for _, j := range f.cases {
		all = all && j.res != nil && j.res.Outcome == Passed
	}
	if all {
		for _, name := range slices.Sorted(maps.Keys(s.texts)) {
			switch {
			case s.used[name]:
			case f.r.opts.Update:
				delete(s.texts, name)
				s.changed = true
			default:
				unused = append(unused, s.name+": "+name)
			}
		}
	}
	if !s.changed {
		return unused, nil
	}
	to := filepath.Join(f.r.opts.Root, filepath.FromSlash(s.name))
	if len(s.texts) == 0 {
		return unused, os.Remove(to)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return unused, err
	}
	return unused, replaceFile(to, 0o644, func(w io.Writer) error {
		_, err := w.Write(s.format())
		return err
	})
}

// snapshot is e:snapshot([name]).
func snapshot(c *interp.Call) error {
	e := interp.Self[*expectation](c)
	w, err := worldOf(c)
	if err != nil {
		return err
	}
	if w.job == nil {
		return interp.Errorf(interp.KindError, "snapshot: it belongs into a test")
	}
	if e.no {
		return interp.Errorf(interp.KindError, "snapshot: expect.no has none: what a value is not says little")
	}
	name := w.job.Name
	if !c.Arg(1).IsNil() {
		part, err := c.Text(1)
		if err != nil {
			return err
		}
		name += ": " + part
	}
	if w.snaps == nil {
		w.snaps = map[string]int{}
	}
	if w.snaps[name]++; w.snaps[name] > 1 {
		name += fmt.Sprintf(" (%d)", w.snaps[name])
	}
	text, ok := e.text(c)
	if !ok {
		text = show(e.v)
	}
	if strings.Contains(text, "\r") {
		text = quoted(text)
	}
	return w.file.snaps.compare(name, text, w.file.r)
}

// compare compares a text with the block of that name, or makes that.
func (s *snapshots) compare(name, text string, r *runner) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	was, have := s.texts[name]
	s.used[name] = true
	switch {
	case have && was == text:
		return nil
	case !have && r.opts.CI:
		return interp.Errorf(kindFailed, "there is no snapshot '%s' in %s, and in CI none is written: run the tests without --ci, and commit the file", name, s.name)
	case r.opts.Root == "" && (!have || r.opts.Update):
		return interp.Errorf(kindFailed, "there is no snapshot '%s' in %s, and no folder to write it to", name, s.name)
	case !have || r.opts.Update:
		s.texts[name], s.changed = text, true
		return nil
	}
	return interp.Errorf(kindFailed, "expected what the snapshot '%s' in %s has (- snapshot, + now; --update writes it anew)%s",
		name, s.name, diff(strings.Split(was, "\n"), strings.Split(text, "\n")))
}
