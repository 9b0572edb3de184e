package network

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// Address is where a connection goes to, or where a server listens.
type Address struct {
	Network string // "tcp" or "unix"
	Host    string // of tcp: a name or an address, without brackets; "" is every address of the machine
	Port    uint16
	Path    string // of unix: the socket, as the script gave it; with an @ first, a name of Linux's that is no file
}

// String is the address as scripts write it.
func (a Address) String() string {
	if a.Network == "unix" {
		return "unix:" + a.Path
	}
	return net.JoinHostPort(a.Host, strconv.Itoa(int(a.Port)))
}

// On is the address as package net takes it: the path of a socket starts from the runtime's folder.
func (a Address) On(files interp.Files) string {
	if a.Network != "unix" {
		return a.String()
	}
	if on, ok := files.OnMachine(a.Path); ok && !strings.HasPrefix(a.Path, "@") {
		return filepath.Clean(on)
	}
	return a.Path
}

// Reaches reports whether a connection to a comes to a server that listens at the other address, on this machine.
func (a Address) Reaches(files interp.Files, at Address) bool {
	switch {
	case a.Network != at.Network:
		return false
	case a.Network == "unix":
		return a.On(files) == at.On(files)
	case a.Port != at.Port:
		return false
	}
	own, err := netip.ParseAddr(at.Host)
	everywhere := at.Host == "" || err == nil && own.IsUnspecified()
	to, err := netip.ParseAddr(a.Host)
	to, own = to.Unmap(), own.Unmap()
	if isLocalhost(a.Host) || err == nil && to.IsLoopback() {
		return everywhere || isLocalhost(at.Host) || own.IsLoopback()
	}
	return err == nil && own == to
}

func isLocalhost(name string) bool {
	return strings.EqualFold(strings.TrimSuffix(name, "."), "localhost")
}

// maxName is how long the name of a host may be: DNS has no longer one.
const maxName = 255

// maxSocket is how long the path of a socket may be, in the smallest of the systems' structures.
const maxSocket = 103

// ParseAddress reads "host:port", "[::1]:port" or "unix:/path". A port may be the name of a service, such as https.
func ParseAddress(text string) (Address, error) {
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		switch {
		case path == "" || strings.ContainsRune(path, 0):
			return Address{}, fmt.Errorf("the path of the socket is missing: it is \"unix:/path\"")
		case len(path) > maxSocket:
			return Address{}, fmt.Errorf("the path of the socket has %d bytes, and systems take at most %d", len(path), maxSocket)
		}
		return Address{Network: "unix", Path: path}, nil
	}
	if i := strings.Index(text, "://"); i >= 0 {
		return Address{}, fmt.Errorf("%.60q is a URL, an address is \"host:port\" or \"unix:/path\"", text)
	}
	host, service, err := net.SplitHostPort(text)
	if err != nil {
		if strings.Count(text, ":") > 1 && !strings.HasPrefix(text, "[") {
			return Address{}, fmt.Errorf("%.60q is no address: one of IPv6 stands in brackets, \"[::1]:80\"", text)
		}
		return Address{}, fmt.Errorf("%.60q is no address: it is \"host:port\" or \"unix:/path\"", text)
	}
	if len(host) > maxName || strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune("/?#@[]\\", r) }) {
		return Address{}, fmt.Errorf("%.60q is no name of a host", host)
	}
	port, err := parsePort(service)
	if err != nil {
		return Address{}, err
	}
	return Address{Network: "tcp", Host: host, Port: port}, nil
}

func parsePort(service string) (uint16, error) {
	if n, err := strconv.ParseUint(service, 10, 16); err == nil {
		return uint16(n), nil
	}
	if service != "" && len(service) < 32 && strings.Trim(service, "0123456789") != "" {
		if n, err := net.DefaultResolver.LookupPort(context.Background(), "tcp", service); err == nil { // a file of the system's, no network
			return uint16(n), nil
		}
	}
	return 0, fmt.Errorf("%.40q is no port: they are numbers from 1 to 65535", service)
}

// AddressArg is the i-th argument as what to connect to.
func AddressArg(c *interp.Call, i int) (Address, error) {
	text, err := c.Text(i)
	if err != nil {
		return Address{}, err
	}
	a, err := ParseAddress(text)
	switch {
	case err != nil:
		return a, c.ArgError(i, err.Error())
	case a.Network == "tcp" && a.Host == "":
		return a, c.ArgError(i, fmt.Sprintf("the host is missing: \"localhost%s\"", text))
	case a.Network == "tcp" && a.Port == 0:
		return a, c.ArgError(i, "nothing listens at port 0")
	}
	return a, nil
}

// ListenArg is the i-th argument as where a server listens: a port (on localhost alone), ":port" (everywhere), or what ParseAddress reads.
// Port 0 is any that is free.
func ListenArg(c *interp.Call, i int) (Address, error) {
	v := c.Arg(i)
	if n, ok := v.Int(); ok && v.Type() == "number" {
		if n < 0 || n > 65535 {
			return Address{}, c.ArgError(i, fmt.Sprintf("%d is no port: they are numbers from 0 to 65535", n))
		}
		return Address{Network: "tcp", Host: "localhost", Port: uint16(n)}, nil
	}
	text, ok := v.Text()
	if !ok {
		return Address{}, c.TypeError(i, "port or address")
	}
	if port, err := parsePort(text); err == nil {
		return Address{Network: "tcp", Host: "localhost", Port: port}, nil
	}
	a, err := ParseAddress(text)
	if err != nil {
		return a, c.ArgError(i, err.Error())
	}
	return a, nil
}
