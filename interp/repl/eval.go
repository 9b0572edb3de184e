package repl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/check"
	"github.com/lull-lua/lull/interp/report"
)

// compile takes src for an expression, whose values are shown, or else for statements. "=x" is "x", as in the stand-alone
// lua. An error is about src as it was typed.
func (r *REPL) compile(src string) (*interp.Program, error) {
	name := r.entry()
	r.sources[name] = src
	prog, by, err := compile(r.session.Compile, name, src)
	if by != 0 {
		r.moved[name] = by
	}
	return prog, err
}

// compile is that without a session; by is by how much the first line is moved, from what was compiled.
func compile(with func(name string, src []byte) (*interp.Program, error), name, src string) (prog *interp.Program, by int, err error) {
	const before = "return "
	expr, forced := strings.CutPrefix(src, "=")
	by = len(src) - len(expr) - len(before)
	if prog, err = with("="+name, []byte(before+expr)); err == nil {
		return prog, by, nil
	}
	asExpr := typed(err, by)
	if forced {
		return nil, 0, asExpr
	}
	if prog, err = with("="+name, []byte(src)); err != nil {
		return nil, 0, further(src, asExpr, err)
	}
	return prog, 0, nil
}

// entryName is the form of the names that messages have for what was typed.
const entryName = "repl%d"

// entry is the name of what was typed last.
func (r *REPL) entry() string { return fmt.Sprintf(entryName, r.entries) }

// typed moves the columns of an error in the first line.
func typed(err error, by int) error {
	if se := (*interp.SyntaxError)(nil); errors.As(err, &se) {
		moved := *se
		if se.Line == 1 && se.Column > 0 {
			moved.Column = max(1, se.Column+by)
		}
		if se.ShowLine == 1 && se.ShowColumn > 0 {
			moved.ShowColumn = max(1, se.ShowColumn+by)
		}
		return &moved
	}
	return err
}

// further is which of two errors came later in src: what stands before it was understood. A text that begins as only a statement
// can is none but that.
func further(src string, asExpr, asStatement error) error {
	for _, t := range scan(src) {
		if t.kind == keywordToken && !slices.Contains([]string{"function", "nil", "true", "false", "not"}, src[t.from:t.to]) {
			return asStatement
		}
		if t.kind != blankToken && t.kind != commentToken {
			break
		}
	}
	var x, y *interp.SyntaxError
	if errors.As(asExpr, &x) && errors.As(asStatement, &y) &&
		(x.Incomplete || !y.Incomplete && (x.Line > y.Line || x.Line == y.Line && x.Column > y.Column)) {
		return asExpr
	}
	return asStatement
}

// run evaluates what compile has made of src, and shows what came of it. An error ends the session.
func (r *REPL) run(c *interp.Call, prog *interp.Program, src string, err error) error {
	if err != nil {
		r.showSyntax(c, err)
		return nil
	}
	return r.scoped(c, func() error { return r.eval(c, prog) })
}

// warn says what is odd about src, which compiles, before it runs: but for names alone, by which one asks whether there are such
// variables. A runtime whose stubs are none has no warnings.
func (r *REPL) warn(c *interp.Call, src string) {
	checker, err := r.check()
	if err != nil || !slices.ContainsFunc(strings.Split(src, ","), func(s string) bool { return !isName(strings.Trim(s, "= \t")) }) {
		return
	}
	s := check.Session{Locals: r.session.Locals()}
	for k := range c.Globals().All() {
		if name, ok := k.Text(); ok {
			s.Globals = append(s.Globals, name)
		}
	}
	src = strings.TrimPrefix(src, "=")
	findings := checker.Line(src, s)
	if len(findings) == 0 { // an expression
		findings = checker.Line("return "+src, s)
	}
	for _, f := range findings {
		where := ""
		if strings.Contains(src, "\n") {
			where = fmt.Sprintf("line %d: ", f.Line)
		}
		fmt.Fprintln(c.Stdout(), r.colour("33", "warning: "+where+f.Message))
	}
}

// eval runs a program and shows its values.
func (r *REPL) eval(c *interp.Call, prog *interp.Program, args ...interp.Value) error {
	vals, err := r.session.Eval(c, prog, args...)
	if err != nil {
		return err
	}
	return r.show(c, vals)
}

