package repl

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// compile takes src for an expression, whose values are shown, or else for statements. "=x" is "x", as in the stand-alone
// lua. An error is about src as it was typed.
func (r *REPL) compile(src string) (*interp.Program, error) {
	const before = "return "
	name := fmt.Sprintf("=repl%d", r.chunks+1)
	expr, forced := strings.CutPrefix(src, "=")
	prog, err := r.session.Compile(name, []byte(before+expr))
	if err == nil {
		r.chunks++
		return prog, nil
	}
	asExpr := typed(err, len(src)-len(expr)-len(before))
	if forced {
		return nil, asExpr
	}
	prog, err = r.session.Compile(name, []byte(src))
	if err == nil {
		r.chunks++
		return prog, nil
	}
	return nil, further(asExpr, err)
}

// typed moves the column of an error in the first line.
func typed(err error, by int) error {
	if se := (*interp.SyntaxError)(nil); errors.As(err, &se) && se.Line == 1 && se.Column > 0 {
		moved := *se
		moved.Column = max(1, se.Column+by)
		return &moved
	}
	return err
}

// further is the error that came later in the text: what stands before it was understood.
func further(a, b error) error {
	var x, y *interp.SyntaxError
	if !errors.As(a, &x) || !errors.As(b, &y) {
		return b
	}
	if x.Incomplete || !y.Incomplete && (x.Line > y.Line || x.Line == y.Line && x.Column > y.Column) {
		return a
	}
	return b
}

// run evaluates what compile has made of src, and shows what came of it. An error ends the session.
func (r *REPL) run(c *interp.Call, prog *interp.Program, src string, err error) error {
	if err != nil {
		r.showSyntax(c, src, err)
		return nil
	}
	return r.scoped(c, func() error {
		vals, err := c.Eval(r.session, prog)
		if err != nil {
			return err
		}
		return r.show(c, vals)
	})
}

// scoped does what Ctrl-C can cancel, and reports how it ended. An error ends the session.
func (r *REPL) scoped(c *interp.Call, body func() error) error {
	s := &interp.Scope{}
	r.scope = s
	err := c.Scope(s, func() error {
		defer func() { r.scope = nil }()
		return body()
	})
	if e := (*interp.Error)(nil); errors.As(err, &e) {
		r.showError(c.Stdout(), "", e)
		return nil
	}
	if err == nil && s.Ended() {
		fmt.Fprintln(c.Stdout(), r.colour("33", "cancelled"))
	}
	return err
}

// show prints values, and keeps the first in the global _.
func (r *REPL) show(c *interp.Call, vals interp.Values) error {
	if len(vals) == 0 {
		return nil
	}
	if !vals[0].IsNil() {
		r.globals(c).SetField("_", vals[0])
	}
	p := &printer{c: c, width: r.width() - 1, inside: map[interp.Value]bool{}}
	texts := make([]string, len(vals))
	for i, v := range vals {
		texts[i] = p.value(v, 0)
	}
	if p.err != nil {
		return p.err
	}
	sep := "\t"
	if strings.Contains(strings.Join(texts, ""), "\n") {
		sep = "\n"
	}
	fmt.Fprintln(c.Stdout(), strings.Join(texts, sep))
	return nil
}

// globals is the table of the script's globals.
func (r *REPL) globals(c *interp.Call) interp.Table {
	v, err := c.Value(c.State().G.Global)
	if err != nil {
		panic(err) // a table is a value
	}
	t, _ := v.Table()
	return t
}

// showSyntax prints why src does not compile, with the line and a caret.
func (r *REPL) showSyntax(c *interp.Call, src string, err error) {
	out := c.Stdout()
	fmt.Fprintln(out, r.colour("31", err.Error()))
	se := (*interp.SyntaxError)(nil)
	lines := strings.Split(src, "\n")
	if !errors.As(err, &se) || se.Column < 1 || se.Line < 1 || se.Line > len(lines) {
		return
	}
	line := lines[se.Line-1]
	at := min(se.Column-1, len(line))
	blank := strings.Map(func(c rune) rune {
		if c == '\t' {
			return c
		}
		return ' '
	}, line[:at])
	fmt.Fprintf(out, "  %s\n  %s%s\n", line, blank, r.colour("31", "^"))
}

var missingGlobal = regexp.MustCompile(`global '(\w+)' \(a nil value\)$`)

// showError prints an error with its traceback, what it was caused by, and those that were raised with it.
func (r *REPL) showError(out io.Writer, title string, e *interp.Error) {
	text := title + e.Error()
	near := e.DidYouMean()
	if m := missingGlobal.FindStringSubmatch(e.Msg); near == "" && m != nil {
		near = interp.Nearest(m[1], slices.Values(r.session.Locals()))
	}
	if near != "" {
		text += "; did you mean '" + near + "'?"
	}
	fmt.Fprintln(out, r.colour("31", text))
	frames := r.own(e)
	if len(frames) > 0 || len(e.Spawn) > 0 {
		shown := &interp.Error{Frames: frames, Spawn: e.Spawn}
		fmt.Fprintln(out, r.colour("2", shown.Traceback()))
	}
	for _, behind := range e.Unwrap() {
		if cause, ok := behind.(*interp.Error); ok {
			r.showError(out, "caused by: ", cause)
		}
	}
	for _, o := range e.Others {
		r.showError(out, "and: ", o)
	}
}

// own are the frames that the person has written: without the REPL's, and none if the position in the message says it
// all.
func (r *REPL) own(e *interp.Error) []interp.Frame {
	frames := e.Frames
	if n := len(frames); n > 0 && e.Task == taskName {
		frames = frames[:n-1] // the main task's own function
	}
	for _, f := range frames {
		if f.Line >= 0 && f.Func != "main chunk" {
			return frames
		}
	}
	return nil
}
