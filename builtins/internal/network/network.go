// Package network is how builtins reach the network on a script's behalf: as far as the host's policy goes.
package network

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"github.com/lull-lua/lull/interp"
)

// ErrNoSockets is why nothing connects, listens or looks names up in WebAssembly, where Go's own errors tell of a network inside the process.
var ErrNoSockets = errors.New("there are no sockets in WebAssembly")

// System is ErrNoSockets where that is so, else nil.
func System() error {
	if runtime.GOARCH == "wasm" {
		return ErrNoSockets
	}
	return nil
}

// Dialer makes connections that a policy allows.
type Dialer struct {
	Policy *interp.NetworkAccess
	// Proxy says that what is dialled is a proxy: the policy's list of these is asked.
	Proxy bool
	// Net makes them: its time-outs and resolver are the caller's, its Control is not.
	Net net.Dialer
}

// DialContext is net.Dialer's: the policy is asked about the name before it is looked up, and about each address before a connection is
// made to it. network is "tcp", "udp" or "unix", or one of the former with a 4 or a 6.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if strings.HasPrefix(network, "unix") {
		if err := d.Policy.Unix(address); err != nil {
			return nil, err
		}
		return d.Net.DialContext(ctx, network, address)
	}
	host, port, err := split(ctx, network, address)
	if err != nil {
		return nil, err
	}
	ask := d.Policy.Host
	if d.Proxy {
		ask = d.Policy.Proxy
	}
	if err := ask(host, port); err != nil {
		return nil, err
	}
	if err := System(); err != nil {
		return nil, err
	}
	dial := d.Net
	dial.Control, dial.ControlContext = d.control, nil
	return dial.DialContext(ctx, network, net.JoinHostPort(host, strconv.Itoa(int(port))))
}

// control is asked with each address that a name has led to.
func (d *Dialer) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if d.Proxy {
		return d.Policy.ProxyAddress(at)
	}
	return d.Policy.Address(at)
}

// Dial makes a connection to an address; see DialContext.
func (d *Dialer) Dial(ctx context.Context, files interp.Files, a Address) (net.Conn, error) {
	if a.Network != "unix" {
		return d.DialContext(ctx, a.Network, a.String())
	}
	if err := d.Policy.Unix(a.Path); err != nil {
		return nil, err
	}
	if err := System(); err != nil {
		return nil, err
	}
	return d.Net.DialContext(ctx, "unix", a.On(files))
}

// split takes an address apart. A port may be a name.
func split(ctx context.Context, network, address string) (host string, port uint16, err error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	n, err := net.DefaultResolver.LookupPort(ctx, network, service)
	return host, uint16(n), err
}

// Listen listens where the policy allows it; the machine is all of it for an address without a host. A socket's file has the mode, and is
// removed when the listener is closed; one on which nobody answers, left by a server that was killed, is replaced. files say where its
// path starts from.
func Listen(ctx context.Context, policy *interp.NetworkAccess, files interp.Files, a Address, mode fs.FileMode) (net.Listener, error) {
	if a.Network == "unix" {
		if err := policy.ListenUnix(a.Path); err != nil {
			return nil, err
		}
		if err := System(); err != nil {
			return nil, err
		}
		return listenUnix(ctx, a.On(files), mode)
	}
	if err := System(); err != nil {
		return nil, err
	}
	asked := false
	lc := net.ListenConfig{Control: func(_, at string, _ syscall.RawConn) error {
		asked = true
		if strings.HasPrefix(at, ":") {
			at = "[::]" + at
		}
		a, err := netip.ParseAddrPort(at)
		if err != nil {
			return err
		}
		return policy.Listen(a)
	}}
	l, err := lc.Listen(ctx, a.Network, a.String())
	if err == nil && !asked {
		l.Close()
		return nil, errors.New("network: nobody has asked the policy")
	}
	return l, err
}

func listenUnix(ctx context.Context, path string, mode fs.FileMode) (net.Listener, error) {
	lc := net.ListenConfig{Control: func(_, _ string, conn syscall.RawConn) error { return modeOf(conn, mode) }}
	l, err := lc.Listen(ctx, "unix", path)
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, systems(syscall.EADDRINUSE)) {
		if !abandoned(ctx, path) {
			return nil, err
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		l, err = lc.Listen(ctx, "unix", path)
	}
	if err != nil || strings.HasPrefix(path, "@") {
		return l, err
	}
	if err := os.Chmod(path, mode); err != nil { // where a socket has no mode before it has a name
		l.Close()
		return nil, err
	}
	return l, nil
}

// abandoned reports whether the file is a socket on which nobody answers.
func abandoned(ctx context.Context, path string) bool {
	if st, err := os.Lstat(path); err != nil || st.Mode().Type() != fs.ModeSocket {
		return false
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", path)
	if err == nil {
		conn.Close()
		return false
	}
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, systems(syscall.ECONNREFUSED))
}
