package network_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

func policy(t *testing.T, n interp.Network) (p *interp.NetworkAccess) {
	t.Helper()
	rt, err := interp.New(interp.WithNetwork(n))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if _, err := rt.RunFunc(t.Context(), "network", func(c *interp.Call) error { p = c.Network(); return nil }); err != nil {
		t.Fatal(err)
	}
	return p
}

func denied(err error) bool {
	e := (*interp.Error)(nil)
	return errors.As(err, &e) && e.Kind == interp.KindDenied
}

// A name is asked about before anybody is asked for its address, and each address before a connection is made.
func TestDial(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	looked := 0
	resolver := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		looked++
		return nil, errors.New("there is no server of names")
	}}
	for _, tt := range []struct {
		connect []string
		to      string
		ok      bool
		denied  bool
	}{
		{[]string{"127.0.0.1:" + port}, "127.0.0.1:" + port, true, false},
		{[]string{"localhost:" + port}, "localhost:" + port, true, false},
		{[]string{"*"}, "127.0.0.1:" + port, false, true},
		{[]string{"*"}, "localhost:" + port, false, true}, // a name that leads to the machine itself
		{[]string{"other.example"}, "evil.example:80", false, true},
		{nil, "127.0.0.1:" + port, false, true},
	} {
		d := network.Dialer{Policy: policy(t, interp.Network{Connect: tt.connect}), Net: net.Dialer{Resolver: resolver}}
		conn, err := d.DialContext(t.Context(), "tcp", tt.to)
		if (err == nil) != tt.ok || denied(err) != tt.denied {
			t.Errorf("%v to %s: %v", tt.connect, tt.to, err)
		}
		if err == nil {
			conn.Close()
		}
	}
	if looked > 0 {
		t.Error("a name was looked up that nobody may know of")
	}
	d := network.Dialer{Policy: policy(t, interp.Network{Proxies: []string{"127.0.0.1"}}), Proxy: true}
	if conn, err := d.DialContext(t.Context(), "tcp", l.Addr().String()); err != nil {
		t.Error(err)
	} else {
		conn.Close()
	}
}

func TestListen(t *testing.T) {
	if _, err := network.Listen(t.Context(), policy(t, interp.Network{Connect: []string{"*", "127.0.0.1"}}), "tcp", "127.0.0.1:0"); !denied(err) {
		t.Errorf("where nothing is named: %v", err)
	}
	p := policy(t, interp.Network{Listen: []string{"localhost"}})
	if _, err := network.Listen(t.Context(), p, "tcp", ":0"); !denied(err) {
		t.Errorf("at every address of the machine: %v", err)
	}
	l, err := network.Listen(t.Context(), p, "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	sock := filepath.Join(t.TempDir(), "s")
	p = policy(t, interp.Network{Connect: []string{"unix:" + sock}, Listen: []string{"unix:" + sock}})
	if l, err = network.Listen(t.Context(), p, "unix", sock); err != nil {
		if strings.Contains(err.Error(), "not supported") {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	defer l.Close()
	d := network.Dialer{Policy: p}
	conn, err := d.DialContext(t.Context(), "unix", sock)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if _, err := d.DialContext(t.Context(), "unix", sock+"x"); !denied(err) {
		t.Errorf("another socket: %v", err)
	}
}
