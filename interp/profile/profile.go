// Package profile makes CPU profiles of scripts, by Lua function and line, in pprof's format: for `go tool pprof`, speedscope and others.
//
//	p, err := profile.Start(ctx, rt)
//	... // scripts run
//	p.Stop()
//	err = p.Write(file)
package profile

import (
	"compress/gzip"
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/internal/protobuf"
)

// Profile is where scripts have spent time computing. It may be used from any goroutine.
type Profile struct {
	stop func()

	mu        sync.Mutex
	functions numbered[function]
	locations numbered[location]
	samples   map[string]*sample
	order     []*sample
}

// numbered are things in the order in which they came, whose numbers begin with 1.
type numbered[K comparable] struct {
	numbers map[K]uint64
	all     []K
}

func (n *numbered[K]) number(k K) uint64 {
	if i := n.numbers[k]; i > 0 {
		return i
	}
	if n.numbers == nil {
		n.numbers = map[K]uint64{}
	}
	n.all = append(n.all, k)
	n.numbers[k] = uint64(len(n.all))
	return n.numbers[k]
}

type function struct {
	name, file string
	line       int // where it is defined
}

type location struct {
	function uint64
	line     int
}

// sample is a stack, the innermost location first, in which a task was.
type sample struct {
	stack []uint64
	task  string
	known bool // whose it is
	count int64
	time  time.Duration
}

// period is how often there is a sample, about: see interp.Runtime.Sample.
const period = 10 * time.Millisecond

// maxSamples bounds how many different stacks of different tasks are kept apart: beyond that those of all tasks are one.
const maxSamples = 100_000

// Start begins to sample what a runtime computes, until Stop is called: 100 times a second of computing, whose cost is about one
// hundredth. Tasks that wait cost and count nothing. The error is that of [interp.Runtime.Sample].
func Start(ctx context.Context, rt *interp.Runtime) (*Profile, error) {
	p := &Profile{samples: map[string]*sample{}}
	var err error
	p.stop, err = rt.Sample(ctx, p.add)
	return p, err
}

// Stop ends the sampling. It may be called again, and after the runtime's Close.
func (p *Profile) Stop() { p.stop() }

// add takes a sample in.
func (p *Profile) add(s interp.Sample) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var key strings.Builder
	for _, f := range s.Frames {
		key.WriteString(f.String())
		key.WriteByte('\n')
	}
	task, known := s.Task.Name(), true
	stack := key.String()
	one := p.samples[stack+"\x00"+task]
	if one == nil && len(p.samples) >= maxSamples {
		task, known = "", false
		one = p.samples[stack+"\x00"]
	}
	if one == nil {
		one = &sample{task: task, known: known}
		for _, f := range s.Frames {
			one.stack = append(one.stack, p.location(f))
		}
		p.samples[stack+"\x00"+task] = one
		p.order = append(p.order, one)
	}
	one.count += int64(s.Time / period)
	one.time += s.Time
}

// location is the number of a line of a function, which tracebacks call by its name, or by where it is defined.
func (p *Profile) location(f interp.Frame) uint64 {
	name := strings.Trim(strings.TrimPrefix(f.Func, "function "), "'<>") // what stands in <> is a template's argument to pprof, and left out
	source := f.Source
	if f.Line < 0 {
		source = "[Go]"
	}
	return p.locations.number(location{p.functions.number(function{name, source, f.Defined()}), max(0, f.Line)})
}

// Total is how long scripts have computed, as far as samples tell.
func (p *Profile) Total() (total time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.order {
		total += s.time
	}
	return total
}

// Write writes the profile, compressed, as it is now. The fields are those of profile.proto, of github.com/google/pprof, whose package is not
// linked: it compiles a quarter of a millisecond of patterns at the start of every program, profiled or not.
func (p *Profile) Write(w io.Writer) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	texts := []string{""} // whose first is empty
	known := map[string]uint64{"": 0}
	text := func(s string) uint64 {
		n, ok := known[s]
		if !ok {
			n = uint64(len(texts))
			known[s] = n
			texts = append(texts, s)
		}
		return n
	}
	measure := func(what, unit string) []byte {
		return protobuf.Number(protobuf.Number(nil, 1, text(what)), 2, text(unit))
	}
	b := protobuf.Bytes(nil, 1, measure("samples", "count"))
	b = protobuf.Bytes(b, 1, measure("cpu", "nanoseconds"))
	for _, s := range p.order {
		var m []byte
		for _, l := range s.stack {
			m = protobuf.Number(m, 1, l)
		}
		m = protobuf.Number(protobuf.Number(m, 2, uint64(s.count)), 2, uint64(s.time))
		if s.known {
			m = protobuf.Bytes(m, 3, protobuf.Number(protobuf.Number(nil, 1, text("task")), 2, text(s.task)))
		}
		b = protobuf.Bytes(b, 2, m)
	}
	for i, l := range p.locations.all {
		line := protobuf.Number(protobuf.Number(nil, 1, l.function), 2, uint64(l.line))
		b = protobuf.Bytes(b, 4, protobuf.Bytes(protobuf.Number(nil, 1, uint64(i+1)), 4, line))
	}
	for i, f := range p.functions.all {
		m := protobuf.Number(protobuf.Number(nil, 1, uint64(i+1)), 2, text(f.name))
		m = protobuf.Number(protobuf.Number(m, 3, text(f.name)), 4, text(f.file))
		b = protobuf.Bytes(b, 5, protobuf.Number(m, 5, uint64(f.line)))
	}
	b = protobuf.Bytes(b, 11, measure("cpu", "nanoseconds"))
	b = protobuf.Number(b, 12, uint64(period))
	b = protobuf.Number(b, 14, text("cpu"))
	for _, s := range texts {
		b = protobuf.Bytes(b, 6, s)
	}
	z := gzip.NewWriter(w)
	if _, err := z.Write(b); err != nil {
		return err
	}
	return z.Close()
}
