package interp_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// access is a policy as builtins ask it.
func access(t testing.TB, opts ...interp.Option) (a *interp.NetworkAccess) {
	t.Helper()
	rt, err := interp.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if _, err := rt.RunFunc(t.Context(), "network", func(c *interp.Call) error { a = c.Network(); return nil }); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestNetworkHosts(t *testing.T) {
	for _, tt := range []struct{ connect, yes, no string }{
		{"", "", "example.org:80 1.1.1.1:80 127.0.0.1:80 localhost:80"},
		{"api.example.org:443", "api.example.org:443 API.Example.ORG.:443", "api.example.org:80 example.org:443 x.api.example.org:443 api.example.org.evil.com:443 93.184.216.34:443 :443"},
		{"*.example.org", "a.example.org:1 a.b.example.org:65535", "example.org:1 badexample.org:1 .example.org:1"},
		{"*:443", "any.name:443 1.1.1.1:443 2606:4700::1111:443", "any.name:80 127.0.0.1:443 10.0.0.1:443 169.254.169.254:443 ::1:443 ::ffff:10.0.0.1:443 64:ff9b::a00:1:443 fe80::1%eth0:443 0.0.0.0:443 :443"},
		{"10.0.0.0/8:8000-8999", "10.1.2.3:8000 10.255.0.1:8999 ::ffff:10.1.2.3:8500", "10.1.2.3:7999 10.1.2.3:9000 11.0.0.1:8000"},
		{"0.0.0.0/0 [::/0]", "1.1.1.1:1 2606:4700::1111:1", "127.0.0.1:1 10.0.0.1:1 ::1:1 169.254.169.254:1 0.0.0.0:1 fe80::1%eth0:1 fd00::1:1"},
		{"10.0.0.0/7", "11.0.0.1:80", "10.0.0.1:80"},
		{"[::1]:80 [fd00::/8]", "::1:80 fd12::1:1", "::1:81 fc00::1:1 127.0.0.1:80"},
		{"127.0.0.1", "127.0.0.1:1", "127.0.0.2:1 localhost:1"},
		{"localhost:80", "localhost:80 127.0.0.1:80 ::1:80 127.9.9.9:80", "localhost:81 10.0.0.1:80"},
	} {
		a := access(t, interp.WithNetwork(interp.Network{Connect: strings.Fields(tt.connect)}))
		for i, list := range []string{tt.yes, tt.no} {
			for _, at := range strings.Split(list, " ") {
				if list == "" {
					continue
				}
				colon := strings.LastIndexByte(at, ':')
				var port uint16
				if _, err := fmt.Sscan(at[colon+1:], &port); err != nil {
					t.Fatal(err)
				}
				if err := a.Host(at[:colon], port); (err == nil) != (i == 0) {
					t.Errorf("%q: %s: %v", tt.connect, at, err)
				}
			}
		}
	}
}

// A name that is allowed leads to public addresses, and to others where these are named.
func TestNetworkAddresses(t *testing.T) {
	a := access(t, interp.WithNetwork(interp.Network{Connect: []string{"*.example.org", "10.0.0.0/8:80", "localhost:5000"}}))
	for at, want := range map[string]bool{
		"93.184.216.34:1": true, "[2606:2800::1]:1": true, "10.0.0.1:80": true, "[::ffff:10.0.0.1]:80": true, "127.0.0.1:5000": true, "[::1]:5000": true,
		"10.0.0.1:81": false, "127.0.0.1:80": false, "[::1]:80": false, "192.168.1.1:80": false, "169.254.169.254:80": false, "[fe80::1%eth0]:80": false,
		"100.64.0.1:80": false, "0.0.0.0:80": false, "[::]:80": false, "[64:ff9b::7f00:1]:80": false, "[2002:7f00:1::]:80": false, "224.0.0.1:80": false, "255.255.255.255:80": false,
	} {
		if err := a.Address(netip.MustParseAddrPort(at)); (err == nil) != want {
			t.Errorf("%s: %v", at, err)
		}
	}
	if err := a.ProxyAddress(netip.MustParseAddrPort("10.0.0.1:80")); err == nil {
		t.Error("what is no proxy is taken for one")
	}
}

func TestNetworkListsAndSockets(t *testing.T) {
	a := access(t, interp.WithNetwork(interp.Network{
		Connect: []string{"*", "unix:/run/a.sock"}, Listen: []string{"localhost:8080", "[::]:9000", "*:9001", "unix:/run/b.sock"}, Proxies: []string{"proxy.corp:3128", "10.0.0.1"},
	}))
	for what, got := range map[string]error{
		"yes: unix":               a.Unix("/run/a.sock"),
		"no: unix by another way": a.Unix("/run/../run/a.sock"),
		"no: unix to listen":      a.ListenUnix("/run/a.sock"),
		"yes: listen unix":        a.ListenUnix("/run/b.sock"),
		"no: empty":               a.Unix(""),
		"yes: loopback":           a.Listen(netip.MustParseAddrPort("127.0.0.1:8080")),
		"no: all of the machine":  a.Listen(netip.MustParseAddrPort("0.0.0.0:8080")),
		"yes: all, as named":      a.Listen(netip.MustParseAddrPort("[::]:9000")),
		"yes: all":                a.Listen(netip.MustParseAddrPort("0.0.0.0:9001")),
		"no: another port":        a.Listen(netip.MustParseAddrPort("127.0.0.1:8081")),
		"no: any port":            a.Listen(netip.MustParseAddrPort("127.0.0.1:0")),
		"yes: proxy":              a.Proxy("proxy.corp", 3128),
		"no: other proxy":         a.Proxy("proxy.corp", 80),
		"yes: proxy's address":    a.ProxyAddress(netip.MustParseAddrPort("10.0.0.1:3128")),
		"no: proxy's address":     a.ProxyAddress(netip.MustParseAddrPort("10.0.0.2:3128")),
	} {
		if (got == nil) != strings.HasPrefix(what, "yes") {
			t.Errorf("%s: %v", what, got)
		}
	}
	any := access(t, interp.WithNetwork(interp.Network{Any: true}))
	for _, err := range []error{any.Host("localhost", 1), any.Address(netip.MustParseAddrPort("127.0.0.1:1")), any.Unix("x"), any.ListenUnix("x"), any.Listen(netip.MustParseAddrPort("0.0.0.0:0")), any.Proxy("x", 1)} {
		if err != nil {
			t.Error(err)
		}
	}
	if access(t, interp.WithNetwork(interp.Network{}), interp.WithNetwork(interp.Network{Any: true})).Host("example.org", 80) == nil {
		t.Error("Any has taken the bounds away")
	}
	if !any.Granted() || !a.Granted() || access(t).Granted() {
		t.Error("Granted does not say what is granted")
	}
}

func TestNetworkEntriesThatAreNone(t *testing.T) {
	for _, entry := range []string{"", ":80", "a:0", "a:b", "a:80-70", "a:65536", "http://a", "a/b", "10.0.0.0/33", "[::1", "[::1]80", "*.", "a.*.b", "unix:", "1.2.3", "a b", "::ffff:10.0.0.0/104"} {
		if _, err := interp.New(interp.WithNetwork(interp.Network{Listen: []string{entry}})); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", entry)) {
			t.Errorf("%q: %v", entry, err)
		}
	}
	if _, err := interp.New(interp.WithNetwork(interp.Network{Any: true, Connect: []string{"a"}})); err == nil {
		t.Error("Any with a list")
	}
}

func ExampleWithNetwork() {
	// app.fetch(host) asks before it connects.
	fetch := func(c *interp.Call) error {
		host, err := c.Text(1)
		if err != nil {
			return err
		}
		if err := c.Network().Host(host, 443); err != nil {
			return err
		}
		return c.Return("what " + host + " says")
	}
	rt, err := interp.New(interp.WithFunc("fetch", fetch), interp.WithNetwork(interp.Network{Connect: []string{"*.example.org:443"}}))
	if err != nil {
		panic(err)
	}
	defer rt.Close()
	for _, host := range []string{"api.example.org", "10.0.0.1"} {
		fmt.Println(rt.RunString(context.Background(), "=job", `return fetch(...)`, host))
	}
	// Output:
	// [what api.example.org says] <nil>
	// [] job:1: the host does not allow to connect to 10.0.0.1:443
}
