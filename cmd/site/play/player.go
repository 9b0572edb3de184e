//go:build js

package main

import (
	stdbytes "bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall/js"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/check"
	"github.com/lull-lua/lull/interp/report"
	"github.com/lull-lua/lull/interp/trace"
)

// Exit statuses, as the command has them.
const (
	statusFailed      = 1
	statusSyntax      = 3
	statusInterrupted = 130
)

// memory bounds what a script takes: a page of 32 bits has 4 GiB at most, and the reader's machine has other things to do.
const memory = 256 << 20

// kept is how many bytes of a trace are kept, the last: some 200,000 turns, which are drawn in a moment.
const kept = 1 << 20

var errInterrupted = errors.New("interrupted")

// player runs scripts. It is used on the one thread there is, by the page's calls and by the goroutine that start begins.
type player struct {
	ctx    context.Context
	cancel context.CancelCauseFunc // of the run under way; nil: there is none
	rt     *interp.Runtime         // of it, once it is there
	rec    *trace.Recorder         // nil: it is not traced
	head   trace.Header
	width  int // columns of what is printed; 0: nobody knows
	post   js.Value
}

// start runs a script, which messages call by the name, and returns; what it does arrives as calls of post.
func (p *player) start(src, name string, virtual, traced bool, width int, post js.Value) {
	ctx, cancel := context.WithCancelCause(context.Background())
	p.ctx, p.cancel, p.post, p.width, p.rec, p.head = ctx, cancel, post, width, nil, trace.Header{Script: name, Virtual: virtual}
	go func() {
		status := p.run(ctx, src, traced)
		cancel(nil)
		p.cancel, p.rt = nil, nil
		post.Invoke("done", status)
	}()
}

// stop cancels the run under way, as Ctrl-C does.
func (p *player) stop() {
	if p.cancel != nil {
		p.cancel(errInterrupted)
	}
}

// flush has what was printed written out: the runtime does so by itself when it waits, and not while a script computes.
func (p *player) flush() {
	if rt, ctx := p.rt, p.ctx; rt != nil {
		go func() { _ = rt.Flush(ctx) }() // the streams take everything
	}
}

// picture posts the timeline as it is between two turns.
func (p *player) picture() {
	if p.rt != nil && p.rec != nil {
		p.rt.Post(p.show)
	}
}

func (p *player) run(ctx context.Context, src string, traced bool) (status int) {
	out, errs := newStream(p.post, "out"), newStream(p.post, "err")
	defer out.end()
	defer errs.end()
	printer := report.Printer{Title: "lull: ", Quiet: true, Width: p.width, Text: report.Sources(p.head.Script, []byte(src))}
	prog, err := interp.Compile("@"+p.head.Script, []byte(src))
	if err != nil {
		_ = printer.Syntax(errs, err) // a stream takes everything
		var syntax *interp.SyntaxError
		if errors.As(err, &syntax) {
			p.post.Invoke("line", syntax.Line)
		}
		return statusSyntax
	}
	opts := []interp.Option{tables(), interp.WithStdio(nil, out, errs), interp.WithArgs(p.head.Script), interp.WithLimits(interp.Limits{Memory: memory})}
	if traced {
		if p.rec, err = trace.NewLastRecorder(kept); err == nil {
			opts = append(opts, interp.WithTracer(p.rec))
		}
	}
	if p.head.Virtual {
		opts = append(opts, interp.WithVirtualTime())
	}
	if err == nil {
		p.rt, err = interp.New(opts...)
	}
	if err != nil {
		_ = printer.Error(errs, err)
		return statusFailed
	}
	p.warn(src)
	_, failed := p.rt.Run(ctx, prog)
	closing := p.rt.Close()
	p.show()
	for _, err := range report.Each(errors.Join(failed, closing)) {
		exit := interp.ExitError{}
		switch {
		case errors.As(err, &exit):
			return exit.Code
		case errors.Is(err, errInterrupted):
			printer.Message = func(*interp.Error) string { return errInterrupted.Error() }
			status = statusInterrupted
		case status == 0:
			status = statusFailed
			p.mark(err)
		}
		_ = printer.Error(errs, err)
		printer.Message = nil
	}
	return status
}

// warn posts what lull check says of the script that the run may not: a misspelt name is nil where nobody looks.
func (p *player) warn(src string) {
	c, err := check.New(p.rt.Modules())
	if err == nil {
		err = c.Add("@"+p.head.Script, []byte(src))
	}
	if err != nil {
		js.Global().Get("console").Call("error", err.Error())
		return
	}
	for _, f := range c.Findings() {
		quiet := false
		switch f.Code {
		case check.UnusedLocal, check.UnusedArgument, check.UnreachableCode, check.OverwrittenBuiltin: // a script that one plays with has such
			quiet = true
		case check.UndefinedGlobal, check.UndefinedField: // of what the playground lacks the run says why
			quiet = slices.ContainsFunc(append(missing, "http"), func(table string) bool { return strings.Contains(f.Message, "'"+table) })
		}
		if !quiet {
			p.post.Invoke("note", fmt.Sprintf("line %d: %s\n", f.Line, f.Message))
		}
	}
}

// mark posts the line of the script at which an error was raised.
func (p *player) mark(err error) {
	var e *interp.Error
	if !errors.As(err, &e) {
		return
	}
	source, line := e.Place()
	if source != p.head.Script {
		line = 0
		if i := slices.IndexFunc(e.Frames, func(f interp.Frame) bool { return f.Source == p.head.Script && f.Line > 0 }); i >= 0 {
			line = e.Frames[i].Line
		}
	}
	if line > 0 {
		p.post.Invoke("line", line)
	}
}

// show posts the timeline.
func (p *player) show() {
	if p.rec == nil {
		return
	}
	var file, picture stdbytes.Buffer
	err := p.rec.Save(&file, p.head)
	if err == nil {
		var t *trace.Trace
		if t, err = trace.Read(&file); err == nil {
			// A recorder that keeps the last records alone may have dropped none.
			t.Last = slices.ContainsFunc(t.Tasks, func(k *trace.Task) bool { return k.Spawned < t.Begin })
			err = t.Timeline(&picture)
		}
	}
	if err != nil {
		js.Global().Get("console").Call("error", err.Error())
		return
	}
	p.post.Invoke("trace", bytes(picture.Bytes()))
}
