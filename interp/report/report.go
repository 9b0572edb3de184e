// Package report is the one printer of errors: for the command, the REPL and whatever host wants to show a person what went wrong.
//
//	p := report.Printer{Title: "myapp: ", Text: report.Sources("job.lua", src)}
//	if _, err := rt.Run(ctx, program); err != nil {
//		p.Error(os.Stderr, err)
//	}
//
// It prints each error of the run: the message, the line of the source with carets below what is wrong, the traceback of the task that raised the error, and
// where that task was spawned; then what the error was caused by, and what was raised with it, likewise. Each error is printed once,
// however often it is attached to others.
package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// maxErrors is how many errors are printed of one that has as many attached.
const maxErrors = 1000

// Part says what a piece of text is, for Paint.
type Part int

// The parts of what is printed.
const (
	Title   Part = iota // what stands before a message
	Message             //
	Carets              //
	Beside              // numbers of lines, and tracebacks
)

// Printer prints errors. The zero Printer prints them without the lines of their sources.
type Printer struct {
	// Title stands before each error, but for one that caused the one before it.
	Title string
	// And stands before those that were raised with the first; "" means Title.
	And string
	// Text is the source of a chunk by the name that messages have for it; "" if it cannot be had. See Sources.
	Text func(chunk string) string
	// Mark is asked which part of its line a frame stands at before Text is, as [interp.Source.Mark]; nil: nobody knows better.
	Mark func(f interp.Frame) (from, to int, ok bool)
	// Typed reports whether the reader has typed a chunk. Where it is a single line that has no number, and, for the one
	// that stands above already, is shown only if a part of it is marked; nil: none was.
	Typed func(chunk string) (typed, above bool)
	// Frames are those of a traceback that are shown; nil: all.
	Frames func(e *interp.Error) []interp.Frame
	// Message is the text of an error; nil: what Error says.
	Message func(e *interp.Error) string
	// Locals are names that may have been meant, beside those of the source; nil: there are none.
	Locals func() []string
	// Quiet prints nothing for error(nil), where an error is Silent.
	Quiet bool
	// Width is how many columns there are; 0: 100.
	Width int
	// Paint colours a piece of text; nil leaves it as it is.
	Paint func(p Part, text string) string
}

// printing is one call of a Printer's.
type printing struct {
	*Printer
	out     *bufio.Writer
	sources map[string]*source
}

// source is the text of a chunk, and what it was compiled to.
type source struct {
	text  string
	marks *interp.Source // nil: it is too large, or does not compile
}

func (p *Printer) to(w io.Writer) *printing {
	return &printing{p, bufio.NewWriter(w), map[string]*source{}}
}

// maxMarked is how large a text is at most that is compiled to find a part of a line.
const maxMarked = 1 << 20

// source finds the text of a chunk.
func (p *printing) source(chunk string) *source {
	s := p.sources[chunk]
	if s == nil {
		s = &source{}
		if p.Text != nil {
			s.text = strings.TrimPrefix(p.Text(chunk), "\ufeff")
		}
		if len(s.text) <= maxMarked {
			s.marks, _ = interp.NewSource("@"+chunk, []byte(s.text)) // what does not compile has no marks
		}
		p.sources[chunk] = s
	}
	return s
}

// Each is what a run has failed with, one by one: where a run returns several errors they are joined, as by errors.Join. An error of a
// script keeps those that are attached to it.
func Each(err error) []error {
	if err == nil {
		return nil
	}
	if _, one := err.(*interp.Error); !one {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			var all []error
			for _, err := range joined.Unwrap() {
				all = append(all, Each(err)...)
			}
			return all
		}
	}
	return []error{err}
}

// Error prints what a run has failed with: errors of scripts, each with what is attached to it, one of [interp.Compile] as Syntax
// does, and any other by its text. The error that it returns is the writer's.
func (p *Printer) Error(w io.Writer, err error) error {
	for _, err := range Each(err) {
		var e *interp.Error
		var failed error
		switch {
		case errors.As(err, &e):
			failed = p.raised(w, e)
		default:
			failed = p.Syntax(w, err)
		}
		if failed != nil {
			return failed
		}
	}
	return nil
}

// raised prints an error of a script.
func (p *Printer) raised(w io.Writer, e *interp.Error) error {
	out := p.to(w)
	n := 0
	title := p.Title
	var last *interp.Error
	for e, cause := range e.Attached {
		if n++; n > maxErrors {
			fmt.Fprintf(out.out, "%smore than %d errors came with this one; the others are not shown\n", p.paint(Title, title), maxErrors)
			break
		}
		switch {
		case cause && saysNoMore(e, last):
		case cause:
			out.one("caused by: ", e)
		case !p.Quiet || !e.Silent():
			out.one(title, e)
		}
		if last = e; p.And != "" {
			title = p.And
		}
	}
	return out.out.Flush()
}

// saysNoMore reports whether e, which has caused by, tells nothing that is not printed of that: words were put before it.
func saysNoMore(e, by *interp.Error) bool {
	return strings.HasSuffix(by.Msg, e.Msg) && slices.Equal(e.Frames, by.Frames)
}