// scoped does what Ctrl-C can cancel, and reports how it ended. An error ends the session.
func (r *REPL) scoped(c *interp.Call, body func() error) error {
	s := &interp.Scope{}
	r.scope, r.cut = s, false
	err := c.Scope(s, func() error {
		defer func() {
			r.scope = nil
			r.mu.Lock()
			r.recent = nil // a person that cancels it does not mean to leave
			r.mu.Unlock()
		}()
		return body()
	})
	if e := (*interp.Error)(nil); errors.As(err, &e) {
		r.shown = e
		return r.printer(c).Error(c.Stdout(), e)
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
		c.Globals().SetField("_", vals[0])
	}
	text, cut, err := r.values(c, vals, 1)
	if err != nil {
		return err
	}
	if r.cutValues = nil; cut {
		r.cutValues = vals
		text += r.colour("2", "(:more shows more of it)") + "\n"
	}
	return r.page(c, text)
}

// values are values as they are shown, cut so many times later than usual; cut reports whether they are.
func (r *REPL) values(c *interp.Call, vals interp.Values, times int) (text string, cut bool, err error) {
	texts, sep := make([]string, len(vals)), "\t"
	for i, v := range vals {
		text, some, err := c.ShowMore(v, r.width()-1, times)
		if err != nil {
			return "", false, err
		}
		if cut = cut || some; strings.Contains(text, "\n") {
			sep = "\n"
		}
		texts[i] = r.paintedValue(v, text)
	}
	return strings.Join(texts, sep) + "\n", cut, nil
}

// paintedValue is the text of a value with colours, where it is written as Lua is.
func (r *REPL) paintedValue(v interp.Value, text string) string {
	switch v.Type() {
	case "string", "number", "boolean", "nil", "table":
		return r.painted(text)
	}
	return text
}

// painted is Lua with colours, where they are wanted.
func (r *REPL) painted(src string) string {
	if s, ok := r.lines.(Screen); ok && s.Colour() {
		return paint(src, 0, -1)
	}
	return src
}

// moreTimes is how many times more :more shows.
const moreTimes = 100

// more shows what was cut.
func (r *REPL) more(c *interp.Call, _ string) error {
	if r.cutValues == nil {
		r.say(c, "nothing was cut")
		return nil
	}
	return r.scoped(c, func() error {
		text, _, err := r.values(c, r.cutValues, moreTimes)
		if err != nil {
			return err
		}
		return r.page(c, text)
	})
}

// printer prints errors as a session shows them.
func (r *REPL) printer(c *interp.Call) *report.Printer {
	files := report.Sources("", nil)
	return &report.Printer{
		And: "and: ",
		Text: func(chunk string) string {
			if src, ok := r.sources[chunk]; ok {
				return src
			}
			return files(chunk)
		},
		Mark: func(f interp.Frame) (from, to int, ok bool) {
			from, to, ok = r.session.Mark(f)
			if by := r.moved[f.Source]; f.Line == 1 && from+by > 0 {
				from, to = from+by, to+by
			}
			return from, to, ok
		},
		Typed: func(chunk string) (typed, above bool) {
			src, ok := r.sources[chunk]
			return ok, ok && src == r.sources[r.entry()]
		},
		Frames:  typedFrames,
		Message: func(e *interp.Error) string { return r.message(c, e) },
		Locals:  r.session.Locals,
		Width:   r.width(),
		Paint: func(p report.Part, text string) string {
			if p == report.Beside {
				return r.colour("2", text)
			}
			return r.colour("31", text)
		},
	}
}

// showSyntax prints why a chunk does not compile, with the line and a caret.
func (r *REPL) showSyntax(c *interp.Call, err error) { _ = r.printer(c).Syntax(c.Stdout(), err) } // it is the session's own

// message is the text of an error, which can be told from that of a value: error(nil), error(2, 0) and error("", 0) raise no message.
func (r *REPL) message(c *interp.Call, e *interp.Error) string {
	text := e.Error()
	switch t := e.Value.Type(); {
	case e.Silent(), t == "boolean", t == "number":
		return "error: " + text
	case text == "":
		return "error: without a message"
	case t != "table" || !strings.HasPrefix(text, "(error object is "):
		return text
	}
	shown, err := c.Show(e.Value, r.width()-1)
	if err != nil { // it is cancelled while a __tostring runs
		return e.Error()
	}
	return "error: " + shown
}

// typedFrames are the frames of e without the REPL's; none if the position in the message says it all.
func typedFrames(e *interp.Error) []interp.Frame {
	frames := e.Frames
	if n := len(frames); n > 0 && len(e.Spawn) == 0 { // the main task's: its own function is the REPL's
		frames = frames[:n-1]
	}
	for _, f := range frames {
		if f.Line >= 0 && f.Func != "main chunk" {
			return frames
		}
	}
	return nil
}
