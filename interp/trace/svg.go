package trace

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"slices"
	"time"
)

// The picture's measures, in points.
const (
	svgWidth  = 860
	svgLabels = 150
	svgTop    = 34
	svgRow    = 15
	svgRows   = 40 // of so many tasks at most
	svgCells  = svgWidth - svgLabels - 10
)

// SVG writes a small picture of the timeline, light and dark, for READMEs, issues and CI: of up to 40 tasks, the main one, those that
// failed and those that lived longest. It says how many are left out.
func (t *Trace) SVG(w io.Writer) error {
	out := bufio.NewWriter(w)
	tasks := t.shownTasks(svgRows)
	height := svgTop + svgRow*len(tasks) + 30
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="system-ui,sans-serif" font-size="11">
<style>.b{fill:#fff}.f{fill:#1d2126}.d{fill:#5d6670}.l{stroke:#dfe3e8}.r{fill:#0b4f83}.y{fill:#e69f00}.x{fill:#b83a00}.w0{fill:#56b4e9}.w1{fill:#009e73}.w2{fill:#cc79a7}.w3{fill:#d9c926}.w4{fill:#9aa5b1}
@media(prefers-color-scheme:dark){.b{fill:#14171b}.f{fill:#e3e6ea}.d{fill:#9aa4af}.l{stroke:#2c323a}.r{fill:#7cc4f5}.y{fill:#ffb938}.x{fill:#ff8a5c}.w0{fill:#2f7fb0}.w1{fill:#0a7a5b}.w2{fill:#96537a}.w3{fill:#8f8518}.w4{fill:#59636e}}</style>
<rect class="b" width="100%%" height="100%%"/>
`, svgWidth, height, svgWidth, height, html.EscapeString(oneLine(t.Script, 100)+": "+Short(t.Elapsed())))
	title := fmt.Sprintf("%s: %s, %d tasks", oneLine(t.Script, 60), Short(t.Elapsed()), len(t.Tasks))
	fmt.Fprintf(out, "<text class=\"f\" x=\"8\" y=\"15\" font-weight=\"600\">%s</text>\n", html.EscapeString(title))
	whole := max(t.Elapsed(), 1)
	x := func(d time.Duration) float64 { return svgLabels + float64(max(0, d-t.Begin))/float64(whole)*svgCells }
	for i := range 6 {
		at := t.Begin + whole*time.Duration(i)/5
		anchor := "middle"
		if i == 5 {
			anchor = "end"
		}
		fmt.Fprintf(out, "<path class=\"l\" d=\"M%.1f %dV%d\"/><text class=\"d\" x=\"%.1f\" y=\"29\" text-anchor=\"%s\" font-size=\"10\">%s</text>\n",
			x(at), svgTop, height-28, x(at), anchor, Short(at-t.Begin))
	}
	classes := t.classes()
	for i, k := range tasks {
		y := svgTop + svgRow*i
		class := "f"
		if k.State == "failed" {
			class = "x"
		}
		fmt.Fprintf(out, "<text class=\"%s\" x=\"8\" y=\"%d\">%s</text>\n", class, y+11, html.EscapeString(oneLine(k.Name, 22)))
		t.svgLane(out, k, y, x, classes)
		if k.State == "failed" {
			fmt.Fprintf(out, "<text class=\"x\" x=\"%.1f\" y=\"%d\" font-weight=\"700\">&#x2715;</text>\n", x(k.End), y+11)
		}
	}
	foot := "dark: runs; amber: ready; else waits"
	if more := len(t.Tasks) - len(tasks); more > 0 {
		foot += fmt.Sprintf("; %d more tasks are not shown", more)
	}
	fmt.Fprintf(out, "<text class=\"d\" x=\"8\" y=\"%d\">%s</text>\n</svg>\n", height-10, html.EscapeString(foot))
	return flushed(out)
}

// svgLane draws what a task does; what would be narrower than half a point is left to its neighbours.
func (t *Trace) svgLane(out io.Writer, k *Task, y int, x func(time.Duration) float64, classes map[string]int) {
	until := -1.0
	i := -1 // the turn before
	draw := func(class string, top, high int, begin, end time.Duration, least float64) {
		a, z := x(begin), x(end)
		if a = max(a, until); z-a < least {
			return
		}
		until = z
		fmt.Fprintf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n", class, a, y+top, z-a, high)
	}
	t.eachStretch(k, func(_, kind string, begin, end time.Duration) {
		switch kind {
		case "turn":
			i++
			draw("r", 2, 11, begin, end, 0.4)
		case "ready":
			draw("y", 4, 7, begin, end, 0.5)
		default:
			draw(fmt.Sprintf("w%d", classes[t.Sites[k.Turns[i].Site].Builtin]), 5, 5, begin, end, 0.5)
		}
	})
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
