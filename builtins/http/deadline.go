package http

import (
	"context"
	"time"

	"github.com/lull-lua/lull/interp"
)

// Peers are outside: how long one may take for a piece of what it sends or is sent is on the machine's clock, whatever a script's says.

// onMachine is a time-out as net/http takes it: 0 is none.
func onMachine(d time.Duration) time.Duration {
	if d == interp.Forever {
		return 0
	}
	return max(d, time.Millisecond)
}

// deadline is so long from now; none for interp.Forever.
func deadline(d time.Duration) time.Time {
	if d == interp.Forever {
		return time.Time{}
	}
	return time.Now().Add(d)
}

// past is a deadline that ends a read or a write at once.
var past = time.Unix(1, 0)

// within is ctx for so long.
func within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d == interp.Forever {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}
