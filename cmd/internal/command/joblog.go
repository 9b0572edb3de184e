package command

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/lull-lua/lull/interp"
)

// joblog is the Tracer of --joblog: a line for each task that has ended, as GNU parallel's.
type joblog struct {
	w     io.WriteCloser
	base  float64 // what the loop's clock began at, in seconds of the epoch
	tasks map[uint64]*job
	last  []string // the lines of main tasks, which come last
	err   error    // of the first write that failed
}

// job is a task that has not ended.
type job struct {
	start, turn time.Duration // turn: where the one under way began
	ran         time.Duration
	running     bool
}

const joblogHeader = "id\tparent\tname\tstart\tseconds\tran\twaited\tstate\terror\n"

// virtualEpoch is what a virtual clock starts at.
var virtualEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func newJoblog(file string, virtual bool) (*joblog, error) {
	f, err := openPrivate(file)
	if err != nil {
		return nil, err
	}
	l := &joblog{w: f, base: epoch(), tasks: map[uint64]*job{}}
	if virtual {
		l.base = float64(virtualEpoch.Unix())
	}
	_, l.err = io.WriteString(l.w, joblogHeader)
	return l, nil
}

// Spawn implements interp.Tracer.
func (l *joblog) Spawn(t *interp.Task) { l.tasks[t.ID()] = &job{start: t.Now()} }

// Switch implements interp.Tracer.
func (l *joblog) Switch(t *interp.Task) {
	if j := l.tasks[t.ID()]; j != nil {
		j.turn, j.running = t.Now(), true
	}
}

// Park implements interp.Tracer.
func (l *joblog) Park(t *interp.Task) {
	if j := l.tasks[t.ID()]; j != nil && j.running {
		j.ran += t.Now() - j.turn
		j.running = false
		if t.Yields() { // its Wake is its Switch
			j.turn, j.running = t.Now(), true
		}
	}
}

// Wake implements interp.Tracer.
func (l *joblog) Wake(*interp.Task) {}

// End implements interp.Tracer.
func (l *joblog) End(t *interp.Task) {
	j := l.tasks[t.ID()]
	if j == nil {
		return
	}
	delete(l.tasks, t.ID())
	now := t.Now()
	if j.running {
		j.ran += now - j.turn
	}
	text := ""
	if err := t.Err(); err != nil {
		text = err.Error()
	}
	took := now - j.start
	line := fmt.Sprintf("%d\t%d\t%s\t%.3f\t%.3f\t%.3f\t%.3f\t%s\t%s\n", t.ID(), t.Spawner(), field(t.Name()), l.base+j.start.Seconds(),
		took.Seconds(), j.ran.Seconds(), max(0, took-j.ran).Seconds(), t.State(), field(text))
	if t.Spawner() == 0 {
		l.last = append(l.last, line)
		return
	}
	l.write(line)
}

func (l *joblog) write(line string) {
	if l.err == nil {
		_, l.err = io.WriteString(l.w, line)
	}
}

// close writes the lines of main tasks, and returns what went wrong.
func (l *joblog) close() error {
	for _, line := range l.last {
		l.write(line)
	}
	err := l.w.Close()
	if l.err != nil {
		return l.err
	}
	return err
}

// field is a text in one field: what ends one, and the line, is escaped.
func field(text string) string {
	return strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(text)
}
