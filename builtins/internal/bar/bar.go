// Package bar is a progress bar, which the table progress makes, and which other tables take as their option progress.
package bar

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
)

// Bar says how much of something is done: on a terminal in a line below what is printed, else in a line of standard error every ten
// seconds of the loop's clock. Its methods are for the loop's side.
type Bar struct {
	task *interp.Task // that has made it: it knows the time
	term interp.Terminal
	all  *bars
	res  *interp.Resource

	mu    sync.Mutex // of what the terminal's goroutine reads
	label string
	unit  string
	done  float64
	total float64 // below zero: unknown
	rate  float64 // a second, of late
	start time.Duration
	at    time.Duration // of the last change

	fixed    bool // the script has said what the total is
	sampled  time.Duration
	sample   float64       // what was done then
	told     time.Duration // when the last line was written, where there is no terminal
	everTold bool
	news     bool // since the last line
	closed   bool
}

// Unknown is the total of what nobody knows the end of.
const Unknown = -1

// tellEach is how often there is a line without a terminal.
const tellEach = 10 * time.Second

// maxBars bounds how many a runtime has open.
const maxBars = 10_000

// bars are those of a runtime that are open.
type bars struct {
	mu     sync.Mutex
	list   []*Bar
	remove func() // takes their lines from the terminal
}

// New makes a bar, which is closed with the task that runs.
func New(c *interp.Call, label, unit string, total float64) (*Bar, error) {
	all := interp.Local[bars](c)
	if len(all.list) >= maxBars {
		return nil, interp.Errorf(interp.KindLimit, "%s: %d bars are open: close those that are done", c.Name(), maxBars)
	}
	now := c.Now()
	b := &Bar{task: c.Task(), term: c.Terminal(), all: all, label: label, unit: unit, total: total, fixed: total >= 0, start: now, at: now, sampled: now, told: now}
	b.res = c.Defer("progress bar", b, func(context.Context) error {
		b.leave()
		return nil
	})
	all.mu.Lock()
	all.list = append(all.list, b)
	if all.remove == nil {
		all.remove = b.term.Footer(all.lines)
	}
	all.mu.Unlock()
	return b, nil
}

// shown is how many bars are drawn at most: no terminal has more rows.
const shown = 100

// lines are the bars as a footer.
func (all *bars) lines(columns int) (lines []string) {
	all.mu.Lock()
	list := all.list[:min(len(all.list), shown)]
	all.mu.Unlock()
	for _, b := range list {
		lines = append(lines, b.line(columns))
	}
	return lines
}

// leave takes the bar off the terminal. It is called off the loop, too.
func (b *Bar) leave() {
	all := b.all
	remove := func() {}
	defer func() { remove() }() // without mu: the terminal may be asking for the lines
	all.mu.Lock()
	defer all.mu.Unlock()
	for i := range all.list {
		if all.list[i] == b {
			all.list = append(all.list[:i:i], all.list[i+1:]...)
			break
		}
	}
	if len(all.list) == 0 && all.remove != nil {
		remove, all.remove = all.remove, nil
	}
}

// Close ends the bar. Without a terminal, one that was told of before has its last word.
func (b *Bar) Close() {
	if b.closed {
		return
	}
	b.closed = true
	if b.everTold && b.news {
		b.tell()
	}
	if b.res.Release() {
		b.leave()
	}
}

// Add says that n more are done.
func (b *Bar) Add(n float64) { b.Set(b.done + n) }

// Set says that n are done.
func (b *Bar) Set(n float64) {
	now := b.task.Now()
	b.news = true
	b.mu.Lock()
	b.done, b.at = n, now
	if d := (now - b.sampled).Seconds(); d >= 0.1 {
		rate := max(0, n-b.sample) / d
		if b.rate > 0 {
			weight := math.Exp(-d / 5) // what was five seconds ago counts a third
			rate = weight*b.rate + (1-weight)*rate
		}
		b.rate, b.sampled, b.sample = rate, now, n
	}
	b.mu.Unlock()
	if !b.term.Live() && !b.closed && now-b.told >= tellEach {
		b.everTold = true
		b.tell()
	}
}

// tell writes a line.
func (b *Bar) tell() {
	b.told, b.news = b.task.Now(), false
	b.term.Warn(b.line(math.MaxInt32))
}

// Done is how many are done.
func (b *Bar) Done() float64 { return b.done }

// SetTotal says how many there are to do.
func (b *Bar) SetTotal(total float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total, b.fixed = total, true
}

// More says that there are so many more to do, unless a script has said how many there are.
func (b *Bar) More(total float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.fixed && total >= 0 {
		b.total = max(0, b.total) + total
	}
}

// SetLabel says what it is that is done.
func (b *Bar) SetLabel(label string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.label = label
}

// String is how scripts see it.
func (b *Bar) String() string { return "progress bar: " + b.line(math.MaxInt32) }

