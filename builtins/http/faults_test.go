package http_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// upgrade begins a websocket by hand.
func (s *serving) upgrade(path string) (net.Conn, *bufio.Reader) {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.addr())
	if err != nil {
		s.t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path)
	r := bufio.NewReader(conn)
	res, err := http.ReadResponse(r, nil)
	if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
		s.t.Fatalf("no websocket: %v, %v", res, err)
	}
	return conn, r
}

// frame is one of a client's, whose mask changes nothing.
func frame(first byte, text string) string {
	b := []byte{first, 0x80 | byte(len(text))}
	if len(text) > 125 {
		b = binary.BigEndian.AppendUint16([]byte{first, 0x80 | 126}, uint16(len(text)))
	}
	return string(append(append(b, 0, 0, 0, 0), text...))
}

// Faults of a peer are no errors of the handler that meets them: nobody is told of them. Its own errors are told, also where they stand
// beside.
func TestPeersFaultsAreNoNews(t *testing.T) {
	s := serve(t, `
		local function ended(fn) return function(req) return finally(function() return fn(req) end, function(ok, e) tell(ok and "good" or e.kind or "error") end) end end
		local s = http.serve(0, {
			["GET /get"] = ended(function(req) for m in req:websocket({ max_message = 10 }):messages() do end end),
			["GET /send"] = ended(function(req)
				local ws = req:websocket()
				ws:get()
				while true do ws:send(("x"):rep(1000)) sleep(0.001) end
			end),
			["GET /nested"] = ended(function(req) local ws = req:websocket() group(function(g) g:spawn(function() ws:get() end) end) end),
			["GET /own"] = ended(function(req) local ws = req:websocket() ws:close() ws:send("x") end),
			["GET /beside"] = ended(function(req) local ws = req:websocket() pcall(ws.get, ws) error("mine") end),
			["GET /events"] = ended(function(req) req:events(function(send) while true do send(("x"):rep(10000)) end end) end),
			["GET /stream"] = ended(function(req) return 200, function() return ("x"):rep(10000) end end),
			["POST /json"] = ended(function(req) return task.map({ 1 }, function() return req:json() end) end),
			["POST /read"] = ended(function(req) while req:read(1) do end end),
			["POST /lines"] = ended(function(req) for line in req:lines() do end end),
			["POST /csv"] = ended(function(req) for row in csv.rows(req) do end end),
			["POST /save"] = ended(function(req) req:save("saved") end),
			["POST /form"] = ended(function(req) req:form() end),
		}, { max_body = 20e6 })
		ready(s.url)`, interp.WithDir(t.TempDir()))
	for _, tt := range []struct{ path, sends, want string }{
		{"/get", "", "io"},                                    // gone without a word
		{"/get", "\x81", "io"},                                // half a frame
		{"/get", frame(0x83, "x"), "io"},                      // a kind that there is none of
		{"/get", frame(0xf1, "x"), "io"},                      // bits that nobody has agreed on
		{"/get", "\x81\x01x", "io"},                           // not masked
		{"/get", frame(0x80, "x"), "io"},                      // goes on with nothing
		{"/get", frame(0x89, strings.Repeat("x", 200)), "io"}, // a ping that is too long
		{"/get", frame(0x81, strings.Repeat("x", 20)), "limit"},
		{"/get", frame(0x88, "\x0f\xa1why"), "io"}, // 4001
		{"/get", frame(0x88, "\x03\xe8"), "good"},
		{"/send", frame(0x81, "go"), "io"},
		{"/send", frame(0x81, "go") + frame(0x88, "\x03\xe8"), "closed io"}, // as it sees it first
		{"/nested", "", "io"},
	} {
		conn, r := s.upgrade(tt.path)
		if _, err := io.WriteString(conn, tt.sends); err != nil {
			t.Error(err)
		}
		if tt.path == "/get" && tt.sends != "" && tt.sends != "\x81" {
			_, _ = io.Copy(io.Discard, r) // the server ends it
		} else if strings.HasSuffix(tt.sends, "\xe8") {
			_, _ = r.Discard(100)
		}
		conn.Close()
		if got := <-s.told; !strings.Contains(tt.want, got) && (got != "cancelled" || tt.sends != "") { // net/http may see that the client has gone
			t.Errorf("%s, %q: ends with %s, want %s", tt.path, tt.sends, got, tt.want)
		}
	}
	// net/http tells who reads, and cancels the request, as the connection ends before the body does: one comes first.
	for _, tt := range []struct{ sends, want string }{
		{"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n", "cancelled closed"}, // as it sees it first
		{"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n", "good"},             // the handler has returned by then
		{"POST /json HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n{\"a", "parse cancelled"},
		{"POST /json HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\nzz", "io"},
		{"POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc", "io cancelled"},
		{"POST /read HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "io"},
		{"POST /lines HTTP/1.1\r\nHost: localhost\r\nContent-Length: 17000000\r\n\r\n" + strings.Repeat("x", 17_000_000), "limit"},
		{"POST /csv HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\na,b\n1,", "io cancelled"},
		{"POST /save HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc", "io cancelled"},
		{"POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\n", "io cancelled"},
	} {
		conn, err := net.Dial("tcp", s.addr())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, tt.sends); err != nil {
			t.Errorf("%.30q: %v", tt.sends, err)
		}
		if strings.HasPrefix(tt.sends, "GET") {
			_, _ = bufio.NewReader(conn).Discard(10_000)
		} else {
			_ = conn.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, conn)
		}
		conn.Close()
		if got := <-s.told; !strings.Contains(tt.want, got) {
			t.Errorf("%.60q: ends with %s, want %s", tt.sends, got, tt.want)
		}
	}
	if told := s.stderr.String(); told != "" {
		t.Errorf("it is told of what peers do:\n%s", told)
	}
	for path, want := range map[string]string{"/own": "the websocket is closed", "/beside": "mine"} {
		conn, r := s.upgrade(path)
		if path == "/own" {
			_, _ = io.WriteString(conn, frame(0x88, "\x03\xe8"))
			_, _ = io.Copy(io.Discard, r)
		}
		conn.Close()
		<-s.told
		for range 200 {
			if strings.Contains(s.stderr.String(), want) {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if told := s.stderr.String(); strings.Count(told, want) != 1 || !strings.Contains(told, "stack traceback") {
			t.Errorf("%s: the handler's own error is not told once:\n%s", path, told)
		}
	}
}

// However many come, the limits of a host's are crossed by what a script does itself: peers get 503, and the run goes on.
func TestPeersDoNotCrossLimits(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f"), bytes.Repeat([]byte("x"), 8<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		limits interp.Limits
		path   string
	}{
		{"tasks", interp.Limits{Tasks: 20}, "/wait"},
		{"tasks of handlers", interp.Limits{Tasks: 40}, "/gathers"},
		{"timers", interp.Limits{Timers: 20}, "/wait"},
		{"files", interp.Limits{Files: 10}, "/f"},
		{"websockets", interp.Limits{Files: 10}, "/ws"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, `
				local s = http.serve(0, {
					["GET /wait"] = function() sleep(30) end,
					["GET /gathers"] = function(req) if #task.all() < 10 then gather(async(sleep)(30), async(sleep)(30)) end sleep(30) end,
					["GET /{name}"] = http.files("."),
					["GET /ws"] = function(req) req:websocket():get() end,
					["GET /ok"] = function() return "ok" end,
				}, { limit = 1000, timeout = 60 })
				ready(s.url)`, interp.WithDir(dir), interp.WithLimits(tt.limits))
			var conns []net.Conn
			refused := make(chan struct{}, 100)
			var all sync.WaitGroup
			for range 100 {
				conn, err := net.Dial("tcp", s.addr())
				if err != nil {
					t.Fatal(err)
				}
				conns = append(conns, conn)
				fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", tt.path)
				all.Go(func() {
					line, err := bufio.NewReaderSize(conn, 16).ReadString('\n') // the rest of a file stays where it is
					if err == nil && strings.Contains(line, " 503 ") {
						refused <- struct{}{}
					}
				})
			}
			for range 50 {
				select {
				case <-refused:
				case err := <-s.ended:
					t.Fatalf("the run has ended: %v", err)
				case <-time.After(time.Minute):
					t.Fatal("they are not turned away")
				}
			}
			for _, conn := range conns {
				conn.Close()
			}
			all.Wait()
			for range 1000 {
				if got := s.do("GET", "/ok", ""); got == "200 text/plain; charset=utf-8: ok" {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Errorf("nobody is served after that:\n%s", s.stderr.String())
		})
	}
}

