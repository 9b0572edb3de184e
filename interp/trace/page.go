package trace

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed timeline.js
	timelineJS string
	//go:embed timeline.css
	timelineCSS string
)

// hole is where the page has its data.
const hole = "<!--DATA-->"

// Page writes the trace as a page: one HTML file, which loads nothing from anywhere. Its data is gzip in base64, and is made anew of what
// Read has checked; base64 has nothing that HTML would take for its own.
func (t *Trace) Page(w io.Writer) error {
	before, after, ok := strings.Cut(pageHTML, hole)
	before = strings.Replace(before, "<!--CSS-->", timelineCSS, 1)
	after = strings.Replace(after, "<!--JS-->", timelineJS, 1)
	if !ok {
		return fmt.Errorf("trace: the page has no place for its data")
	}
	if _, err := io.WriteString(w, before); err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	text := base64.NewEncoder(base64.StdEncoding, w)
	packed, err := gzip.NewWriterLevel(text, gzip.BestCompression)
	if err == nil {
		err = t.timeline(packed)
	}
	if err == nil {
		err = packed.Close()
	}
	if err == nil {
		err = text.Close()
	}
	if err == nil {
		_, err = io.WriteString(w, after)
	}
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return nil
}

// columns are what the page reads: a JSON text, its length before it, and then numbers, in columns, as they are packed best.
type columns struct {
	t       *Trace
	unit    time.Duration
	index   map[uint64]int // of tasks, by their numbers
	texts   map[string]int
	strings []string
}

func (c *columns) text(s string) uint64 {
	i, ok := c.texts[s]
	if !ok {
		i = len(c.strings)
		c.texts[s] = i
		c.strings = append(c.strings, s)
	}
	return uint64(i)
}

// at is a time on the page.
func (c *columns) at(d time.Duration) int64 { return int64((d - c.t.Begin) / c.unit) }

// task is the place of a task in the list, from 1; 0 for none.
func (c *columns) task(id uint64) uint64 {
	if i, ok := c.index[id]; ok {
		return uint64(i + 1)
	}
	return 0
}

// Timeline writes what timeline.js shows: the data of the page, which is gzip there. A host that shows runs while they go on hands it to a
// copy of that file; its function decode says what the columns are.
func (t *Trace) Timeline(w io.Writer) error {
	if err := t.timeline(w); err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return nil
}

func (t *Trace) timeline(w io.Writer) error {
	c := &columns{t: t, unit: unit, index: map[uint64]int{}, texts: map[string]int{"": 0}, strings: []string{""}}
	if t.Elapsed() > 2*time.Second {
		c.unit = time.Microsecond // nobody sees less
	}
	for i, k := range t.Tasks {
		c.index[k.ID] = i
	}
	var b []byte
	column := func(of func(k *Task) uint64) {
		for _, k := range t.Tasks {
			b = put(b, of(k))
		}
	}
	prev := uint64(0)
	column(func(k *Task) uint64 { d := k.ID - prev; prev = k.ID; return d })
	column(func(k *Task) uint64 { return distance(uint64(c.index[k.ID]+1), c.task(k.Spawner)) })
	column(func(k *Task) uint64 { return distance(uint64(c.index[k.ID]+1), c.task(k.Owner)) })
	column(func(k *Task) uint64 { return c.text(k.Name) })
	column(func(k *Task) uint64 { return uint64(k.At) })
	last := int64(0)
	for _, k := range t.Tasks {
		at := c.at(k.Spawned)
		b = putSigned(b, at-last)
		last = at
	}
	column(func(k *Task) uint64 { return uint64(max(0, c.at(k.End)-c.at(k.Spawned))) })
	column(func(k *Task) uint64 {
		return uint64(map[string]int{"done": 0, "failed": 1, "cancelled": 2, "under way": 3}[k.State])
	})
	column(func(k *Task) uint64 { return c.text(k.Text) })
	column(func(k *Task) uint64 { return uint64(len(k.Turns)) })
	column(func(k *Task) uint64 { return uint64(len(k.Brackets)) })
	column(func(k *Task) uint64 { return uint64(len(k.Opened)) })
	turns := func(of func(k *Task, i int, u *Turn)) {
		for _, k := range t.Tasks {
			for i := range k.Turns {
				of(k, i, &k.Turns[i])
			}
		}
	}
	before := func(k *Task, i int) int64 {
		if i == 0 {
			return c.at(k.Spawned)
		}
		return c.at(k.Turns[i-1].End)
	}
	turns(func(k *Task, i int, u *Turn) { b = put(b, uint64(max(0, c.at(u.Woken)-before(k, i)))) })
	turns(func(_ *Task, _ int, u *Turn) { b = put(b, uint64(max(0, c.at(u.Begin)-c.at(u.Woken)))) })
	turns(func(_ *Task, _ int, u *Turn) { b = put(b, uint64(max(0, c.at(u.End)-c.at(u.Begin)))) })
	turns(func(_ *Task, _ int, u *Turn) { b = append(b, byte(u.Cause)) })
	turns(func(k *Task, _ int, u *Turn) {
		if u.Cause.Who() == ByTask {
			by := int64(c.task(u.By))
			if by == 0 {
				by = int64(c.index[k.ID] + 1) // itself: nobody knows
			}
			b = putSigned(b, by-int64(c.index[k.ID]+1))
		}
	})
	turns(func(_ *Task, _ int, u *Turn) {
		if u.Cause&Cancelled != 0 {
			b = put(b, c.text(u.Reason))
		}
	})
	turns(func(_ *Task, _ int, u *Turn) { b = put(b, uint64(u.Site)) })
	turns(func(_ *Task, _ int, u *Turn) { b = put(b, uint64(u.Object)) })
	turns(func(_ *Task, _ int, u *Turn) {
		if u.Object != 0 {
			b = put(b, c.task(u.Holder))
		}
	})
	for _, k := range t.Tasks {
		for _, r := range k.Brackets {
			b = put(put(put(b, c.text(r.Label())), uint64(r.Depth)), c.text(r.Text))
			b = putSigned(b, c.at(r.Begin)-c.at(k.Spawned))
			b = put(b, uint64(max(0, c.at(r.End)-c.at(r.Begin))))
		}
	}
	for _, k := range t.Tasks {
		for _, o := range k.Opened {
			b = put(b, c.text(o.Name))
			b = putSigned(b, c.at(o.Begin)-c.at(k.Spawned))
			b = put(b, uint64(max(0, c.at(o.End)-c.at(o.Begin))))
		}
	}
	head, err := json.Marshal(c.head())
	if err != nil {
		return err
	}
	if _, err := w.Write(put(nil, uint64(len(head)))); err != nil {
		return err
	}
	_, err = io.Copy(w, bytes.NewReader(append(head, b...)))
	return err
}

