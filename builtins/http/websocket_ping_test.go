package http_test

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	lullhttp "github.com/lull-lua/lull/builtins/http"
	"github.com/lull-lua/lull/interp"
)

// pinged is a server of websockets, which answers as it is told in the URL: it hands on what comes, frame by frame.
func pinged(t *testing.T) (url string, frames chan string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	frames = make(chan string, 10_000)
	var all sync.WaitGroup
	t.Cleanup(func() {
		l.Close()
		all.Wait()
	})
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				answerPings(conn, frames)
			})
		}
	})
	return "ws://" + l.Addr().String(), frames
}

func answerPings(conn net.Conn, frames chan<- string) {
	r := bufio.NewReader(conn)
	req, err := http.ReadRequest(r)
	if err != nil {
		return
	}
	sum := sha1.Sum([]byte(req.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	how, upgrade, more := req.URL.Path, "websocket", ""
	switch how {
	case "/accept":
		sum[0]++
	case "/protocol":
		more = "Sec-WebSocket-Protocol: other\r\n"
	case "/upgrade":
		upgrade = "other"
	}
	fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: %s\r\nConnection: Upgrade\r\n%sSec-WebSocket-Accept: %s\r\n\r\n", upgrade, more, base64.StdEncoding.EncodeToString(sum[:]))
	if sent := map[string]string{"/opcode": "\x83\x01x", "/bits": "\xf1\x01x", "/text": "\x81\x02\xff\xfe", "/cut": "\x81\x05x"}[how]; sent != "" {
		_, _ = io.WriteString(conn, sent)
		if how == "/cut" {
			return
		}
	}
	if how == "/floods" {
		_, _ = io.WriteString(conn, strings.Repeat("\x81\x01x", 3000)) // more than is read ahead
	}
	for {
		head := make([]byte, 6)
		if _, err := io.ReadFull(r, head); err != nil {
			frames <- "gone"
			return
		}
		body := make([]byte, head[1]&0x7f)
		if _, err := io.ReadFull(r, body); err != nil {
			frames <- "gone"
			return
		}
		for i := range body {
			body[i] ^= head[2+i%4]
		}
		switch head[0] {
		case 0x88:
			if how == "/silent" {
				frames <- "close"
				continue
			}
			_, _ = conn.Write(append([]byte{0x88, byte(len(body))}, body...))
			frames <- "gone"
			return
		case 0x81:
			frames <- string(body)
			if how == "/echoes" {
				_, _ = conn.Write(append([]byte{0x81, byte(len(body))}, body...))
			}
			continue
		}
		frames <- "ping"
		switch how {
		case "/answers":
			_, _ = conn.Write(append([]byte{0x8a, byte(len(body))}, body...))
			_, _ = io.WriteString(conn, "\x81\x06answer")
		case "/speaks":
			_, _ = io.WriteString(conn, "\x81\x05speak")
		}
	}
}

// A side that answers the pings of a websocket, or sends something, is there; one that does neither has ended it by the time of the next ping.
func TestPings(t *testing.T) {
	url, frames := pinged(t)
	seen := map[string]int{}
	sees := func(what string, n int) {
		for seen[what] < n {
			seen[<-frames]++
		}
	}
	out := client(t, url, `
		local ws = http.websocket("URL/answers")
		for i = 1, 3 do
			assert(ping(ws))
			assert(ws:get() == "answer")
			repeat sleep(0) until not pinging(ws)
		end
		ws:send("still there")
		ws = http.websocket("URL/speaks")
		assert(ping(ws))
		assert(ws:get() == "speak")
		assert(ping(ws))
		assert(not ping(ws))
		print(pcall(ws.get, ws))
		ws = http.websocket("URL/floods")
		assert(ws:get() == "x")
		repeat sleep(0) until stalled(ws)
		for i = 1, 5 do assert(ping(ws)) end -- the answer may stand behind what nobody reads
		sees(5)
		for i = 2, 3000 do assert(ws:get() == "x") end
		assert(ping(ws))
		assert(not ping(ws))
		local ok, err = pcall(ws.get, ws)
		print(ok, err.kind, err.code, (err.message:gsub("127.0.0.1:%d+", "")))
		ws:close()
		assert(not ping(ws))
	`, lullhttp.Pings(), interp.WithAsync("sees", func(_ context.Context, n int) { sees("ping", n) }))
	if want := `false	test:14: http.websocket: URL/speaks: nobody has answered a ping for 30 s
false	io	ETIMEDOUT	http.websocket: ws:///floods: nobody has answered a ping for 30 s
`; strings.ReplaceAll(out, url, "URL") != want {
		t.Errorf("prints %s\nwant %s", out, want)
	}
	if sees("gone", 3); seen["ping"] != 5 {
		t.Errorf("the peers have seen %d pings", seen["ping"])
	}
}

// Pings go out by themselves, also of a server's websockets, whose handlers end when nobody answers; that is no news.
func TestPingsBeginByThemselves(t *testing.T) {
	url, frames := pinged(t)
	s := serve(t, `
		ping_every(0.1)
		local told = sync.queue()
		local s = http.serve(0, function(req)
			local ws = req:websocket()
			finally(function() ws:get() end, function(ok, err)
				tell(err.code)
				told:put(true)
			end)
		end)
		ready(s.url)
		local ws = http.websocket("`+url+`/mute")
		local ok, err = pcall(ws.get, ws)
		tell(err.message:match("nobody .*"))
		told:get() -- the server's may have begun later
		s:stop()
	`, lullhttp.Pings())
	conn, _ := s.upgrade("/")
	defer conn.Close()
	heard := map[string]bool{}
	for range 2 {
		select {
		case text := <-s.told:
			heard[text] = true
		case <-time.After(time.Minute):
			t.Fatal("nobody notices")
		}
	}
	if !heard["ETIMEDOUT"] || !heard["nobody has answered a ping for 0.1 s"] {
		t.Error(heard)
	}
	if first := <-frames; first != "ping" {
		t.Error(first)
	}
	if err := s.end(); err != nil || s.stderr.String() != "" {
		t.Error(err, s.stderr.String())
	}
}

// A peer that does not answer the closing handshake holds nobody up whose task has ended, been cancelled, or been stopped with its server.
func TestPeersThatDoNotClose(t *testing.T) {
	url, _ := pinged(t)
	began := time.Now()
	out := realTime(t, url, `
		local url = "URL/silent"
		local function opens() return http.websocket(url) end
		local opened = sync.event()
		local cancelled = spawn(function() opens() opened:set() sleep(60) end)
		opened:wait()
		cancelled:cancel()
		print(pcall(await, cancelled))
		for i = 1, 20 do spawn(opens):join() end
		task.map({ 1, 2, 3, 4, 5, 6, 7, 8 }, function() opens() end)
		opens()
	`)
	if !strings.HasPrefix(out, "false\t") {
		t.Error(out)
	}
	s := serve(t, `
		local s = http.serve(0, function(req) req:websocket():get() end, { grace = 0.1 })
		ready(s.url)
		s:join()
	`)
	for range 20 {
		conn, _ := s.upgrade("/")
		defer conn.Close()
	}
	s.stop()
	if err := s.end(); err == nil {
		t.Error("it ends by itself")
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("it took %v", took)
	}
	if told := s.stderr.String(); told != "" {
		t.Error(told)
	}
}

// A side that does not keep to the protocol is an error that says so at once; messages come to tasks in the order in which these have asked.
func TestBreaches(t *testing.T) {
	url, _ := pinged(t)
	out := client(t, url, `
		for _, path in ipairs { "opcode", "bits", "text", "cut", "accept", "protocol", "upgrade" } do
			local began = time.now()
			local ok, e = pcall(function() return http.websocket("URL/" .. path, { protocols = "chat" }):get() end)
			print(path, ok, e.kind, e.code, (e.message:gsub("^.*URL/[^:]*: ", ""):gsub("^.*protocol: ", "")))
		end
		local ws = http.websocket("URL/echoes")
		local got = {}
		local all = {}
		for i = 1, 5 do
			all[i] = spawn(function() for j = 1, 3 do local m = ws:get() got[#got + 1] = i .. m end end)
			sleep(0)
		end
		for i = 1, 15 do ws:send(string.char(96 + i)) end
		for i = 1, 5 do all[i]:await() end
		print(table.concat(got, " "))
		ws:close()
	`)
	if want := `opcode	false	io	EPROTO	received unknown opcode opcode(3)
bits	false	io	EPROTO	received header with unexpected rsv bits set: true:true:true
text	false	io	EPROTO	a text message that is not UTF-8
cut	false	io	ECONNRESET	the connection has ended without being closed
accept	false	io	EPROTO	its Sec-WebSocket-Accept is none to this handshake
protocol	false	io	EPROTO	it has taken the protocol "other", for which nobody has asked
upgrade	false	io	EPROTO	it says that it speaks another protocol
1a 2b 3c 4d 5e 1f 2g 3h 4i 5j 1k 2l 3m 4n 5o
`; out != want {
		t.Errorf("prints\n%s\nwant\n%s", out, want)
	}
}