func (p *printing) one(title string, e *interp.Error) {
	text := e.Error()
	if p.Message != nil {
		text = p.Message(e)
	}
	source, line := e.Place()
	if lines := e.Where(); lines != nil {
		p.ended(p.paint(Title, title)+p.paint(Message, text), lines)
		return
	}
	var locals []string
	if p.Locals != nil {
		locals = p.Locals()
	}
	if hint := e.Hint(func(chunk string) string { return p.source(chunk).text }, locals...); hint != "" {
		text += "; " + hint
	}
	fmt.Fprintf(p.out, "%s%s\n", p.paint(Title, title), p.paint(Message, text))
	p.marked(e, source, line)
	shown := interp.Error{Frames: e.Frames, Spawn: e.Spawn}
	if p.Frames != nil {
		shown.Frames = p.Frames(e)
	}
	if slices.ContainsFunc(shown.Frames, func(f interp.Frame) bool { return f.Line > 0 }) || len(e.Spawn) > 0 || e.Kind == interp.KindPanic {
		trace := e.Traceback()
		if p.Frames != nil {
			trace = shown.Traceback()
		}
		fmt.Fprintln(p.out, p.paint(Beside, trace))
	}
}

// frameAt is the innermost frame of an error that is at its place; ok is false if there is none, as where the message names the place of
// another error.
func frameAt(e *interp.Error, source string, line int) (f interp.Frame, ok bool) {
	for _, f := range e.Frames {
		if f.Source == source && f.Line == line {
			return f, true
		}
	}
	f, ok = e.Site()
	return f, ok && f.Source == source && f.Line == line
}

// marked shows the line of an error with carets below the expression that failed.
func (p *printing) marked(e *interp.Error, chunk string, line int) {
	src := p.source(chunk)
	text, more := lineOf(src.text, line)
	from, to, known := 0, 0, false
	f, ok := frameAt(e, chunk, line)
	if ok && p.Mark != nil {
		from, to, known = p.Mark(f)
	}
	if !known && len(src.text) <= maxMarked {
		if src.marks == nil {
			return // it is no text of Lua
		}
		if ok {
			if from, to, known = src.marks.Mark(f); !known {
				return // it is another text than what ran, or has been changed
			}
		}
	}
	from, to = expression(text, from, to, e.Msg)
	p.excerpt(chunk, line, text, more, from, to)
}

// ended prints that a run was ended from outside, and where its tasks were: of a single one in the same line.
func (p *printing) ended(text string, where []string) {
	if _, at, ok := strings.Cut(where[0], "': "); ok && len(where) == 1 && strings.HasPrefix(where[0], "task ") {
		fmt.Fprintf(p.out, "%s: %s\n", text, at)
		return
	}
	fmt.Fprintln(p.out, text)
	for _, line := range where {
		fmt.Fprintln(p.out, p.paint(Beside, "\t"+line))
	}
}

// Syntax prints why a script does not compile, an error of [interp.Compile], with its line; any other by its text.
func (p *Printer) Syntax(w io.Writer, err error) error {
	out := p.to(w)
	fmt.Fprintf(out.out, "%s%s\n", p.paint(Title, p.Title), p.paint(Message, err.Error()))
	if se := (*interp.SyntaxError)(nil); errors.As(err, &se) && p.Text != nil {
		text, more := lineOf(strings.TrimPrefix(p.Text(se.Name), "\ufeff"), se.ShowLine)
		from, to := token(text, se.ShowColumn, se.Msg)
		out.excerpt(se.Name, se.ShowLine, text, more, from, to)
	}
	return out.out.Flush()
}

func (p *Printer) paint(part Part, text string) string {
	if p.Paint == nil || text == "" {
		return text
	}
	return p.Paint(part, text)
}

// excerpt shows a line of a chunk with carets below a part of it; more says that the chunk has others.
func (p *printing) excerpt(chunk string, line int, text string, more bool, from, to int) {
	whole := strings.TrimSpace(text)
	if whole == "" {
		return
	}
	number := strconv.Itoa(line)
	above := false
	if p.Typed != nil && !more {
		var typed bool
		if typed, above = p.Typed(chunk); typed {
			number = ""
		}
	}
	width := 100
	if p.Width > 0 {
		width = min(width, p.Width-len("   | ...")-len(number))
	}
	shown, before, carets := excerpt(text, from, to, width)
	if above && len(carets) >= min(width, len([]rune(whole))) {
		return
	}
	fmt.Fprintf(p.out, "%s%s\n", p.paint(Beside, "  "+number+" | "), shown)
	fmt.Fprintf(p.out, "%s%s%s\n", p.paint(Beside, "  "+strings.Repeat(" ", len(number))+" | "), before, p.paint(Carets, carets))
}

// lineOf is a line of a source; more says that it is not the only one.
func lineOf(src string, line int) (text string, more bool) {
	n := 0
	if line < 1 {
		return "", false
	}
	for l := range strings.Lines(src) {
		if n++; n == line {
			text = strings.TrimRight(l, "\r\n")
		}
		if n > line {
			break
		}
	}
	return text, n > 1
}
