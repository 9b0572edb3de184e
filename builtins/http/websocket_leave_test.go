package http_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/interp"
)

// A server that stops closes its websockets at once, however silent their clients are: the handlers' loops end in good order.
func TestStopClosesWebsockets(t *testing.T) {
	s := serve(t, `
		local s
		s = http.serve(0, {
			["/"] = function(req)
				local ws = req:websocket()
				tell("began")
				for m in ws:messages() do end
				tell(tostring(select(2, pcall(ws.send, ws, "too late")).kind))
				ws:send("too late") -- no news
			end,
			["/late"] = function(req) -- it begins its websocket when the server is stopping
				tell("late")
				while pcall(http.get, s.url) do end
				for m in req:websocket():messages() do end
				tell("ended")
			end,
		}, { grace = 60 })
		ready(s.url)`)
	conn, r := s.upgrade("/")
	defer conn.Close()
	s.hears("began")
	late := make(chan string, 1)
	go func() {
		late <- s.raw("GET /late HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	}()
	s.hears("late")
	s.stop()
	frame := make([]byte, 4)
	if _, err := io.ReadFull(r, frame); err != nil || string(frame) != "\x88\x02\x03\xe9" {
		t.Errorf("the client reads % x, %v", frame, err)
	}
	heard := []string{<-s.told, <-s.told}
	if got := strings.Join(heard, " "); got != "closed ended" && got != "ended closed" {
		t.Error(got)
	}
	if got := <-late; !strings.Contains(got, " 101 ") || !strings.HasSuffix(got, "\x88\x02\x03\xe9") {
		t.Errorf("who came late reads %q", got)
	}
	if err := s.end(); !errors.Is(err, interp.ErrCancelled) || s.stderr.String() != "" {
		t.Error(err, s.stderr.String())
	}
}

// A text message that is not UTF-8 ends a websocket with the status 1007 (RFC 6455 8.1); that is no news.
func TestTextThatIsNotUTF8(t *testing.T) {
	s := serve(t, `
		local s = http.serve(0, function(req)
			local ws = req:websocket()
			finally(function() ws:get() end, function(ok, err) tell(err.code) end)
		end)
		ready(s.url)`)
	conn, r := s.upgrade("/")
	defer conn.Close()
	if _, err := io.WriteString(conn, frame(0x81, "\xff\xfe")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4)
	if _, err := io.ReadFull(r, got); err != nil || string(got) != "\x88\x02\x03\xef" {
		t.Errorf("the client reads % x, %v", got, err)
	}
	s.hears("EPROTO")
	if told := s.stderr.String(); told != "" {
		t.Error(told)
	}
}

// An answer that begins no websocket is known by its head, however long its body takes.
func TestAnswersThatBeginNoWebsocket(t *testing.T) {
	p := peer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(http.StatusTeapot)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done() // the client has gone
	})
	out := realTime(t, p.URL, `
		local ok, err = pcall(http.websocket, "URL", { timeout = 60 })
		print(ok, err.kind, err.status)`)
	if out != "false\tstatus\t418\n" {
		t.Error(out)
	}
}

// Peers that do not answer the closing handshake hold up neither the task whose websocket it is, nor each other, nor the end of the run.
func TestPeersThatDoNotAnswerTheClose(t *testing.T) {
	url, frames := pinged(t)
	began := time.Now()
	out := realTime(t, url, `
		local function opens() http.websocket("URL/silent") end
		local t = now()
		local opened = sync.event()
		local cancelled = spawn(function() opens() opened:set() sleep(60) end)
		opened:wait()
		cancelled:cancel()
		print((pcall(await, cancelled)))
		for i = 1, 50 do spawn(opens):join() end
		for i = 1, 50 do opens() end
		print(now() - t < 25) -- one after the other would take 50 s
		t = now()
		local ws = http.websocket("URL/silent")
		print((pcall(wait_for, function() ws:close() end, 0.1)), now() - t < 20)`)
	if want := "false\ntrue\nfalse\ttrue\n"; out != want {
		t.Errorf("prints %s\nwant %s", out, want)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it takes %v", took)
	}
	told := map[string]int{}
	for told["gone"] < 102 {
		told[<-frames]++
	}
	if told["close"] != 102 {
		t.Errorf("the peers see %v", told)
	}
}