// A server that is cancelled before it has begun takes nobody, and leaves nobody without an answer.
func TestServersThatNeverBegin(t *testing.T) {
	s := serve(t, `
		local function serves()
			local before, s = {}
			for _, t in ipairs(task.all()) do before[t] = true end
			s = http.serve(0, function() return "hello" end)
			for _, t in ipairs(task.all()) do if not before[t] then return s, t end end
		end
		local s, its = serves()
		connect(s.port)
		its:cancel()
		ready(s.url)
		s:join()
		tell("joined")
		print(select(2, pcall(http.get, s.url)).code)
		tell(select(2, pcall(wait_for, function() sync.event():wait() end, 0.1)).kind)
		sync.event():wait() -- nothing holds it up, so that it is seen that nobody comes`,
		interp.WithFunc("connect", func(port int) {
			conn, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { conn.Close() })
			fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
			early = conn
		}))
	_ = early.SetDeadline(time.Now().Add(time.Minute))
	if b, err := io.ReadAll(early); os.IsTimeout(err) || len(b) > 0 && !strings.HasPrefix(string(b), "HTTP/1.1 503") {
		t.Errorf("who had come before has %q, %v", b, err)
	}
	s.hears("joined")
	s.hears("timeout")
	if err := s.end(); err == nil || !strings.Contains(err.Error(), "deadlock") {
		t.Errorf("it ends with %v", err)
	}
	if !strings.Contains(s.stderr.String(), "ECONNREFUSED") {
		t.Error(s.stderr.String())
	}
}

