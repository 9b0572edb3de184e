package net

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

// connect is net.connect(addr [, opts]).
func connect(c *interp.Call) error {
	at, err := network.AddressArg(c, 1)
	if err != nil {
		return err
	}
	var secure, limit, idle interp.Value
	keep := false
	if err := c.Options(2, map[string]any{"tls": &secure, "timeout": &limit, "idle_timeout": &idle, "keep": &keep}); err != nil {
		return err
	}
	t, err := network.ClientTLS(c, 2, secure)
	if err != nil {
		return err
	}
	if t != nil && at.Network == "unix" && t.ServerName == "" && !t.Insecure {
		return c.ArgError(2, "option 'tls': a socket has no host's name: 'server_name' says whose certificate is expected")
	}
	timeout, err := seconds(c, 2, "timeout", limit, 10*time.Second)
	if err != nil {
		return err
	}
	idleTimeout, err := seconds(c, 2, "idle_timeout", idle, interp.Forever)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	policy, files := c.Network(), c.Files()
	if s := lookup(c, at); s != nil {
		if err := allowed(policy, at); err != nil {
			return network.Error(c.Name(), at.String(), err)
		}
		n, err := s.meet(at, t != nil)
		if err != nil {
			return err
		}
		return handed(c, n, idleTimeout, keep)
	}
	var o offer
	scope := interp.Scope{Timeout: timeout}
	err = c.Scope(&scope, func() error {
		return c.BlockLight(func(ctx context.Context) error {
			var cfg *tls.Config
			if t != nil {
				var err error
				if cfg, err = t.Config(ctx, files, "net.connect", at.Host); err != nil {
					return err
				}
			}
			d := network.Dialer{Policy: policy}
			conn, err := d.Dial(ctx, files, at)
			if err == nil && t != nil {
				conn, err = encrypted(ctx, conn, cfg)
			}
			if err == nil {
				o.put(conn)
			}
			return err
		})
	})
	switch {
	case scope.Ended():
		o.drop()
		return network.TimedOut("net.connect", at.String(), "connecting", timeout)
	case err != nil:
		o.drop()
		return passing(err, "net.connect", at)
	}
	return handed(c, outside(o.conn), idleTimeout, keep)
}

// encrypted makes a client's connection one of TLS, or closes it.
func encrypted(ctx context.Context, conn net.Conn, cfg *tls.Config) (net.Conn, error) {
	s := tls.Client(conn, cfg)
	if err := s.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return s, nil
}

// offer is a connection on its way to the task that wants it, which may be cancelled meanwhile: then nobody has it, and it is closed.
type offer struct {
	mu   sync.Mutex
	conn net.Conn
	gone bool
}

func (o *offer) put(conn net.Conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.conn = conn; o.gone {
		conn.Close()
	}
}

func (o *offer) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.gone = true; o.conn != nil {
		o.conn.Close()
	}
}

// handed returns the handle of a connection.
func handed(c *interp.Call, n *connection, idle time.Duration, keep bool) error {
	v, err := n.handle(c, idle, keep)
	if err != nil {
		return err
	}
	return c.Return(v)
}

// passing is an error of a connection for the script; a cancellation of its task stays one.
func passing(err error, op string, at network.Address) error {
	if errors.Is(err, interp.ErrCancelled) {
		return err
	}
	return network.Error(op, at.String(), err)
}

// allowed asks the policy about a connection that needs no dialling.
func allowed(policy *interp.NetworkAccess, at network.Address) error {
	if at.Network == "unix" {
		return policy.Unix(at.Path)
	}
	if err := policy.Host(at.Host, at.Port); err != nil {
		return err
	}
	if _, err := netip.ParseAddr(at.Host); err == nil {
		return nil
	}
	return policy.Address(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), at.Port))
}

// seconds is an option that is a time; false is none.
func seconds(c *interp.Call, i int, name string, v interp.Value, usual time.Duration) (time.Duration, error) {
	n, ok := v.Number()
	switch {
	case v.IsNil():
		return usual, nil
	case v.Type() == "boolean" && !v.Truth():
		return interp.Forever, nil
	case ok && n > 0:
		return interp.Seconds(n), nil
	}
	what := "option '" + name + "': "
	if name == "" {
		what = ""
	}
	got := data.TypeOf(v)
	if ok {
		got = interp.Number(n).String()
	}
	return 0, c.ArgError(i, fmt.Sprintf("%sa number of seconds above 0, or false, expected, got %s", what, got))
}

// pause is how long net.wait waits before it tries again, on the machine's clock, as what it waits for is outside.
const pause = 50 * time.Millisecond

// wait is net.wait(addr [, timeout = 30]).
func wait(c *interp.Call) error {
	at, err := network.AddressArg(c, 1)
	if err != nil {
		return err
	}
	limit, err := seconds(c, 2, "", c.Arg(2), 30*time.Second)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	policy, files := c.Network(), c.Files()
	all, cancel := context.Background(), func() {}
	if limit != interp.Forever {
		all, cancel = context.WithTimeout(all, limit)
	}
	defer cancel()
	for {
		if lookup(c, at) != nil {
			return network.Error("net.wait", at.String(), allowed(policy, at))
		}
		failure := error(nil)
		if err := c.BlockLight(func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			defer context.AfterFunc(all, cancel)()
			d := network.Dialer{Policy: policy}
			conn, err := d.Dial(ctx, files, at)
			if err == nil {
				conn.Close()
			}
			failure = err
			return nil
		}); err != nil {
			return err
		}
		denied := (*interp.Error)(nil)
		switch {
		case failure == nil:
			return nil
		case errors.As(failure, &denied), errors.Is(failure, network.ErrNoSockets):
			return network.Error("net.wait", at.String(), failure)
		case all.Err() != nil:
			return interp.Errorf(interp.KindTimeout, "net.wait: nothing has listened at %s for %v s", at, interp.Number(limit.Seconds())).With("address", at.String())
		}
		if err := c.BlockPassive(func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, pause)
			defer cancel()
			select {
			case <-all.Done():
			case <-ctx.Done():
			}
			return nil
		}); err != nil {
			return err
		}
	}
}
