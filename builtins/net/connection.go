package net

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

// connection is the object behind the handle of one, which has the methods of files, too.
type connection struct {
	remote, address string // of the other side, and of this one; "" where it has none
	wire            *wire  // nil: the other end is in the same runtime
	from, to        *interp.Pipe
	counted         func() // ends that it counts as an open file, as a server's does before its task begins
}

var connectionType = interp.Type{
	Name:    "net.connection",
	Of:      (*connection)(nil),
	Methods: []interp.Def{{Name: "shutdown", Fn: shutdown, Outside: true}},
	Field: func(v any, name string) any {
		n := v.(*connection)
		switch {
		case name == "remote" && n.remote != "":
			return n.remote
		case name == "address" && n.address != "":
			return n.address
		}
		return nil
	},
	String: func(v any) string { return "net.connection " + v.(*connection).name() },
}

// name is the connection in messages.
func (n *connection) name() string {
	if n.remote == "" {
		return n.address
	}
	return n.remote
}

// outside is a connection of the system's.
func outside(conn net.Conn) *connection {
	n := &connection{remote: text(conn.RemoteAddr()), address: text(conn.LocalAddr())}
	n.wire = &wire{Conn: conn, n: n}
	return n
}

// text is an address as scripts have it.
func text(a net.Addr) string {
	if a, ok := a.(*net.UnixAddr); ok {
		if a.Name == "" || a.Name == "@" { // a client's has no name
			return ""
		}
		return "unix:" + a.Name
	}
	return a.String()
}

// handle makes the handle of a connection; it is the running task's.
func (n *connection) handle(c *interp.Call, idle time.Duration, keep bool) (interp.Value, error) {
	s := interp.Stream{Name: n.name(), Object: n, Keep: keep, Peer: true, Most: mostAtOnce}
	if idle != interp.Forever {
		s.Idle = idle
	}
	if n.wire == nil {
		s.From, s.To = n.from, n.to
	} else {
		s.Reader, s.Writer, s.Close = n.wire, n.wire, n.wire.end
	}
	return c.NewStream(s)
}

// mostAtOnce is how much of what is left of a connection is read at once.
const mostAtOnce = 64 << 20

// shutdown is connection:shutdown().
func shutdown(c *interp.Call) error {
	n := interp.Self[*connection](c)
	flush, _ := c.Arg(0).Method("flush") // it is a checkpoint
	if _, err := c.Call(flush, c.Arg(0)); err != nil {
		return err
	}
	if n.wire == nil {
		n.to.End(nil)
		return nil
	}
	return c.BlockFirm(func(context.Context) error { return n.wire.shutdown() })
}

// wire is the system's end of a connection, whose errors are those that scripts see.
type wire struct {
	net.Conn
	n      *connection
	shut   atomic.Bool
	failed atomic.Pointer[error] // of the connection, the last
}

// Read implements io.Reader.
func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	return n, w.told(err)
}

// Write implements io.Writer.
func (w *wire) Write(p []byte) (int, error) {
	if w.shut.Load() {
		return 0, interp.Errorf(interp.KindIO, "net: %s: it was shut down: nothing more can be written", w.n.name()).With("code", "EPIPE")
	}
	n, err := w.Conn.Write(p)
	return n, w.told(err)
}

// told is an error as scripts see it; those that say how a call has ended stay.
func (w *wire) told(err error) error {
	if err == nil || err == io.EOF || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
		return err
	}
	err = network.Error("net", w.n.name(), err)
	w.failed.Store(&err)
	return err
}

// isFault reports whether an error is the other side's doing, or the network's: the connection has failed, was idle for too long, or what
// came on it was too much.
func (n *connection) isFault(e *interp.Error) bool {
	if name, _ := e.Field("stream").(string); name == n.name() && e.Kind != interp.KindClosed {
		return true
	}
	if n.wire == nil {
		return false
	}
	failed := n.wire.failed.Load()
	return failed != nil && errors.Is(e, *failed)
}

// shutdown ends what is written.
func (w *wire) shutdown() error {
	if w.shut.Swap(true) {
		return nil
	}
	half, ok := w.Conn.(interface{ CloseWrite() error })
	if !ok {
		return interp.Errorf(interp.KindIO, "net: %s: the system cannot end one direction of such a connection", w.n.name())
	}
	err := half.CloseWrite()
	if errors.Is(err, net.ErrClosed) || network.Code(err) == "ENOTCONN" { // the other side was first
		return nil
	}
	return w.told(err)
}

// end closes it; a last word of TLS may have to wait, but no longer than ctx.
func (w *wire) end(ctx context.Context) error {
	inner := w.Conn
	if t, ok := inner.(interface{ NetConn() net.Conn }); ok {
		inner = t.NetConn()
	}
	stop := context.AfterFunc(ctx, func() { inner.Close() })
	defer stop()
	err := w.Conn.Close()
	if err != nil { // the other side may be gone: what counts is that this one is
		inner.Close()
	}
	return nil
}
