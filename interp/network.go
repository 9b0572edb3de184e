package interp

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Network is what scripts may reach over the network; see [WithNetwork]. Each list has entries of one form:
//
//	api.example.org:443     a host's name and a port, a range of ports (8000-8999), or, without one, all
//	*.example.org           every name below it, but not itself
//	*:443                   every public host
//	10.0.0.0/8:80, [::1]    addresses: one, or a range of them
//	unix:/run/app.sock      a unix socket, by exactly this path
//
// A name that is allowed may lead to public addresses only. Those of the machine itself (loopback), of the link (link-local), of
// private networks, and whatever else is not public are reached where an entry names them as addresses, by a range that is wholly of
// their kind: 0.0.0.0/0 is the internet, and not the machine. localhost names loopback.
type Network struct {
	Connect []string // what scripts may connect to
	Listen  []string // where they may listen, with addresses of the machine; "*:8080" is every address of it
	Proxies []string // by which they may connect; what Connect names is then reached by way of them, whatever its addresses are
	Any     bool     // there are no bounds; the lists must be empty then
}

// WithNetwork lets scripts connect to what the policy names, listen where it says, and nothing else: names are checked before they are
// looked up, addresses when a connection is made, each redirect anew. Without it there is no network. It is for builtins to heed,
// by [Call.Network]. The last one counts, and one with bounds wins over one with Any, such as that of builtins.Std, in whatever
// order they stand.
func WithNetwork(n Network) Option {
	a := &NetworkAccess{any: n.Any}
	var err error
	if n.Any && len(n.Connect)+len(n.Listen)+len(n.Proxies) > 0 {
		err = errors.New("with Any the lists mean nothing; leave them out")
	}
	for _, list := range []struct {
		in  []string
		out *[]endpoint
	}{{n.Connect, &a.connect}, {n.Listen, &a.listen}, {n.Proxies, &a.proxies}} {
		for _, text := range list.in {
			e, bad := parseEndpoint(text)
			if bad != nil && err == nil {
				err = fmt.Errorf("%q: %w", text, bad)
			}
			*list.out = append(*list.out, e)
		}
	}
	return func(c *config) error {
		if err != nil {
			return fmt.Errorf("WithNetwork: %w", err)
		}
		if c.network == nil || !a.any {
			c.network = a
		}
		return nil
	}
}

// NetworkAccess is a policy as builtins ask it. Its methods may be called from any goroutine; their errors are of kind denied, with the
// field address. Without [WithNetwork] everything is denied.
type NetworkAccess struct {
	any                      bool
	connect, listen, proxies []endpoint
	hint                     func(name string) string // see WithDenied
}

// Network is what the scripts of the runtime may reach over the network.
func (c *Call) Network() *NetworkAccess {
	c.outside("Network")
	a := NetworkAccess{}
	if c.rt.cfg.network != nil {
		a = *c.rt.cfg.network
	}
	a.hint = c.rt.cfg.denied
	return &a
}

// Granted reports whether there is anything to reach, or to listen at.
func (a *NetworkAccess) Granted() bool {
	return a.any || len(a.connect)+len(a.listen)+len(a.proxies) > 0
}

// Host is asked before a host is looked up: by its name, or its address.
func (a *NetworkAccess) Host(name string, port uint16) error {
	return a.host(a.connect, "connect", "connect to", name, port)
}

// Lookup is asked before a name is looked up for its own sake: one that Host allows at some port.
func (a *NetworkAccess) Lookup(name string) error {
	addr, isAddr := literal(name)
	if a.any || slices.ContainsFunc(a.connect, func(e endpoint) bool {
		return e.unix == "" && (isAddr && e.names(addr) || !isAddr && e.hasName(name))
	}) {
		return nil
	}
	return a.denied("lookup", "look up", name)
}

