package main

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
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
	why   error // of the last failure, of which the client says no more than that no server is there
}

// reason is an error of the client's, or what has failed below it.
func (d *dialer) reason(err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if errors.Is(err, nats.ErrNoServers) && d.why != nil {
		return d.why
	}
	return err
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
	d.why = err
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
