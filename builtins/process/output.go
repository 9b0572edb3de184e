package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

const (
	piece   = 64 << 10
	maxLine = 16 << 20

	// The rest in the pipes of a process that was ended is read to its end. Where something that it has left behind keeps
	// them open, that is once nothing came for drainFor, or more has come than a pipe can have held.
	drainFor  = 200 * time.Millisecond
	drainMost = 1 << 20
)

// past is a deadline that ends a read or write at once.
var past = time.Unix(1, 0)

// output is what becomes of standard output (1) or standard error (2) of a command.
type output struct {
	to       int
	inherit  bool
	capture  bool
	null     bool
	same     bool // standard error: into standard output
	path     string
	append   bool
	sinks    []*stream.Sink
	tail     int // how much of what passes is kept for an error, where it is not captured
	prefix   string
	pipe     bool // for the caller to read
	file     *interp.File
	captured bytes.Buffer
	kept     []byte
}

// parseOutput reads an option stdout or stderr.
func parseOutput(c *interp.Call, op string, k *command, name string, v interp.Value, to int) (*output, error) {
	o := &output{to: to, prefix: k.prefix}
	place := ""
	wrong := func(v interp.Value) error {
		words := `"inherit", "capture", "null", "stdout"`
		if to == 1 {
			words = `"inherit", "capture", "null"`
		}
		got := data.TypeOf(v)
		if s, ok := v.Text(); ok {
			got = fmt.Sprintf("%.60q", s)
		}
		return c.ArgError(1, fmt.Sprintf("option '%s': %s%s, { file = path }, a handle, a function or a list of several expected, got %s", name, place, words, got))
	}
	one := func(v interp.Value) error {
		if s, ok := v.Text(); ok {
			switch {
			case s == "inherit":
				o.inherit = true
			case s == "capture":
				o.capture = true
			case s == "null":
				o.null = true
			case s == "stdout" && to == 2:
				o.same = true
			default:
				return wrong(v)
			}
			return nil
		}
		if s, ok := stream.SinkOf(op+": "+name, v); ok {
			if c.IsClosed(v) {
				return c.ArgError(1, fmt.Sprintf("option '%s': %sthe file is closed", name, place))
			}
			o.sinks = append(o.sinks, s)
			return nil
		}
		t, ok := v.Table()
		path, isFile := t.Field("file").Text()
		if !ok || !isFile || path == "" || strings.Contains(path, "\x00") || o.path != "" {
			return wrong(v)
		}
		for key := range t.All() {
			if field := key.String(); field != "file" && field != "append" {
				return c.ArgError(1, fmt.Sprintf("option '%s': %sunknown name '%.60s'; there are: append, file", name, place, field))
			}
		}
		o.path, o.append = path, t.Field("append").Truth()
		return nil
	}
	if v.IsNil() {
		return o, nil
	}
	t, isTable := v.Table()
	if isTable && t.Field("file").IsNil() {
		for i := 1; i <= t.Len(); i++ {
			place = fmt.Sprintf("item %d of the list: ", i)
			if err := one(t.Index(i)); err != nil {
				return nil, err
			}
		}
		place = ""
		switch {
		case t.Len() == 0:
			return nil, wrong(v)
		case (o.same || o.null) && t.Len() > 1:
			return nil, c.ArgError(1, fmt.Sprintf(`option '%s': "null" and "stdout" stand alone, not in a list with others`, name))
		}
		return o, nil
	}
	return o, one(v)
}

// given reports whether the option says anything.
func (o *output) given() bool {
	return o.inherit || o.capture || o.null || o.same || o.path != "" || len(o.sinks) > 0
}

// direct is the file that the command has as it is, where nothing comes between; ok is false if something does.
func (o *output) direct(host *os.File) (f *os.File, ok bool) {
	switch {
	case o.capture || len(o.sinks) > 0 || o.tail > 0 || o.pipe || o.inherit && (o.prefix != "" || o.file != nil):
		return nil, false
	case o.file != nil:
		return o.file.System(), o.file.System() != nil
	case o.inherit:
		return host, host != nil
	}
	return nil, true
}

// chunk is a piece of output on its way to a sink, whose task says when it is done with it.
type chunk struct {
	data []byte
	done chan struct{}
}

// copying is an output on its way from a pipe to where it goes.
type copying struct {
	o     *output
	run   *running
	r     *os.File
	over  chan struct{} // closed when nothing comes any more
	sinks []chan chunk
	line  []byte // of what goes to ours, behind the prefix, and is not whole yet
	drain atomic.Int64

	streamed bool // the caller has it as a stream, which closes r
}

// A command that has printed more than may be kept, or a line that is too long, ends with one of these: worded says it with its fields.
var (
	errTooMuch  = errors.New("too much output")
	errLongLine = errors.New("a long line")
)

