package test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/trace"
)

// traces are what is recorded of a test: its own runtime first, then the scripts that it runs. Each keeps its end alone, where it is long.
type traces struct {
	start time.Time // of the test
	mu    sync.Mutex
	all   []*traced
}

type traced struct {
	header trace.Header
	rec    *trace.Recorder
}

// maxTrace is about how many bytes are kept of a runtime: some million turns.
const maxTrace = 16 << 20

// maxTraced is how many scripts of a test are recorded.
const maxTraced = 20

// virtualStart is the time of day at which virtual clocks start, in seconds since 1970.
var virtualStart = float64(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Unix())

// option has a runtime recorded that is made for a script.
func (t *traces) option(script string, virtual bool) (interp.Option, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.all) > maxTraced {
		return interp.Combine(), nil
	}
	rec, err := trace.NewLastRecorder(maxTrace)
	if err != nil {
		return nil, err
	}
	h := trace.Header{Script: script, Start: virtualStart, Virtual: virtual}
	if !virtual {
		h.Start = float64(t.start.UnixMicro()) / 1e6
	}
	t.all = append(t.all, &traced{h, rec})
	return interp.WithTracer(rec), nil
}

// write writes a page for each, whose names begin with that of the test. The runtimes are closed.
func (t *traces) write(dir, name string) (pages []string, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	for i, one := range t.all {
		page := path.Join(filepath.ToSlash(dir), name)
		if i > 0 {
			page += fmt.Sprintf("-run%d", i)
		}
		page += ".html"
		if e := one.write(page); e != nil {
			err = errors.Join(err, e)
			continue
		}
		pages = append(pages, page)
	}
	return pages, err
}

func (t *traced) write(name string) error {
	var b strings.Builder
	if err := t.rec.Save(&b, t.header); err != nil {
		return err
	}
	is, err := trace.Read(strings.NewReader(b.String()))
	if err != nil {
		return err
	}
	return replaceFile(name, 0o600, is.Page) // names and errors may be secrets
}

// pageName is what the pages of a test are called.
func (c *Case) pageName() string {
	word := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r) {
				return r
			}
			return '_'
		}, s)
	}
	name := word(strings.TrimSuffix(strings.TrimLeft(c.File, "./"), ".lua")) + "-" + word(c.Name)
	return name[:min(len(name), 150)]
}

// namePages gives each test a name for its pages, which is its own.
func (r *runner) namePages() {
	taken := map[string]bool{}
	for _, f := range r.files {
		for _, j := range f.cases {
			name := j.pageName()
			for i := 2; taken[name]; i++ {
				name = fmt.Sprintf("%s-%d", j.pageName(), i)
			}
			taken[name] = true
			j.page = name
		}
	}
}

// replaceFile writes a file so that nobody sees half of it.
func replaceFile(to string, mode os.FileMode, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(to), ".lull-")
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Chmod(mode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), to)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
