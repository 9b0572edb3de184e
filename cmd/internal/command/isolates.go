package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// isolateList is what the tasks of an isolate do.
type isolateList struct {
	ID     uint64      `json:"id"`
	Parent uint64      `json:"parent,omitempty"` // the isolate that has made it; 0: none has
	Task   uint64      `json:"task"`             // for whose call it is, in the one that has made it
	Name   string      `json:"name"`             // "isolate of 'map', item 3"
	Error  string      `json:"error,omitempty"`
	Tasks  []*taskLine `json:"tasks"`

	places [][]*taskLine // of its tasks, or of all isolates of its block
}

// isolates adds the isolates of a runtime to the list.
func (l *taskList) isolates(ctx context.Context, rt *interp.Runtime) {
	for _, i := range rt.Isolates(ctx) {
		one := &isolateList{ID: i.ID, Parent: i.Parent, Task: i.Task, Name: i.Name, Tasks: linesOf(i.Tasks)}
		if i.Err != nil {
			one.Error = heldText
		}
		l.Isolates = append(l.Isolates, one)
	}
}

// inIsolates is the end of the title.
func (l *taskList) inIsolates() string {
	n := 0
	for _, i := range l.Isolates {
		n += len(i.Tasks)
	}
	return tasksIn(n, len(l.Isolates), "isolate")
}

// tasksIn is how a title tells of tasks that are in parts of that name; "" where there are no parts.
func tasksIn(tasks, parts int, name string) string {
	if parts == 0 {
		return ""
	}
	return fmt.Sprintf(", and %d in %s", tasks, count(parts, name))
}

// writeIsolates writes a heading for each isolate, or with together for all whose tasks are at the same places, and has write write what is below it.
func (l *taskList) writeIsolates(b *strings.Builder, together bool, write func(i *isolateList)) {
	type block struct {
		*isolateList
		items []string
	}
	var blocks []*block
	known := map[string]*block{}
	for _, i := range l.Isolates {
		i.places = placesOf(i.Tasks, together)
		kind, item, _ := strings.Cut(i.Name, ", item ")
		key := fmt.Sprint(kind, i.Parent, i.Task, i.Error)
		for _, tasks := range i.places {
			key += fmt.Sprint(tasks[0].place())
		}
		k := known[key]
		if k == nil || !together || item == "" {
			k = &block{isolateList: i}
			known[key] = k
			blocks = append(blocks, k)
		} else {
			for at := range k.places {
				k.places[at] = append(k.places[at], i.places[at]...)
			}
		}
		k.items = append(k.items, item)
	}
	for _, k := range blocks {
		name := fmt.Sprintf("isolate %d%s", k.ID, strings.TrimPrefix(cutText(k.Name), "isolate"))
		if n := len(k.items); n > 1 {
			kind, _, _ := strings.Cut(k.Name, ", item ")
			name = fmt.Sprintf("%d isolates%s, items %s", n, strings.TrimPrefix(cutText(kind), "isolate"), cutList(k.items))
		}
		of := fmt.Sprintf("task %d", k.Task)
		if k.Parent != 0 {
			of += fmt.Sprintf(" of isolate %d", k.Parent)
		}
		fmt.Fprintf(b, "  %s, of %s:\n", name, of)
		if k.Error != "" {
			b.WriteString("    " + k.Error + "\n")
		}
		write(k.isolateList)
	}
}
