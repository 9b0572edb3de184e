package meter

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// over is what the host of a test makes of a limit that is crossed.
func over(limit string, most any) error { return fmt.Errorf("%s %v", limit, most) }

// Spending up to a limit is allowed, and one more is told by the limit's name.
func TestLimits(t *testing.T) {
	l := &Limits{Instructions: 10, Tasks: 2, Timers: 3, Output: 100, StringSize: 50}
	r := NewRun(l, &Memory{}, over)
	mine := 3
	for _, tt := range []struct {
		name string
		do   func() error
		want string
	}{
		{"all steps", func() error { r.Spend(10); return r.Steps() }, ""},
		{"one more", func() error { r.Spend(1); return r.Steps() }, "Instructions 10"},
		{"a second task", func() error { r.Started(); return r.Task() }, ""},
		{"a third one", func() error { r.Started(); return r.Task() }, "Tasks 2"},
		{"when one has ended", func() error { r.Ended(); return r.Task() }, ""},
		{"few timers", func() error { return r.Timer(2, func() int { t.Error("were counted"); return 0 }) }, ""},
		{"timers of other runs", func() error { return r.Timer(30, func() int { return 1 }) }, ""},
		{"the run's own timers", func() error { return r.Timer(40, func() int { return mine }) }, "Timers 3"},
		{"output", func() error { return r.Write(100) }, ""},
		{"more output", func() error { return r.Write(1) }, "Output 100"},
		{"a string", func() error { _, err := r.Text(50); return err }, ""},
		{"a long string", func() error { _, err := r.Text(51); return err }, "StringSize 50"},
		{"memory, of which there is no limit", func() error { return r.Memory(math.MaxInt) }, ""},
	} {
		got := ""
		if err := tt.do(); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A look comes in time for the limit, and cleanups have a quarter of it.
func TestGrant(t *testing.T) {
	if n := (*Run)(nil).Grant(); n != lookEvery {
		t.Errorf("without limits %d", n)
	}
	r := NewRun(&Limits{Instructions: 10_000}, &Memory{}, over)
	for spent := 0; ; {
		n := r.Grant()
		if n < 1 || n > lookEvery || spent+n > 10_001 {
			t.Fatalf("granted %d after %d", n, spent)
		}
		spent += n
		r.Spend(n)
		r.Look()
		if !r.MoreSteps() {
			break
		}
	}
	r.Cross()
	if n := r.Grant(); n != 2500 {
		t.Errorf("cleanups are granted %d", n)
	}
	r.Spend(2500)
	if r.CleanupsOver() {
		t.Error("cleanups have no more after what they were granted")
	}
	if r.Spend(1); !r.CleanupsOver() {
		t.Error("cleanups go on")
	}
}

// Reserved memory counts until it is given back, though no estimate sees it.
func TestMemory(t *testing.T) {
	const most = 1 << 30
	size := 0
	m := &Memory{Estimate: func(most int) (int, bool) { return size, size <= most }}
	r := NewRun(&Limits{Memory: most}, m, over)
	if err := r.Memory(most / 2); err != nil {
		t.Error(err)
	}
	m.Reserve(most)
	if err := r.Memory(most / 2); err == nil || err.Error() != fmt.Sprint("Memory ", most) {
		t.Errorf("%v where that much is reserved", err)
	}
	m.Reserve(-most)
	if err := r.Memory(most / 2); err != nil {
		t.Errorf("%v after it was given back", err)
	}
	size = most + most/2
	if got, ok := m.Measure(most); got != size || ok {
		t.Errorf("measured %d, %v", got, ok)
	}
	if got := m.Recent(); got != size { // no process of a test has that much: it is made anew
		t.Errorf("%d lately", got)
	}
}

func TestSources(t *testing.T) {
	l := &Limits{Memory: 1000, Time: time.Second / 2}
	if n := l.MaxSource(64); n != 11 {
		t.Errorf("a source has at most %d", n)
	}
	if n, ok := l.Compiling(10); n != 1000 || !ok {
		t.Errorf("10 bytes take %d, %v", n, ok)
	}
	if _, ok := l.Compiling(11); ok {
		t.Error("11 bytes may be compiled")
	}
	if n := (&Limits{}).MaxSource(64); n != 64 {
		t.Errorf("without limits %d", n)
	}
	if d := l.CleanupTime(time.Hour); d != time.Second/4 {
		t.Errorf("cleanups take %v", d)
	}
	if n := (&Limits{StringSize: 5}).MaxText(); n != 5 {
		t.Errorf("strings have %d", n)
	}
}
