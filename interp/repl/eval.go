package repl

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp"
)

// compile takes src for an expression, whose values are shown, or else for statements. "=x" is "x", as in the stand-alone
// lua. An error is about src as it was typed.
func (r *REPL) compile(src string) (*interp.Program, error) {
	const before = "return "
	name := r.entry()
	r.sources[name] = src
	expr, forced := strings.CutPrefix(src, "=")
	prog, err := r.session.Compile("="+name, []byte(before+expr))
	if err == nil {
		return prog, nil
	}
	asExpr := typed(err, len(src)-len(expr)-len(before))
	if forced {
		return nil, asExpr
	}
	if prog, err = r.session.Compile("="+name, []byte(src)); err != nil {
		return nil, further(src, asExpr, err)
	}
	return prog, nil
}

// entry is the name, in messages, of what was typed last.
func (r *REPL) entry() string { return fmt.Sprintf("repl%d", r.entries) }

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

// further is which of two errors came later in src: what stands before it was understood. What begins as only a statement
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
		r.showSyntax(c, src, err)
		return nil
	}
	return r.scoped(c, func() error { return r.eval(c, prog) })
}

// eval runs a program and shows its values.
func (r *REPL) eval(c *interp.Call, prog *interp.Program, args ...interp.Value) error {
	vals, err := c.Eval(r.session, prog, args...)
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
			r.recent = nil // who cancels it does not mean to leave
			r.mu.Unlock()
		}()
		return body()
	})
	if e := (*interp.Error)(nil); errors.As(err, &e) {
		r.showError(c, e)
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
		c.Globals().SetField("_", vals[0])
	}
	texts := make([]string, len(vals))
	for i, v := range vals {
		text, err := c.Show(v, r.width()-1)
		if err != nil {
			return err
		}
		texts[i] = text
	}
	sep := "\t"
	if strings.Contains(strings.Join(texts, ""), "\n") {
		sep = "\n"
	}
	fmt.Fprintln(c.Stdout(), strings.Join(texts, sep))
	return nil
}

// showSyntax prints why src does not compile, with the line and a caret.
func (r *REPL) showSyntax(c *interp.Call, src string, err error) {
	fmt.Fprintln(c.Stdout(), r.colour("31", err.Error()))
	if se := (*interp.SyntaxError)(nil); errors.As(err, &se) {
		r.excerpt(c.Stdout(), src, se.ShowLine, se.ShowColumn, se.Msg)
	}
}

// excerpt shows a line of src, with carets below what is wrong. A single line stands above already: of that it shows
// nothing but a part.
func (r *REPL) excerpt(out io.Writer, src string, line, column int, msg string) {
	lines := strings.Split(src, "\n")
	if line < 1 || line > len(lines) {
		return
	}
	whole := strings.TrimSpace(lines[line-1])
	number := strconv.Itoa(line)
	if len(lines) == 1 {
		number = ""
	}
	width := min(100, r.width()-len("   | ...")-len(number))
	text, before, carets := interp.Excerpt(strings.TrimRight(lines[line-1], "\r"), column, msg, width)
	if whole == "" || number == "" && src == r.sources[r.entry()] && len(carets) >= min(width, utf8.RuneCountInString(whole)) {
		return
	}
	fmt.Fprintf(out, "%s%s\n", r.colour("2", "  "+number+" | "), text)
	fmt.Fprintf(out, "%s%s%s\n", r.colour("2", "  "+strings.Repeat(" ", len(number))+" | "), before, r.colour("31", carets))
}

// maxErrors is how many errors are shown of one that has as many attached.
const maxErrors = 1000

// showError prints an error with its line and traceback, what it was caused by, and those that were raised with it: each once.
func (r *REPL) showError(c *interp.Call, e *interp.Error) {
	n := 0
	title := ""
	for e, cause := range e.Attached {
		if n++; n > maxErrors {
			fmt.Fprintf(c.Stdout(), "more than %d errors come with this one: the others are not shown\n", maxErrors)
			return
		}
		if cause {
			r.showOne(c, "caused by: ", e)
		} else {
			r.showOne(c, title, e)
		}
		title = "and: "
	}
}

func (r *REPL) showOne(c *interp.Call, title string, e *interp.Error) {
	out := c.Stdout()
	text := e.Error()
	if e.Value.Type() == "table" && strings.HasPrefix(text, "(error object is ") {
		if shown, err := c.Show(e.Value, r.width()-1); err == nil {
			text = "error: " + shown
		}
	}
	source, line := e.Place()
	if hint := e.Hint(func() []string { return append(r.session.Locals(), interp.LocalsAt(r.sources[source], line)...) }); hint != "" {
		text += "; " + hint
	}
	fmt.Fprintln(out, r.colour("31", title+text))
	r.excerpt(out, r.sources[source], line, 0, e.Msg)
	if frames := typedFrames(e); len(frames) > 0 || len(e.Spawn) > 0 {
		shown := &interp.Error{Frames: frames, Spawn: e.Spawn}
		fmt.Fprintln(out, r.colour("2", shown.Traceback()))
	}
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
