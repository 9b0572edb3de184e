package randprog

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// FuzzLimits runs random programs under limits, at most of which they end: never a Go panic, a hang, or a limit that the
// next run finds crossed. Fuzz it with -fuzzminimizetime=1x: what is interesting is not always so again.
func FuzzLimits(f *testing.F) {
	for seed := range uint64(20) {
		c := random(seed)
		program(c, seed%2 == 0)
		f.Add(encode(c.made), uint16(1000*seed))
	}
	f.Fuzz(func(t *testing.T, made []byte, steps uint16) {
		c := &choices{}
		for ; len(made) >= 4; made = made[4:] {
			c.made = append(c.made, binary.LittleEndian.Uint32(made))
		}
		src := program(c, steps%2 == 0)
		var out bytes.Buffer
		rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, &out), interp.WithVirtualTime(), interp.WithLimits(interp.Limits{
			Instructions: 20_000 + int(steps), Memory: 16 << 20, Tasks: 100, Timers: 100, CallDepth: 2000, Output: 1 << 20, Time: 5 * time.Second, StringSize: 1 << 20}))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if _, err := rt.RunString(ctx, "=prelude", "PUMP, TEXTS = false, false "+prelude); err != nil {
			t.Fatal(err)
		}
		_, err = rt.RunString(ctx, "=prog", src)
		if e := (*interp.Error)(nil); errors.As(err, &e) && e.Kind == interp.KindPanic || ctx.Err() != nil {
			t.Errorf("%v\n%s", err, src)
		}
		if vals, err := rt.RunString(ctx, "=next", `return 6 * 7`); err != nil || vals.Get(1).String() != "42" {
			t.Errorf("the next run: %v, %v\n%s", vals, err, src)
		}
		if err := rt.Close(); err != nil && !errors.Is(err, interp.ErrLimit) {
			t.Errorf("Close: %v\n%s", err, src)
		}
	})
}

func encode(made []uint32) (b []byte) {
	for _, m := range made {
		b = binary.LittleEndian.AppendUint32(b, m)
	}
	return b
}
