package main

import (
	"context"
	"net"
	"sync"
	"time"
)

// dialTime is how long it may take to connect to one address.
const dialTime = 5 * time.Second

// dialer is how a connection is made, and made anew. Until the first one stands it ends with a context, whatever the other side does: NATS's client waits for
// nobody's context there.
type dialer struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error)

	mu    sync.Mutex
	first context.Context // nil: a connection stands
	stops []func() bool
}

// Dial implements nats.CustomDialer.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock() // the client makes one at a time
	first := d.first
	if first == nil {
		first = context.Background()
	}
	ctx, cancel := context.WithTimeout(first, dialTime)
	defer cancel()
	c, err := d.dial(ctx, network, address)
	if err == nil && d.first != nil {
		d.stops = append(d.stops, context.AfterFunc(d.first, func() { c.Close() }))
	}
	return c, err
}

// stands says that the first connection is there.
func (d *dialer) stands() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.first = nil
	for _, stop := range d.stops {
		stop()
	}
	d.stops = nil
}
