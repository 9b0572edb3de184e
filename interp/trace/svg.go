package trace

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"regexp"
	"slices"
	"sync"
	"time"
	"unicode/utf8"
)

// The picture's measures, in points.
const (
	svgWidth  = 860
	svgLabels = 150
	svgEnds   = 90 // right of the timeline: how tasks have ended
	svgTop    = 54
	svgRows   = 40 // of so many tasks at most
	svgFew    = 12 // so many tasks have higher rows
	svgCells  = svgWidth - svgLabels - svgEnds
)

const svgStyle = `<style>.b{fill:#fff}.f{fill:#1d2126}.d{fill:#5d6670}.l{stroke:#dfe3e8}.r{fill:#0b4f83}.y{fill:#e69f00}.x{fill:#b83a00}.w0{fill:#56b4e9}.w1{fill:#c9bfe6}.w2{fill:#f0c2dc}.w3{fill:#5dc4a3}.w4{fill:#9aa5b1}
@media(prefers-color-scheme:dark){.b{fill:#14171b}.f{fill:#e3e6ea}.d{fill:#9aa4af}.l{stroke:#2c323a}.r{fill:#7cc4f5}.y{fill:#ffb938}.x{fill:#ff8a5c}.w0{fill:#2f7fb0}.w1{fill:#584f7d}.w2{fill:#7d4463}.w3{fill:#0a7a5b}.w4{fill:#59636e}}</style>
`

// minutes are those that have no seconds, or hours without minutes: 1m0s is written 1m.
var minutes = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([mh])(?:0[ms])+$`) })

// svgPicture is one that is being written.
type svgPicture struct {
	t       *Trace
	out     *bufio.Writer
	row     int // the height of a task's lane
	classes map[string]int
	drawn   map[string]bool // what the legend has to explain
}

// SVG writes a small picture of the timeline, light and dark, for READMEs, issues and CI: of up to 40 tasks, the main one, those that
// failed and those that lived longest. It says how many are left out.
func (t *Trace) SVG(w io.Writer) error {
	tasks := t.shownTasks(svgRows)
	p := &svgPicture{t: t, out: bufio.NewWriter(w), row: 15, classes: t.classes(), drawn: map[string]bool{}}
	if len(tasks) <= svgFew {
		p.row = 25
	}
	bottom := svgTop + p.row*len(tasks)
	title := fmt.Sprintf("%s: %s, %d tasks", oneLine(t.Script, 60), Short(t.Elapsed()), len(t.Tasks))
	fmt.Fprintf(p.out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="system-ui,sans-serif" font-size="%d">`+"\n",
		svgWidth, bottom+34, svgWidth, bottom+34, html.EscapeString(title), p.fontSize())
	fmt.Fprintf(p.out, "%s<rect class=\"b\" width=\"100%%\" height=\"100%%\" rx=\"6\"/>\n<text class=\"f\" x=\"12\" y=\"22\" font-size=\"13\" font-weight=\"600\">%s</text>\n", svgStyle, html.EscapeString(title))
	for at := time.Duration(0); at <= t.Elapsed(); at += tick(t.Elapsed()) {
		x := p.x(t.Begin + at)
		fmt.Fprintf(p.out, "<path class=\"l\" d=\"M%.1f %dV%d\"/><text class=\"d\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" font-size=\"11\">%s</text>\n",
			x, svgTop-4, bottom+4, x, svgTop-9, minutes().ReplaceAllString(Short(at), "$1"))
	}
	for i, k := range tasks {
		p.lane(k, svgTop+p.row*i)
	}
	p.legend(bottom+22, len(t.Tasks)-len(tasks))
	fmt.Fprintln(p.out, "</svg>")
	return flushed(p.out)
}

func (p *svgPicture) fontSize() int { return 8 + p.row/5 }

// x is where a moment is drawn.
func (p *svgPicture) x(d time.Duration) float64 {
	return svgLabels + float64(max(0, d-p.t.Begin))/float64(max(p.t.Elapsed(), 1))*svgCells
}

// tick is the distance between the marks of a timeline: one, two or five of some decimal, so that there are at most eight.
func tick(whole time.Duration) time.Duration {
	for unit := time.Duration(1); ; unit *= 10 {
		for _, n := range []time.Duration{1, 2, 5} {
			if whole/(n*unit) <= 7 {
				return n * unit
			}
		}
	}
}