// line is the bar in so many columns; where these are very many it is text alone.
func (b *Bar) line(columns int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	label, percent, share, parts := b.parts()
	if columns == math.MaxInt32 {
		if percent = strings.TrimSpace(percent); percent != "" {
			parts = append([]string{percent}, parts...)
		}
		if label != "" {
			label += ": "
		}
		return label + strings.Join(parts, ", ")
	}
	if most := max(8, columns/3); interp.Cells(label) > most {
		label = interp.CutCells(label, most-1) + "…"
	}
	for len(parts) > 0 { // from the least important on, until it fits
		text := strings.TrimLeft(label+" "+percent, " ") + " " + strings.Join(parts, "  ")
		room := columns - 1 - interp.Cells(text) - 3
		if room >= 8 && share >= 0 {
			return strings.TrimLeft(label+" "+gauge(share, min(room, 40))+" "+percent, " ") + " " + strings.Join(parts, "  ")
		}
		if room >= -3 {
			return text
		}
		parts = parts[:len(parts)-1]
	}
	return strings.TrimSpace(label + " " + percent)
}

// parts are what a line is made of: beside the label and the share, which is below zero where the total is unknown, how much is done,
// the rate, and the time left or spent. The caller holds mu.
func (b *Bar) parts() (label, percent string, share float64, parts []string) {
	share = -1.0
	if b.total > 0 {
		share = min(1, max(0, b.done/b.total))
	}
	count := b.amount(b.done)
	if b.total >= 0 {
		count = b.amount(b.done) + "/" + b.amount(b.total)
	}
	if b.unit != "" && b.unit != "bytes" {
		count += " " + b.unit
	}
	parts = append(parts, count)
	if b.rate > 0 {
		parts = append(parts, b.amount(b.rate)+"/s")
	}
	if left := (b.total - b.done) / b.rate; b.total >= 0 && b.rate > 0 && left > 0 && left < 1e7 {
		parts = append(parts, Clock(time.Duration(left*float64(time.Second)))+" left")
	} else if spent := b.at - b.start; spent >= time.Second {
		parts = append(parts, Clock(spent))
	}
	if share >= 0 {
		percent = fmt.Sprintf("%3d%%", int(math.Floor(share*100)))
	}
	return visible(b.label), percent, share, parts
}

// visible is text in one line, with nothing in it that moves a cursor.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// gauge is a share of one as a picture of so many cells, the brackets among them.
func gauge(share float64, cells int) string {
	inside := cells - 2
	full := int(share * float64(inside))
	s := strings.Repeat("=", full)
	if full < inside {
		s += ">"
	}
	return "[" + s + strings.Repeat(" ", inside-len(s)) + "]"
}

// amount is a number as a person reads it.
func (b *Bar) amount(n float64) string {
	if b.unit == "bytes" {
		for _, u := range []struct {
			name string
			size float64
		}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
			if math.Abs(n) >= u.size {
				return fmt.Sprintf("%.1f %s", n/u.size, u.name)
			}
		}
		return fmt.Sprintf("%.0f B", n)
	}
	if math.Abs(n) >= 100 && math.Abs(n) < 1e15 {
		n = math.Round(n)
	}
	if n != math.Trunc(n) || math.Abs(n) >= 1e15 {
		return fmt.Sprintf("%.3g", n)
	}
	return fmt.Sprintf("%.0f", n)
}

// Clock is a duration as a clock shows it: 1:05, 2:03:04.
func Clock(d time.Duration) string {
	s := int64(d.Round(time.Second) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Reporter is what a builtin that takes the option progress tells how far it is. A nil Reporter tells nobody.
type Reporter struct {
	bar  *Bar
	own  bool
	fn   interp.Value
	last float64
	more bool // the bar knows the total
}

// Option reads the option progress of the i-th argument: a bar, true for one of the call's own, whose label and unit these are, or a
// function, which is called with what is done and the total.
func Option(c *interp.Call, i int, v interp.Value, label, unit string) (*Reporter, error) {
	if !v.Truth() {
		return nil, nil
	}
	r := &Reporter{}
	b, isBar := v.Object().(*Bar)
	switch {
	case isBar:
		r.bar = b
	case v.Type() == "boolean":
		bar, err := New(c, label, unit, Unknown)
		if err != nil {
			return nil, err
		}
		r.bar, r.own = bar, true
	case v.IsFunction():
		r.fn = v
	default:
		return nil, c.ArgError(i, "option 'progress': a bar, true or a function expected, got "+v.Type())
	}
	return r, nil
}

// CheckCounted is an error for a function as the option progress of the i-th argument: where Count tells of things that end between two turns
// there is nobody to call it.
func CheckCounted(c *interp.Call, i int, v interp.Value) error {
	if v.IsFunction() {
		return c.ArgError(i, "option 'progress': a bar or true expected, got function")
	}
	return nil
}

// Wanted reports whether anybody is told.
func (r *Reporter) Wanted() bool { return r != nil && (r.bar != nil || !r.fn.IsNil()) }

// Report says how much is done of how much; a total of Unknown is nil to a function.
func (r *Reporter) Report(c *interp.Call, done, total float64) error {
	if r == nil {
		return nil
	}
	if r.bar != nil {
		r.Count(done, total)
		return nil
	}
	of := interp.Value{}
	if total >= 0 {
		of = interp.Number(total)
	}
	_, err := c.Call(r.fn, interp.Number(done), of)
	return err
}

// Count is Report to a bar, if it is one that is told.
func (r *Reporter) Count(done, total float64) {
	if r == nil || r.bar == nil {
		return
	}
	if !r.more && total >= 0 {
		r.more = true
		r.bar.More(total)
	}
	r.bar.Add(done - r.last)
	r.last = done
}

// Close ends a bar of the call's own.
func (r *Reporter) Close() {
	if r != nil && r.own {
		r.bar.Close()
	}
}