// early is a connection that was made before its server began.
var early net.Conn

// A handshake that is none has an answer that says so.
func TestBadHandshakes(t *testing.T) {
	s := serve(t, `ready(http.serve(0, function(req) req:websocket():get() end).url)`)
	for _, headers := range []string{"Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short"} {
		got := s.raw("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n" + headers + "\r\n\r\n")
		if !strings.HasPrefix(got, "HTTP/1.1 4") || !strings.Contains(headers, "key") && strings.Contains(headers, ": 8") && !strings.Contains(got, "Sec-Websocket-Version: 13") {
			t.Errorf("%q: %q", headers, got)
		}
	}
	if told := s.stderr.String(); told != "" {
		t.Error(told)
	}
}

// Routes that others' routers would take are bad arguments, which say what is meant.
func TestOddRoutes(t *testing.T) {
	got := client(t, "", `
		for _, route in ipairs { "get /x", "GET /x/:id", "GET /x/<id>/y", "GET /x/*", "/a/:b/c" } do print((select(2, pcall(http.serve, 0, { [route] = print })).message:match("route.*"))) end
		for _, route in ipairs { "GET /v1/jobs:run", "/x/a*b", "GET /{x}/{$}" } do http.serve(0, { [route] = print }):stop() end
		print((select(2, pcall(http.serve, 0, print, { hosts = { "http://x" } })).message))
	`)
	if want := `route "get /x": methods are in capitals: GET)
route "GET /x/:id": {id} stands for a part of the path)
route "GET /x/<id>/y": {id} stands for a part of the path)
route "GET /x/*": {path...} stands for whatever follows)
route "/a/:b/c": {b} stands for a part of the path)
bad argument #3 to 'serve' (option 'hosts': "http://x" is no name of a host)
`; got != want {
		t.Errorf("prints\n%s\nwant\n%s", got, want)
	}
}

// A case of the specification prints the same over the network as in virtual time.
func TestVirtualTimeIsTheNetworks(t *testing.T) {
	src, err := os.ReadFile("../../scripts/spec/http/answers_in_virtual_time_are_the_networks.lua")
	if err != nil {
		t.Fatal(err)
	}
	real, told, err := interptest.Once{Real: true}.Run(t, string(src), builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	virtual, alsoTold, err := interptest.Once{}.Run(t, string(src), builtins.Std())
	if err != nil || real != virtual || told != alsoTold {
		t.Errorf("over the network\n%s%s\nin virtual time\n%s%s%v", real, told, virtual, alsoTold, err)
	}
}
