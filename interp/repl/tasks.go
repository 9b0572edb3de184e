package repl

import (
	"fmt"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// endedKept is how many tasks that have ended are kept, with their results.
const endedKept = 20

// TaskEnded implements interp.EndWatcher, for the main task: it keeps the tasks that were spawned, for :tasks.
func (e endings) TaskEnded(t *interp.Task) {
	if e.r.call != nil && t != e.r.call.Task() {
		e.r.ended = append(e.r.ended, t)
		e.r.ended = e.r.ended[max(0, len(e.r.ended)-endedKept):]
	}
}

type endings struct{ r *REPL }

// tasks prints the tasks that have not ended: one that owns others, because it waits for them, above those; and the last of those that
// have ended.
func (r *REPL) tasks(c *interp.Call, _ string) error {
	all := c.Tasks()
	var b strings.Builder
	under := map[*interp.Task][]*interp.Task{}
	for _, t := range all {
		if t == c.Task() {
			continue
		}
		owner := t.Owner()
		if owner == c.Task() {
			owner = nil
		}
		under[owner] = append(under[owner], t)
	}
	var tree func(owner *interp.Task, indent string)
	tree = func(owner *interp.Task, indent string) {
		for _, t := range under[owner] {
			state := t.State()
			if where, since := t.Waiting(); where != "" {
				state = fmt.Sprintf("waiting in %s, for %s", where, short(since))
				if what := t.WaitsForText(); what != "" {
					state += ": " + what
				}
			}
			fmt.Fprintf(&b, "%s%d '%s'  %s\n", indent, t.ID(), t.Name(), state)
			tree(t, indent+"  ")
		}
	}
	tree(nil, "")
	if b.Len() == 0 {
		b.WriteString("no tasks\n")
	}
	if len(r.ended) == 0 {
		return r.page(c, b.String())
	}
	return r.scoped(c, func() error {
		b.WriteString("ended:\n")
		for _, t := range r.ended {
			how, err := r.ending(c, t)
			if err != nil {
				return err
			}
			line := fmt.Sprintf("  %d '%s'  %s", t.ID(), t.Name(), how)
			if most := r.width() - 1; interp.Cells(line) > most {
				line = interp.CutCells(line, most-3) + "..."
			}
			b.WriteString(line + "\n")
		}
		return r.page(c, b.String())
	})
}

// ending is how a task has ended, in one line. An error is a cancellation.
func (r *REPL) ending(c *interp.Call, t *interp.Task) (string, error) {
	if err := t.Err(); err != nil {
		text := strings.ReplaceAll(err.Error(), "\n", " ")
		if e, ok := err.(*interp.Error); ok {
			text = strings.ReplaceAll(e.Brief(), "\n", " ")
		}
		if t.Cancelled() {
			return text, nil
		}
		return r.colour("31", "failed") + ": " + text, nil
	}
	vals, err := t.Result()
	if err != nil {
		return err.Error(), nil
	}
	if len(vals) == 0 {
		return "returned", nil
	}
	texts := make([]string, len(vals))
	for i, v := range vals {
		if texts[i], err = c.Show(v, mostLine); err != nil {
			return "", err
		}
		texts[i] = r.paintedValue(v, strings.ReplaceAll(texts[i], "\n", " "))
	}
	return "returned " + strings.Join(texts, ", "), nil
}

// mostLine is how wide a value may be that is shown in one line.
const mostLine = 10_000
