// Package profile makes CPU profiles of scripts, by Lua function and line, in pprof's format: for `go tool pprof`, speedscope and others.
//
//	p, err := profile.Start(ctx, rt)
//	... // scripts run
//	p.Stop()
//	err = p.Write(file)
package profile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/google/pprof/profile"

	"github.com/lull-lua/lull/interp"
)

// Profile is where scripts have spent time computing. It may be used from any goroutine.
type Profile struct {
	stop func()

	mu        sync.Mutex
	p         *profile.Profile
	functions map[string]*profile.Function
	locations map[string]*profile.Location
	samples   map[string]*profile.Sample
}

// period is how often there is a sample, about: see interp.Runtime.Sample.
const period = 10 * time.Millisecond

// maxSamples bounds how many different stacks of different tasks are kept apart: beyond that those of all tasks are one.
const maxSamples = 100_000

// Start begins to sample what a runtime computes, until Stop is called: 100 times a second of computing, whose cost is about one
// hundredth. Tasks that wait cost and count nothing. The error is that of [interp.Runtime.Sample].
func Start(ctx context.Context, rt *interp.Runtime) (*Profile, error) {
	p := &Profile{
		p: &profile.Profile{
			SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
			PeriodType: &profile.ValueType{Type: "cpu", Unit: "nanoseconds"}, Period: int64(period), DefaultSampleType: "cpu",
		},
		functions: map[string]*profile.Function{}, locations: map[string]*profile.Location{}, samples: map[string]*profile.Sample{},
	}
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
	task := s.Task.Name()
	labels := map[string][]string{"task": {task}}
	stack := key.String()
	one := p.samples[stack+"\x00"+task]
	if one == nil && len(p.samples) >= maxSamples {
		task, labels = "", nil
		one = p.samples[stack+"\x00"]
	}
	if one == nil {
		one = &profile.Sample{Value: []int64{0, 0}, Label: labels}
		for _, f := range s.Frames {
			one.Location = append(one.Location, p.location(f))
		}
		p.samples[stack+"\x00"+task] = one
		p.p.Sample = append(p.p.Sample, one)
	}
	one.Value[0] += int64(s.Time / period)
	one.Value[1] += int64(s.Time)
}

// location is a line of a function.
func (p *Profile) location(f interp.Frame) *profile.Location {
	key := fmt.Sprint(f.String(), "\x00", f.Defined())
	if l := p.locations[key]; l != nil {
		return l
	}
	l := &profile.Location{ID: uint64(len(p.locations) + 1), Line: []profile.Line{{Function: p.function(f), Line: max(0, int64(f.Line))}}}
	p.locations[key] = l
	p.p.Location = append(p.p.Location, l)
	return l
}

// function is the function of a frame, which tracebacks call by its name, or by where it is defined.
func (p *Profile) function(f interp.Frame) *profile.Function {
	name := strings.TrimPrefix(f.Func, "function ")
	name = strings.Trim(name, "'")
	source := f.Source
	if f.Line < 0 {
		source = "[Go]"
	}
	key := fmt.Sprint(source, "\x00", name, "\x00", f.Defined())
	if fn := p.functions[key]; fn != nil {
		return fn
	}
	fn := &profile.Function{ID: uint64(len(p.functions) + 1), Name: name, SystemName: name, Filename: source, StartLine: int64(f.Defined())}
	p.functions[key] = fn
	p.p.Function = append(p.p.Function, fn)
	return fn
}

// Total is how long scripts have computed, as far as samples tell.
func (p *Profile) Total() (total time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.p.Sample {
		total += time.Duration(s.Value[1])
	}
	return total
}

// Write writes the profile, compressed, as it is now.
func (p *Profile) Write(w io.Writer) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.p.CheckValid(); err != nil {
		return errors.Join(errors.New("profile: the profile is broken"), err)
	}
	return p.p.Write(w)
}
