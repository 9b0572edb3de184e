package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/lull-lua/lull/interp"
)

// Job is one that the program of an Extension runs, in a runtime of its own.
type Job struct {
	ID      string // such as BATCH.3
	Batch   string
	Item    int // which of the batch's; 0: it is alone
	Attempt int
	Since   time.Time
	Runtime *interp.Runtime
}

// jobList is what the tasks of a job do.
type jobList struct {
	ID       string         `json:"id"`
	Batch    string         `json:"batch"`
	Item     int            `json:"item,omitempty"`
	Attempt  int            `json:"attempt"`
	Since    float64        `json:"since"` // the time of day, in seconds since 1970
	For      float64        `json:"for"`
	Error    string         `json:"error,omitempty"`
	Tasks    []*taskLine    `json:"tasks"`
	Isolates []*isolateList `json:"isolates,omitempty"`
}

// jobs adds the jobs of a program to the list, but for those that end meanwhile.
func (l *taskList) jobs(ctx context.Context, jobs []Job) {
	for _, j := range jobs {
		infos, err := j.Runtime.Tasks(ctx)
		if errors.Is(err, interp.ErrClosed) {
			continue
		}
		of := taskList{Tasks: linesOf(infos)}
		of.isolates(ctx, j.Runtime)
		since := float64(j.Since.UnixMicro()) / 1e6
		one := &jobList{ID: j.ID, Batch: j.Batch, Item: j.Item, Attempt: j.Attempt, Since: since, For: max(0, l.Now-since), Tasks: of.Tasks, Isolates: of.Isolates}
		if err != nil {
			one.Error = heldText
		}
		l.Jobs = append(l.Jobs, one)
	}
}

// list is that of the job's tasks.
func (j *jobList) list() *taskList { return &taskList{Tasks: j.Tasks, Isolates: j.Isolates} }

// inJobs is a part of the title.
func (l *taskList) inJobs() string {
	n := 0
	for _, j := range l.Jobs {
		n += len(j.Tasks)
	}
	return tasksIn(n, len(l.Jobs), "job")
}

// writeJobs writes a heading for each job, and below it what body makes of its tasks.
func (l *taskList) writeJobs(b *strings.Builder, body func(l *taskList) string) {
	for _, j := range l.Jobs {
		since := time.UnixMicro(int64(j.Since * 1e6)).Format(time.TimeOnly)
		fmt.Fprintf(b, "  job %s, attempt %d, since %s, for %s:\n", cutText(j.ID), j.Attempt, since, seconds(j.For))
		if j.Error != "" {
			b.WriteString("    " + j.Error + "\n")
		}
		for line := range strings.Lines(body(j.list())) {
			b.WriteString("  " + line)
		}
	}
}

// ShowJobs has SIGQUIT print on w what the jobs of a process do that runs no script, and answers ps and pstree, until stop is called. title says what the process is.
func ShowJobs(title string, jobs func() []Job, w io.Writer) (stop func()) {
	of := &subject{title: title, jobs: jobs}
	a := answer(of)
	d := &dumper{of: of, w: w}
	quits, over := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(quits, syscall.SIGQUIT)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-quits:
				d.dump()
			case <-over:
				return
			}
		}
	})
	return func() {
		signal.Stop(quits)
		close(over)
		wg.Wait()
		d.wg.Wait()
		a.stop()
	}
}
