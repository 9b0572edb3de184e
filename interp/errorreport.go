package interp

import (
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/parser"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Reported reports whether a line on standard error has told of the error already: that of a task which nobody awaited
// when it failed. Where the error is returned it comes with its traceback.
func (e *Error) Reported() bool { return e.reported }

// Silent reports that there is nothing to say: error(nil), where it was the main task's, as in the stand-alone lua, or a line has
// told of the task that raised it.
func (e *Error) Silent() bool {
	return e.Value.lv == lua.LNil && (e.reported || len(e.Spawn) == 0)
}

// Hint is what the script may have meant, where more can be said than the message does: "did you mean 'gather'?"; else "". It
// is for who reads the error, and no part of what a script sees. Text is asked for the source of a chunk, by the name that
// messages have for it, as a local may be meant, and is "" where that cannot be had; nil: it never can. Locals are names
// that may be meant as well.
func (e *Error) Hint(text func(chunk string) string, locals ...string) string {
	a := e.advice
	if a == nil {
		return ""
	}
	if a.Global == "" {
		return a.Text
	}
	if source, line := e.Place(); text != nil && line > 0 {
		seen, hidden := parser.LocalsAt(text(source), line, a.Global)
		switch {
		case hidden > line:
			return fmt.Sprintf("the local '%s' is declared further down, in line %d", a.Global, hidden)
		case hidden > 0 && !slices.Contains(seen, a.Global):
			return fmt.Sprintf("the local '%s' of line %d ends with its block", a.Global, hidden)
		}
		locals = append(locals, seen...)
	}
	if a.Near == "" && a.Text != "" {
		return a.Text
	}
	if a.Near != "" {
		locals = append(locals, a.Near)
	}
	locals = slices.DeleteFunc(locals, func(name string) bool { return name == a.Global }) // it comes later in the line
	if near := Nearest(a.Global, slices.Values(locals)); near != "" {
		return "did you mean '" + near + "'?"
	}
	return a.Text
}

// Nearest is which of several names a misspelt one was meant for, as Hint finds it; "" if none comes near.
func Nearest(name string, among iter.Seq[string]) string { return vm.Nearest(name, among) }

// Place is where the error was raised: what its message begins with, else its innermost function of Lua; a line of 0 says
// that it cannot be told.
func (e *Error) Place() (source string, line int) {
	at, _ := placed(e.text())
	if m := position().FindStringSubmatch(at); m != nil {
		if n, err := strconv.Atoi(m[2]); err == nil {
			return m[1], n
		}
	}
	for _, f := range e.Frames {
		if f.Line > 0 {
			return f.Source, f.Line
		}
	}
	return "", 0
}

// Site is the call that Place names where none of Frames does: the one that made a job which nobody awaited, or that spawned a task which
// is a builtin; ok is false for any other error.
func (e *Error) Site() (f Frame, ok bool) {
	if e.at == nil {
		return Frame{}, false
	}
	return *e.at, e.at.proto != nil
}

var position = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([^\n]+?):(\d+): `) })

// maxPosition is how long a position is at most, at the beginning of a message.
const maxPosition = 1000

// placed takes a message apart: the position that it begins with, as error puts it there, or "", and the rest.
func placed(text string) (at, rest string) {
	at = position().FindString(text[:min(len(text), maxPosition)])
	return at, text[len(at):]
}

// Attached is for a loop over the error and all that is attached to it, each once: its cause and what stands behind that, then its
// others, each with what is attached to it in turn. cause tells the cause of the one before it from one of the others.
func (e *Error) Attached(yield func(e *Error, cause bool) bool) {
	e.walk(func(p part) bool { return yield(p.e, p.cause) })
}

// Where says where the tasks of the run were when something from outside has ended it: the host's context, a signal, a limit of time.
// There is a line for each place, which the tasks share that were there; nil if the error is of another sort.
func (e *Error) Where() []string { return e.where }

// Source is a source text of which one wants to know which part of a line a frame stands at. It is compiled anew for that: nothing
// of it is kept while scripts run.
type Source struct{ marks *vm.Marks }

// NewSource reads the source text of a chunk; name is as for [Compile], and so is the error.
func NewSource(name string, src []byte) (*Source, error) {
	m, err := vm.MarksOf(name, src)
	if err != nil {
		return nil, compileError(err)
	}
	return &Source{m}, nil
}

// Mark is the part of its line that a frame stands at: from the byte from, the first being 1, to before to. ok is false if the frame's
// function was not compiled from that text. Where it was, but the part cannot be told, from is 0.
func (s *Source) Mark(f Frame) (from, to int, ok bool) {
	if f.proto == nil {
		return 0, 0, false
	}
	return s.marks.Of(f.proto, f.pc, f.Line)
}
