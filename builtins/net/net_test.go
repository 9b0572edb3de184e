package net_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

func TestMain(m *testing.M) {
	if runtime.GOARCH == "wasm" { // where the runtime has a goroutine for what JavaScript calls
		os.Exit(m.Run())
	}
	goleak.VerifyTestMain(m)
}

// many is how many connections TestManyConnections opens; each takes two descriptors of this process (ulimit -n).
var many = flag.Int("many", 500, "connections of TestManyConnections")

// start is a runtime on the machine's clock.
func start(t *testing.T, opts ...interp.Option) (rt *interp.Runtime, out *strings.Builder) {
	t.Helper()
	out = &strings.Builder{}
	rt, err := interp.New(append([]interp.Option{builtins.Std(), interp.WithStdio(nil, out, out)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	})
	return rt, out
}

// Thousands of connections are open at once, each a task that waits; go test -run Many -many 10000 -v tells what they take.
func TestManyConnections(t *testing.T) {
	ports, ended := make(chan int, 1), make(chan struct{})
	rt, _ := start(t,
		interp.WithFunc("listening", func(port int) { ports <- port }),
		interp.WithAsync("finish", func(ctx context.Context) error {
			select {
			case <-ended:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}))
	ran := make(chan error, 1)
	go func() {
		_, err := rt.RunString(t.Context(), "=t", `
			local s = net.serve(0, function(c) for line in c:lines() do c:write(line, "\n") end end)
			listening(s.port)
			finish()
			s:stop(0)`)
		ran <- err
	}()
	port := <-ports
	conns := make([]net.Conn, *many)
	echo := func(i int) error {
		if _, err := fmt.Fprintf(conns[i], "%d\n", i); err != nil {
			return err
		}
		line, err := bufio.NewReader(conns[i]).ReadString('\n')
		if err == nil && line != fmt.Sprintf("%d\n", i) {
			err = fmt.Errorf("connection %d: %q", i, line)
		}
		return err
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range conns {
		var err error
		if conns[i], err = net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			err = echo(i)
		}
		if err != nil {
			t.Fatal(i, err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("%d connections: %d bytes of heap and stacks each", *many, int(after.HeapInuse+after.StackInuse-before.HeapInuse-before.StackInuse)/(*many))
	for i := range conns {
		if err := echo(i); err != nil {
			t.Fatal(err)
		}
		conns[i].Close()
	}
	close(ended)
	if err := <-ran; err != nil {
		t.Error(err)
	}
}

// Tasks that are cancelled while they connect, read or write leave neither a goroutine nor a socket; the server sees each go.
func TestCancelledConnections(t *testing.T) {
	rt, out := start(t, interp.WithLimits(interp.Limits{Files: 40}))
	if _, err := rt.RunString(t.Context(), "=t", `
		local came, went = 0, 0
		local s = net.serve(0, function(c)
			came = came + 1
			finally(function() c:read("*a") end, function() went = went + 1 end)
		end)
		for i = 1, 200 do
			local before = came
			local t = spawn(function() net.connect(s.address):write(("x"):rep(i * 100)) sleep(60) end)
			sleep(i % 3 == 0 and 0 or 0.001)
			while i % 3 == 1 and came == before do sleep(0.001) end -- so that some come
			t:cancel()
			t:join()
		end
		s:stop(1)
		print(came >= 50, came == went)`); err != nil {
		t.Error(err)
	}
	if out.String() != "true\ttrue\n" {
		t.Error(out)
	}
}

// A connection counts as an open file of the run's, at either end.
func TestFiles(t *testing.T) {
	rt, _ := start(t, interp.WithLimits(interp.Limits{Files: 5}))
	_, err := rt.RunString(t.Context(), "=t", `
		local s = net.serve(0, function(c) c:read("*a") end)
		local all = {}
		for i = 1, 5 do all[i] = net.connect(s.address) sleep(0.01) end`)
	if err == nil || !strings.Contains(err.Error(), "limit exceeded: Files (5)") {
		t.Error(err)
	}
}

// A policy that names public hosts has no way to the machine itself, nor to what is not named, whatever a script calls that.
func TestPolicy(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	rt, out := start(t, interp.WithNetwork(interp.Network{Connect: []string{"*:" + port, "named.example", "unix:/named.sock"}, Listen: []string{"127.0.0.1"}}))
	if _, err := rt.RunString(t.Context(), "=t", `
		local port = ...
		for _, host in ipairs { "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "10.0.0.1", "169.254.169.254", "[fe80::1%lo]", "localhost", "LOCALHOST" } do
			local ok, err = pcall(net.connect, host .. ":" .. port, { timeout = 5 })
			if ok or err.kind ~= "denied" then print(host, ok, err) end
		end
		for _, host in ipairs { "localhost.", "0x7f.1", "127.1", "2130706433", "0177.0.0.1" } do -- names, to Go; none leads anywhere
			if pcall(net.connect, host .. ":" .. port, { timeout = 5 }) then print(host) end
		end
		for _, at in ipairs { "other.example:80", "unix:/other.sock", "unix:/../named.sock", "127.0.0.1:1" } do
			local ok, err = pcall(net.connect, at)
			if ok or err.kind ~= "denied" then print(at, ok, err) end
			ok, err = pcall(net.wait, at, 1)
			if ok or err.kind ~= "denied" then print(at, ok, err) end
		end
		print(select(2, pcall(net.connect, "unix:/named.sock")).code)
		for _, at in ipairs { ":0", "0.0.0.0:0", "[::1]:0", "unix:/tmp/lull-other.sock" } do
			local ok, err = pcall(net.serve, at, print)
			if ok or err.kind ~= "denied" then print(at, ok, err) end
		end
		print(select(2, pcall(net.resolve, "10.0.0.1")).kind)
		net.serve("127.0.0.1:0", print):stop()`, port); err != nil {
		t.Error(err)
	}
	if out.String() != "ENOENT\ndenied\n" {
		t.Error(out)
	}
}

// A name server on the machine itself is asked for each kind of record.
func TestResolve(t *testing.T) {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { serveNames(pc) })
	was := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
	defer func() {
		net.DefaultResolver = was
		pc.Close()
		serving.Wait()
	}()
	rt, out := start(t)
	if _, err := rt.RunString(t.Context(), "=t", `
		local function show(list)
			if not list then return tostring(list) end
			local words = {}
			for _, r in ipairs(list) do
				if type(r) == "table" then
					local fields = {}
					for k, v in pairs(r) do fields[#fields + 1] = k .. "=" .. v end
					r = table.concat(fields, ",")
				end
				words[#words + 1] = r
			end
			return table.concat(words, " ")
		end
		for _, typ in ipairs { false, "MX", "TXT", "SRV", "NS", "CNAME" } do
			print(typ, show(net.resolve("a.example.", typ or nil)), show(net.resolve("none.example.", typ or nil)))
		end
		print(show(net.resolve("192.0.2.1", "PTR")))
		local ok, err = pcall(net.resolve, "broken.example.")
		print(err.kind, err.code)
		print(select(2, pcall(net.connect, "none.example.:80")).code)`); err != nil {
		t.Error(err)
	}
	if want := `false	192.0.2.1 192.0.2.2	nil
MX	host=m1.example,preference=10 host=m2.example,preference=20	nil
TXT	text=one text=two	nil
SRV	host=s.example,port=5060,priority=1,weight=5	nil
NS	host=n.example	nil
CNAME	host=c.example	nil
host=p.example
io	EAI_AGAIN
ENOTFOUND
`; out.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", out, want)
	}
}

// serveNames answers as a name server of example. does.
func serveNames(pc net.PacketConn) {
	name := func(s string) dnsmessage.Name { return dnsmessage.MustNewName(s) }
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
		var bodies []dnsmessage.ResourceBody
		switch q.Name.String() {
		case "none.example.":
			m.RCode = dnsmessage.RCodeNameError
		case "broken.example.":
			m.RCode = dnsmessage.RCodeServerFailure
		default:
			switch q.Type {
			case dnsmessage.TypeA:
				bodies = append(bodies, &dnsmessage.AResource{A: [4]byte{192, 0, 2, 2}}, &dnsmessage.AResource{A: [4]byte{192, 0, 2, 1}})
			case dnsmessage.TypeMX:
				bodies = append(bodies, &dnsmessage.MXResource{Pref: 20, MX: name("m2.example.")}, &dnsmessage.MXResource{Pref: 10, MX: name("m1.example.")})
			case dnsmessage.TypeTXT:
				bodies = append(bodies, &dnsmessage.TXTResource{TXT: []string{"two"}}, &dnsmessage.TXTResource{TXT: []string{"one"}})
			case dnsmessage.TypeSRV:
				bodies = append(bodies, &dnsmessage.SRVResource{Priority: 1, Weight: 5, Port: 5060, Target: name("s.example.")})
			case dnsmessage.TypeNS:
				bodies = append(bodies, &dnsmessage.NSResource{NS: name("n.example.")})
			case dnsmessage.TypePTR:
				bodies = append(bodies, &dnsmessage.PTRResource{PTR: name("p.example.")})
			}
			if q.Type == dnsmessage.TypeA { // which is what Go asks for to find it
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}, Body: &dnsmessage.CNAMEResource{CNAME: name("c.example.")}})
				q.Name = name("c.example.")
			}
		}
		for _, b := range bodies {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}, Body: b})
		}
		if b, err := m.Pack(); err == nil {
			_, _ = pc.WriteTo(b, from)
		}
	}
}