// Proxy is Host for a proxy.
func (a *NetworkAccess) Proxy(name string, port uint16) error {
	return a.host(a.proxies, "proxy", "use the proxy", name, port)
}

func (a *NetworkAccess) host(list []endpoint, use, what, name string, port uint16) error {
	if addr, ok := literal(name); ok {
		if a.any || slices.ContainsFunc(list, func(e endpoint) bool { return e.hasPort(port) && e.names(addr) }) {
			return nil
		}
	} else if a.any || slices.ContainsFunc(list, func(e endpoint) bool { return e.hasPort(port) && e.hasName(name) }) {
		return nil
	}
	return a.denied(use, what, hostPort(name, port))
}

// Address is asked when a connection is about to be made, with what a name that Host has allowed has led to.
func (a *NetworkAccess) Address(at netip.AddrPort) error {
	return a.address(a.connect, "connect", "connect to", at)
}

// ProxyAddress is Address for a proxy.
func (a *NetworkAccess) ProxyAddress(at netip.AddrPort) error {
	return a.address(a.proxies, "proxy", "use the proxy", at)
}

func (a *NetworkAccess) address(list []endpoint, use, what string, at netip.AddrPort) error {
	addr := bare(at.Addr())
	if a.any || public(addr) || slices.ContainsFunc(list, func(e endpoint) bool {
		return e.hasPort(at.Port()) && (e.holds(addr) || e.name == "localhost" && addr.IsLoopback())
	}) {
		return nil
	}
	return a.denied(use, what, at.String())
}

// Unix is asked before a connection to a unix socket is made.
func (a *NetworkAccess) Unix(path string) error {
	return a.unix(a.connect, "connect", "connect to", path)
}

// ListenUnix is asked before a unix socket is made.
func (a *NetworkAccess) ListenUnix(path string) error {
	return a.unix(a.listen, "listen", "listen at", path)
}

func (a *NetworkAccess) unix(list []endpoint, use, what, path string) error {
	if a.any || slices.ContainsFunc(list, func(e endpoint) bool { return e.unix == path && path != "" }) {
		return nil
	}
	return a.denied(use, what, "unix:"+path)
}

// Listen is asked before a script listens at an address of the machine. The unspecified one stands for all that there are; port 0, of
// which the system makes one that is free, is allowed where all ports are.
func (a *NetworkAccess) Listen(at netip.AddrPort) error {
	addr := bare(at.Addr())
	if a.any || slices.ContainsFunc(a.listen, func(e endpoint) bool {
		switch {
		case !e.hasPort(at.Port()):
			return false
		case e.addrs.IsValid():
			return e.addrs.Contains(addr) && (!addr.IsUnspecified() || e.addrs.Addr().IsUnspecified())
		}
		return e.name == "*" || e.name == "localhost" && addr.IsLoopback()
	}) {
		return nil
	}
	return a.denied("listen", "listen at", at.String())
}

// denied is the error of an address that is not allowed; use is what WithDenied calls it.
func (a *NetworkAccess) denied(use, what, address string) error {
	e := Errorf(KindDenied, "the host does not allow to %s %s", what, address).With("address", address)
	if a.hint != nil {
		if hint := a.hint(use + ":" + address); hint != "" {
			e.Msg += ": " + hint
		}
	}
	return e
}

func hostPort(name string, port uint16) string {
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	return name + ":" + strconv.Itoa(int(port))
}

// endpoint is an entry of a policy.
type endpoint struct {
	name     string // of a host, without the dot at its end; "*", or "*." and what it ends with
	addrs    netip.Prefix
	unix     string
	from, to uint16 // ports
}