// lane draws a task: its name, what it does, and how it has ended.
func (p *svgPicture) lane(k *Task, y int) {
	base := y + p.row/2 + p.fontSize()/3
	class, end := "d", ""
	switch {
	case k.State == "failed":
		class, end = "x", "\u2715 failed"
	case k.State == "cancelled":
		end = "cancelled"
	case k.Ended && k.Spawner != 0:
		end = "\u2713"
	}
	name := class
	if class == "d" {
		name = "f"
	}
	fmt.Fprintf(p.out, "<text class=\"%s\" x=\"12\" y=\"%d\">%s</text>\n", name, base, html.EscapeString(oneLine(k.Name, 20)))
	p.stretches(k, y)
	if end != "" {
		fmt.Fprintf(p.out, "<text class=\"%s\" x=\"%.1f\" y=\"%d\">%s</text>\n", class, p.x(k.End)+6, base, end)
	}
}

// stretches draws what a task does; what would be narrower than half a point is left to its neighbours.
func (p *svgPicture) stretches(k *Task, y int) {
	until := -1.0
	i := -1 // the turn before
	draw := func(class, what string, high int, begin, end time.Duration, least float64) {
		a, z := p.x(begin), p.x(end)
		if a = max(a, until); z-a < least {
			return
		}
		until = z
		p.drawn[what] = true
		fmt.Fprintf(p.out, "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n", class, a, y+(p.row-high)/2, z-a, high)
	}
	p.t.eachStretch(k, func(_, kind string, begin, end time.Duration) {
		switch kind {
		case "turn":
			i++
			draw("r", "runs", p.row*3/4, begin, end, 0.4)
		case "ready":
			draw("y", "ready", p.row/2, begin, end, 0.5)
		default:
			builtin := p.t.Sites[k.Turns[i].Site].Builtin
			draw(fmt.Sprintf("w%d", p.classes[builtin]), builtin, p.row/2, begin, end, 0.5)
		}
	})
}

// legend says what the colours are that have been drawn, and of how many tasks nothing was.
func (p *svgPicture) legend(y, more int) {
	x := 12
	item := func(class, text string) {
		fmt.Fprintf(p.out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"10\" height=\"10\"/><text class=\"d\" x=\"%d\" y=\"%d\" font-size=\"11\">%s</text>\n",
			class, x, y-9, x+15, y, html.EscapeString(text))
		x += 15 + 7*utf8.RuneCountInString(text) + 16
	}
	if p.drawn["runs"] {
		item("r", "runs")
	}
	if p.drawn["ready"] {
		item("y", "ready")
	}
	byClass := make([]string, 5)
	for name, class := range p.classes {
		if p.drawn[name] && (byClass[class] == "" || name < byClass[class]) {
			byClass[class] = name
		}
	}
	for class, name := range byClass {
		switch {
		case name == "":
		case class == len(byClass)-1: // it is the colour of all the rest
			item("w4", "waits elsewhere")
		default:
			item(fmt.Sprintf("w%d", class), "waits in "+oneLine(name, 20))
		}
	}
	if more > 0 {
		fmt.Fprintf(p.out, "<text class=\"d\" x=\"%d\" y=\"%d\" font-size=\"11\">and %d more</text>\n", x, y, more)
	}
}

// classes gives the builtins that were waited for longest a colour of their own.
func (t *Trace) classes() map[string]int {
	classes := map[string]int{}
	for _, w := range t.Summary().Waits {
		kind := t.Sites[w.Site].Builtin
		if _, ok := classes[kind]; !ok {
			classes[kind] = min(len(classes), 4)
		}
	}
	return classes
}

// shownTasks are the n that matter most, in their order.
func (t *Trace) shownTasks(n int) []*Task {
	tasks := slices.Clone(t.Tasks)
	rank := func(k *Task) int {
		switch {
		case k.Spawner == 0:
			return 0
		case k.State == "failed":
			return 1
		}
		return 2
	}
	slices.SortStableFunc(tasks, func(a, b *Task) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return compare(b.End-b.Spawned, a.End-a.Spawned)
	})
	tasks = tasks[:min(n, len(tasks))]
	slices.SortFunc(tasks, func(a, b *Task) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return tasks
}
