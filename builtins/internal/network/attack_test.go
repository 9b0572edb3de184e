package network_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

// liar is a name server on the machine itself, which gives for any name what answers says, one after the other.
func liar(t *testing.T, answers ...string) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() { pc.Close(); <-ended })
	var asked atomic.Int32
	go func() {
		defer close(ended)
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			q := m.Questions[0]
			if q.Type == dnsmessage.TypeA {
				ip := netip.MustParseAddr(answers[min(int(asked.Add(1)), len(answers))-1])
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}, Body: &dnsmessage.AResource{A: ip.As4()}})
			}
			if b, err := m.Pack(); err == nil {
				_, _ = pc.WriteTo(b, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

// A script whose policy names public hosts does not get to the machine itself, however it calls that: neither by another spelling, nor by
// a name whose server lies, nor by one that leads elsewhere the second time.
func TestNoWayRoundThePolicy(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	reached := make(chan struct{}, 100)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			reached <- struct{}{}
			conn.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	p := policy(t, interp.Network{Connect: []string{"*", "*.evil.example"}})
	hosts := []string{
		"127.0.0.1", "127.1", "127.0.1", "0x7f.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "0x7f000001", "017700000001",
		"localhost", "localhost.", "LOCALHOST", "LocalHost.", "localhost.localdomain", "ip6-localhost", "foo.localhost",
		"::1", "::ffff:127.0.0.1", "::127.0.0.1", "0:0:0:0:0:0:0:1", "::ffff:7f00:1", "64:ff9b::127.0.0.1", "2002:7f00:1::", "fe80::1%lo", "::1%lo", "::%lo",
		"0", "0.0.0.0", "::", "a.evil.example", "A.Evil.Example.", "127.0.0.1.evil.example",
		"127.0.0.1.", "[127.0.0.1]", "１２７.0.0.1", "127。0。0。1", "ⓛocalhost", "127.0.0.1\x00.evil.example", "127.0.0.1 .evil.example",
	}
	for _, answers := range [][]string{{"127.0.0.1"}, {"10.0.0.1"}, {"169.254.169.254"}, {"0.0.0.0"}, {"127.0.0.2", "127.0.0.1"}} {
		d := network.Dialer{Policy: p, Net: net.Dialer{Resolver: liar(t, answers...)}}
		for _, host := range hosts {
			for range 2 {
				conn, err := d.DialContext(t.Context(), "tcp", net.JoinHostPort(strings.Trim(host, "[]"), port))
				if err == nil {
					conn.Close()
					t.Errorf("%s leads to %v", host, conn.RemoteAddr())
				}
			}
		}
	}
	// A name that was allowed the first time, because it led to where it may, leads to the machine itself the second time.
	own := policy(t, interp.Network{Connect: []string{"*.evil.example:" + port, "127.0.0.2:" + port}})
	d := network.Dialer{Policy: own, Net: net.Dialer{Resolver: liar(t, "127.0.0.2", "127.0.0.1")}}
	for range 2 {
		if conn, err := d.DialContext(t.Context(), "tcp", "a.evil.example:"+port); err == nil {
			if conn.RemoteAddr().String() == l.Addr().String() {
				t.Error("a name was bound anew")
			}
			conn.Close()
		}
	}
	l.Close()
	<-ended
	if n := len(reached); n > 0 {
		t.Errorf("%d connections have come", n)
	}
}
