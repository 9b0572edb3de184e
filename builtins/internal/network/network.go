// Package network is how builtins reach the network on a script's behalf: as far as the host's policy goes.
package network

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"

	"github.com/lull-lua/lull/interp"
)

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

// split takes an address apart. A port may be a name.
func split(ctx context.Context, network, address string) (host string, port uint16, err error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	n, err := net.DefaultResolver.LookupPort(ctx, network, service)
	return host, uint16(n), err
}

// Listen is net.Listen where the policy allows it. An address without a host is every one of the machine.
func Listen(ctx context.Context, policy *interp.NetworkAccess, network, address string) (net.Listener, error) {
	var lc net.ListenConfig
	if network == "unix" {
		if err := policy.ListenUnix(address); err != nil {
			return nil, err
		}
		return lc.Listen(ctx, network, address)
	}
	asked := false
	lc.Control = func(_, at string, _ syscall.RawConn) error {
		asked = true
		if strings.HasPrefix(at, ":") {
			at = "[::]" + at
		}
		a, err := netip.ParseAddrPort(at)
		if err != nil {
			return err
		}
		return policy.Listen(a)
	}
	l, err := lc.Listen(ctx, network, address)
	if err == nil && !asked {
		l.Close()
		return nil, errors.New("network: nobody has asked the policy")
	}
	return l, err
}
