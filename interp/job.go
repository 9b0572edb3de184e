package interp

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/list"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Job is what an async function returns: a call that has not started. It runs once.
type Job struct {
	fn   *lua.LFunction
	args []lua.LValue
	name string
	made vm.Site
	own  bool // the async function is what a task does: task.map(items, async(f))
	used bool
	list *jobList
	link list.Link[Job]
}

// NewJob makes a job of a function and its arguments. If it is never started, that is an error of its run's.
func (c *Call) NewJob(fn Value, args ...Value) *Job {
	j := &Job{fn: fn.lv.(*lua.LFunction), list: &c.task.run.jobs, name: vm.CalleeName(c.l), made: vm.SiteOf(c.l)}
	if by := c.task.site; j.made == (vm.Site{}) && by != nil {
		j.made, j.own = by.place, true
	}
	if c.task.run.over() {
		j.list = &c.rt.jobs
	}
	for _, a := range args {
		j.args = append(j.args, a.lua())
	}
	if j.name == "" {
		j.name = c.rt.functionName(j.fn)
	}
	j.list.Push(&j.link, j)
	return j
}

// Name is the function's name, or where it was defined.
func (j *Job) Name() string { return j.name }

// instead is what one does with a job or a task that was taken for its value.
func instead(v lua.LValue) string {
	switch object(v).(type) {
	case *Job, *Task:
		return "its values are what await(...) returns"
	}
	return ""
}

func (j *Job) use() error {
	if j.used {
		return Errorf(KindError, "job '%s' was used already; a job runs once", j.name)
	}
	j.used = true
	j.list.Remove(&j.link)
	return nil
}

// jobList are the jobs of a run that have not started, in the order in which they were made.
type jobList = list.List[Job]

// maxUnstarted bounds the errors about jobs that were never started.
const maxUnstarted = 20

// unstarted are the errors about jobs that were never started: one for all of a name from the same line.
func (rt *Runtime) unstarted(l *jobList) []error {
	type origin struct{ pos, name string }
	var (
		errs  []error
		of    = map[origin]*Error{}
		count = map[origin]int{}
		more  int
	)
	for j := range l.All() {
		pos, at := placeOf(j.made)
		o := origin{pos, j.name}
		if of[o] == nil {
			if len(errs) == maxUnstarted {
				more++
				continue
			}
			of[o] = &Error{rt: rt, Kind: KindError, Msg: fmt.Sprintf("job '%s' was never awaited", j.name), pos: pos, at: at}
			if j.own {
				of[o].advice = &vm.Advice{Text: "a task has called an async function and ended with the job: give it the function itself, without async"}
			}
			errs = append(errs, of[o])
		}
		count[o]++
	}
	for o, n := range count {
		if n > 1 {
			of[o].Msg += fmt.Sprintf(" (%d times)", n)
		}
	}
	if more > 0 {
		errs = append(errs, &Error{rt: rt, Kind: KindError, Msg: fmt.Sprintf("%d more jobs were never awaited", more)})
	}
	return errs
}