// copy is the goroutine of a copying.
func (p *copying) copy() {
	defer close(p.over)
	handed := false
	defer func() {
		for _, s := range p.sinks {
			close(s)
		}
		if !handed {
			p.r.Close()
		}
		if p.o.file != nil {
			if err := p.o.file.Close(); err != nil {
				p.run.fail(interp.PathErrorf(p.run.op, p.o.path, err))
			}
		}
	}()
	buf := make([]byte, piece)
	for {
		n, err := p.read(buf)
		if n > 0 && !p.put(buf[:n]) {
			return
		}
		if err != nil {
			if handed = p.lent() && errors.Is(err, os.ErrDeadlineExceeded) && !p.run.wasCut(); handed {
				_ = p.r.SetReadDeadline(time.Time{})
				p.run.procs.Forward(p.o.to, p.r)
			}
			if len(p.line) > 0 {
				p.run.procs.Write(p.o.to, append(p.line, '\n'))
			}
			return
		}
	}
}

// lent reports whether it is a pipe only because the end of what passes is kept for an error, or the host's stream is no file. The
// command has not asked for it, so that what it leaves in the background does not hold up the call.
func (p *copying) lent() bool {
	o := p.o
	return o.inherit && o.prefix == "" && !o.capture && o.file == nil && len(o.sinks) == 0
}

// bounded is closed when read may not wait long any more.
func (p *copying) bounded() <-chan struct{} {
	if p.lent() {
		return p.run.gone
	}
	return p.run.cut
}

// read reads what is there. It waits for it, also after the end of the command, which may have left something behind that prints:
// only once that was brought about it waits no longer than drainFor. The error is then os.ErrDeadlineExceeded.
func (p *copying) read(buf []byte) (int, error) {
	for {
		select {
		case <-p.bounded():
			if p.drain.Load() > drainMost {
				return 0, os.ErrDeadlineExceeded
			}
			ctx, cancel := context.WithTimeout(context.Background(), drainFor)
			_ = p.r.SetReadDeadline(time.Time{})
			stop := context.AfterFunc(ctx, func() { _ = p.r.SetReadDeadline(past) })
			n, err := p.r.Read(buf)
			stop()
			cancel()
			p.drain.Add(int64(n))
			return n, err
		default:
		}
		n, err := p.r.Read(buf)
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
	}
}

// put hands on a piece; false: there is no use in more.
func (p *copying) put(b []byte) bool {
	o := p.o
	if o.capture {
		room := p.run.command.maxOutput - float64(o.captured.Len())
		if float64(len(b)) > room { // what there is room for is what an error has of it, however it came in pieces
			o.captured.Write(b[:int(room)])
			p.run.fail(errTooMuch)
			return false
		}
		o.captured.Write(b)
	} else if o.tail > 0 {
		o.kept = append(o.kept, b...)
		if len(o.kept) > 2*o.tail {
			o.kept = append(o.kept[:0], o.kept[len(o.kept)-o.tail:]...)
		}
	}
	if o.file != nil {
		if _, err := o.file.Write(b); err != nil {
			p.run.fail(interp.PathErrorf(p.run.op, o.path, err))
			return false
		}
	}
	if o.inherit {
		p.show(b)
	}
	for _, s := range p.sinks {
		c := chunk{bytes.Clone(b), make(chan struct{})}
		select {
		case s <- c:
		case <-p.run.ctx.Done():
			return false
		}
		select {
		case <-c.done:
		case <-p.run.ctx.Done():
			return false
		}
	}
	return true
}

// show writes to the host's stream: as it comes or, with a prefix, in whole lines.
func (p *copying) show(b []byte) {
	if p.o.prefix == "" {
		p.run.procs.Write(p.o.to, bytes.Clone(b))
		return
	}
	var out []byte
	for len(b) > 0 {
		if len(p.line) == 0 {
			p.line = append(p.line, p.o.prefix...)
		}
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			p.line = append(p.line, b...)
			if len(p.line) > maxLine {
				p.run.fail(errLongLine)
			}
			break
		}
		out = append(append(out, p.line...), b[:i+1]...)
		p.line, b = p.line[:0], b[i+1:]
	}
	if len(out) > 0 {
		p.run.procs.Write(p.o.to, out)
	}
}

// sinkTask is a task that hands what comes to a sink: a function gets lines, a handle what there is.
func (p *copying) sinkTask(sink *stream.Sink, in <-chan chunk) interp.Func {
	return func(c *interp.Call) error {
		var rest []byte
		for {
			var next chunk
			more := false
			if err := c.Block(func(ctx context.Context) error {
				select {
				case next, more = <-in:
				case <-ctx.Done():
				}
				return ctx.Err()
			}); err != nil {
				return err
			}
			if !more {
				if len(rest) > 0 {
					return p.line1(c, sink, rest)
				}
				return nil
			}
			if !sink.Function() {
				if err := sink.Write(c, c.Adopt(next.data)); err != nil {
					return err
				}
				close(next.done)
				continue
			}
			rest = append(rest, next.data...)
			for {
				i := bytes.IndexByte(rest, '\n')
				if i < 0 {
					break
				}
				if err := p.line1(c, sink, rest[:i]); err != nil {
					return err
				}
				rest = rest[i+1:]
			}
			if len(rest) > maxLine {
				return errLongLine
			}
			close(next.done)
		}
	}
}

func (p *copying) line1(c *interp.Call, sink *stream.Sink, line []byte) error {
	v, err := c.Value(string(line))
	if err != nil {
		return err
	}
	return sink.Write(c, v)
}
