package network_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

func policy(t *testing.T, n interp.Network) (p *interp.NetworkAccess) {
	p, _ = granted(t, n)
	return p
}

// granted is a policy, and the machine's files.
func granted(t *testing.T, n interp.Network) (p *interp.NetworkAccess, files interp.Files) {
	t.Helper()
	rt, err := interp.New(interp.WithNetwork(n), interp.WithSystem())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if _, err := rt.RunFunc(t.Context(), "network", func(c *interp.Call) error { p, files = c.Network(), c.Files(); return nil }); err != nil {
		t.Fatal(err)
	}
	return p, files
}

func tcp(host string) network.Address { return network.Address{Network: "tcp", Host: host} }

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
	p, files := granted(t, interp.Network{Connect: []string{"*", "127.0.0.1"}})
	if _, err := network.Listen(t.Context(), p, files, tcp("127.0.0.1"), 0o600); !denied(err) {
		t.Errorf("where nothing is named: %v", err)
	}
	p = policy(t, interp.Network{Listen: []string{"localhost"}})
	if _, err := network.Listen(t.Context(), p, files, tcp(""), 0o600); !denied(err) {
		t.Errorf("at every address of the machine: %v", err)
	}
	l, err := network.Listen(t.Context(), p, files, tcp("localhost"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

func TestSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "lull") // the test's own is too long a path for a socket on macOS
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	at := network.Address{Network: "unix", Path: filepath.Join(dir, "s")}
	p, files := granted(t, interp.Network{Connect: []string{at.String()}, Listen: []string{at.String()}})
	l, err := network.Listen(t.Context(), p, files, at, 0o600)
	if err != nil {
		if strings.Contains(err.Error(), "not supported") {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	if st, err := os.Stat(at.Path); err != nil || runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
		t.Errorf("the socket: %v, %v", st, err)
	}
	d := network.Dialer{Policy: p}
	conn, err := d.Dial(t.Context(), files, at)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	other := at
	other.Path += "x"
	if _, err := d.Dial(t.Context(), files, other); !denied(err) {
		t.Errorf("another socket: %v", err)
	}
	if _, err := network.Listen(t.Context(), p, files, at, 0o600); err == nil || network.Code(err) != "EADDRINUSE" {
		t.Errorf("where somebody listens: %v", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // as if the server had been killed
	l.Close()
	l, err = network.Listen(t.Context(), p, files, at, 0o600)
	if err != nil {
		t.Fatalf("a socket that a server has left: %v", err)
	}
	l.Close()
	if _, err := os.Lstat(at.Path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after the end: %v", err)
	}
	if err := os.WriteFile(at.Path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := network.Listen(t.Context(), p, files, at, 0o600); err == nil {
		t.Error("a file was replaced by a socket")
	}
}

func TestParseAddress(t *testing.T) {
	for text, want := range map[string]network.Address{
		"localhost:80":      {Network: "tcp", Host: "localhost", Port: 80},
		"[::1]:65535":       {Network: "tcp", Host: "::1", Port: 65535},
		":8080":             {Network: "tcp", Port: 8080},
		"example.org:https": {Network: "tcp", Host: "example.org", Port: 443},
		"unix:/run/a.sock":  {Network: "unix", Path: "/run/a.sock"},
		"unix:@name":        {Network: "unix", Path: "@name"},
	} {
		if got, err := network.ParseAddress(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "localhost", "::1:80", "localhost:", "a:65536", "a:-1", "a:no-such-service", "http://a:80", "unix:", "unix:a\x00b", "unix:" + strings.Repeat("a", 200), "a b:80", "a/b:80", "u@h:80", strings.Repeat("a", 300) + ":80"} {
		if got, err := network.ParseAddress(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}