// head is the JSON text.
func (c *columns) head() map[string]any {
	t, s := c.t, c.t.Summary()
	sites := make([]string, len(t.Sites))
	kinds := make([]string, len(t.Sites)) // what gives a site its colour
	for i, at := range t.Sites {
		sites[i], kinds[i] = at.String(), at.Builtin
	}
	objects := make([]string, len(t.Objects))
	for i, o := range t.Objects {
		if o.Kind != "task" {
			objects[i] = o.Name
		}
	}
	number := func(k *Task) int {
		if k == nil {
			return -1
		}
		return c.index[k.ID]
	}
	sums := func(all []WaitSum) []any {
		rows := []any{} // which JSON has as a list, also where it is empty
		for _, w := range all[:min(len(all), most)] {
			rows = append(rows, []any{w.What, int64(w.Total / c.unit), w.Count, int64(w.Longest.Took / c.unit), number(w.Longest.Task), c.at(w.Longest.Begin), w.Site, number(w.Holder), int64(w.Held / c.unit)})
		}
		return rows
	}
	moments := func(all []Moment) []any {
		rows := []any{}
		for _, m := range all {
			rows = append(rows, []any{number(m.Task), c.at(m.Begin), int64(m.Took / c.unit)})
		}
		return rows
	}
	cancelled, path, failed := []any{}, []any{}, []any{}
	for _, x := range s.Cancelled[:min(len(s.Cancelled), most)] {
		cancelled = append(cancelled, []any{x.Reason, x.Count, number(x.First)})
	}
	for _, p := range s.Path[:min(len(s.Path), maxShownPath)] {
		path = append(path, []any{number(p.Task), c.at(p.Begin), c.at(p.End)})
	}
	for _, k := range s.Failures[:min(len(s.Failures), 100)] {
		failed = append(failed, number(k))
	}
	return map[string]any{
		"script": t.Script, "version": t.Version, "start": t.Start, "virtual": t.Virtual, "truncated": t.Truncated, "last": t.Last,
		"unit": int64(c.unit), "end": c.at(t.End), "begin": int64(t.Begin / time.Microsecond), "tasks": len(t.Tasks), "turns": t.Turns,
		"strings": c.strings, "sites": sites, "kinds": kinds, "objects": objects,
		"waits": sums(s.Waits), "held": sums(s.Objects), "long": moments(s.Turns), "late": moments(s.Readies), "failed": failed,
		"cancelled": cancelled, "path": path, "pathSums": sums(s.PathSums), "pathCut": len(s.Path) > maxShownPath,
		"counts": []int{s.Failed, s.Cut, s.Peak}, "ran": int64(s.Ran / c.unit),
	}
}

// maxShownPath bounds the steps of the critical path that the page draws; it says where it is cut.
const maxShownPath = 5000