func parseEndpoint(text string) (endpoint, error) {
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		if path == "" || strings.ContainsRune(path, 0) {
			return endpoint{}, errors.New("the path of the socket is missing")
		}
		return endpoint{unix: path}, nil
	}
	e := endpoint{to: 1<<16 - 1}
	host, ports := text, ""
	if rest, ok := strings.CutPrefix(text, "["); ok {
		inside, after, closed := strings.Cut(rest, "]")
		if !closed || after != "" && after[0] != ':' {
			return e, errors.New("an address in brackets is followed by a colon and a port")
		}
		host, ports = inside, after
	} else if i := strings.LastIndexByte(text, ':'); i >= 0 && strings.Count(text, ":") == 1 {
		host, ports = text[:i], text[i:]
	}
	if ports != "" && ports != ":*" {
		from, to, isRange := strings.Cut(ports[1:], "-")
		if !isRange {
			to = from
		}
		lo, err := strconv.ParseUint(from, 10, 16)
		hi, err2 := strconv.ParseUint(to, 10, 16)
		if err != nil || err2 != nil || lo > hi || lo == 0 {
			return e, fmt.Errorf("%q is no port, and no range of them", ports[1:])
		}
		e.from, e.to = uint16(lo), uint16(hi)
	}
	if p, err := netip.ParsePrefix(host); err == nil {
		if p.Addr().Is4In6() {
			return e, errors.New("write it as an address of IPv4")
		}
		e.addrs = p.Masked()
		return e, nil
	}
	if addr, ok := literal(host); ok {
		e.addrs = netip.PrefixFrom(addr, addr.BitLen())
		return e, nil
	}
	e.name = fold(host)
	if host == "*" {
		return e, nil
	}
	name := strings.TrimPrefix(e.name, "*.")
	if name == "" || strings.ContainsAny(name, "*/:[]@% \x00") || strings.Trim(name, "0123456789.") == "" {
		return e, errors.New("it is neither a host's name nor an address, nor a range of these as 10.0.0.0/8")
	}
	return e, nil
}

// fold is a name as names are compared.
func fold(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

func (e endpoint) hasPort(p uint16) bool { return e.unix == "" && e.from <= p && p <= e.to }

func (e endpoint) hasName(name string) bool {
	name = fold(name)
	switch below, ok := strings.CutPrefix(e.name, "*"); {
	case e.name == "":
		return false
	case ok:
		return strings.HasSuffix(name, below) && len(name) > len(below)
	}
	return name == e.name
}

// names reports whether the entry names an address that stands for itself.
func (e endpoint) names(addr netip.Addr) bool {
	return e.holds(addr) || e.name == "*" && public(addr) || e.name == "localhost" && addr.IsLoopback()
}

// holds reports whether an address is in the entry's range. Addresses that are not public are in one that is wholly of their kind: a range
// of the whole internet does not name the machine itself.
func (e endpoint) holds(addr netip.Addr) bool {
	return e.addrs.IsValid() && e.addrs.Contains(addr) && (public(addr) || slices.ContainsFunc(special(), func(p netip.Prefix) bool {
		return p.Bits() <= e.addrs.Bits() && p.Contains(e.addrs.Addr())
	}))
}

// special are notPublic, and the ranges of package netip's own.
var special = sync.OnceValue(func() []netip.Prefix {
	all := slices.Clone(notPublic())
	for _, p := range []string{"10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/4", "::1/128", "fc00::/7", "fe80::/10", "ff00::/8"} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
})

// literal is a host that is written as an address.
func literal(host string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(host)
	return bare(addr), err == nil
}

// bare is an address without a zone, and one of IPv4 as such.
func bare(a netip.Addr) netip.Addr { return a.WithZone("").Unmap() }

// notPublic are ranges of IANA's registries of special-purpose addresses that package netip does not know: carriers' networks, those
// of protocols, documentation and measurements, what is reserved, and what IPv6 embeds addresses of IPv4 in, wherever these lead.
var notPublic = sync.OnceValue(func() (all []netip.Prefix) {
	for _, p := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
})

// public reports whether an address is one that anybody may have on the internet.
func public(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(notPublic(), func(p netip.Prefix) bool { return p.Contains(a) })
}
