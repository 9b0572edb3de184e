package net_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/interp"
)

// Faults of the other side, or of the network, are no errors of the function that serves it; its own errors are told.
func TestPeersFaultsAreNoNews(t *testing.T) {
	ended := make(chan string, 100)
	ports := make(chan int, 2)
	rt, out := start(t, interp.WithFunc("ended", func(how string) { ended <- how }), interp.WithFunc("listening", func(port int) { ports <- port }))
	ctx, stop := t.Context(), make(chan struct{})
	go func() {
		defer close(stop)
		if _, err := rt.RunString(ctx, "=t", `
			local s, impatient
			impatient = net.serve(0, function(c)
				finally(function() c:read() end, function(ok, err) ended(ok and "good" or err.code or err.kind) end)
			end, { idle_timeout = 0.2 })
			s = net.serve(0, function(c)
				local what = c:read()
				c:write("+")
				finally(function()
					if what == "read" then c:read("*a") end
					if what == "write" then while true do c:write(("x"):rep(10000)) end end
					if what == "line" then c:read() end
					if what == "nested" then group(function(g) g:spawn(c.read, c) end) end
					if what == "own" then c:close() c:read() end
					if what == "stop" then impatient:stop() s:stop() end
				end, function(ok, err) ended(ok and "good" or err.code or err.kind or "error") end)
			end, { idle_timeout = 60 })
			listening(s.port)
			listening(impatient.port)
			s:join()`); err != nil {
			t.Error(err)
		}
	}()
	at := fmt.Sprint("127.0.0.1:", <-ports)
	idle, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", <-ports))
	if err != nil {
		t.Fatal(err)
	}
	if got := <-ended; got != "timeout" {
		t.Errorf("one that says nothing: ends with %s", got)
	}
	idle.Close()
	for _, tt := range []struct{ sends, want string }{
		{"read\n", "ECONNRESET"},
		{"write\n", "ECONNRESET EPIPE"},
		{"nested\n", "ECONNRESET"},
		{"line\n" + strings.Repeat("x", 17<<20), "limit"},
		{"own\n", "error"},
		{"stop\n", "good"},
	} {
		conn, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, tt.sends); err != nil && !strings.HasPrefix(tt.sends, "line") {
			t.Error(err)
		}
		_, _ = conn.Read(make([]byte, 1)) // it has understood
		switch tt.sends {
		case "write\n", "read\n", "nested\n":
			if tt.sends == "write\n" {
				_, _ = io.ReadFull(conn, make([]byte, 100_000))
			} else {
				time.Sleep(10 * time.Millisecond) // so that a task is likely to wait; what it sees is the same
			}
			_ = conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
		}
		if got := <-ended; !strings.Contains(tt.want, got) {
			t.Errorf("%.10q: ends with %s, want %s", tt.sends, got, tt.want)
		}
		conn.Close()
	}
	<-stop
	if told := out.String(); strings.Count(told, "lull: ") != 1 || !strings.Contains(told, "closed") {
		t.Errorf("the function's own error is not told alone:\n%s", told)
	}
}

// However many connect, the limits of a host's are crossed by what a script does itself.
func TestPeersDoNotCrossLimits(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limits interp.Limits
	}{
		{"tasks", interp.Limits{Tasks: 20}},
		{"files", interp.Limits{Files: 20}},
		{"timers", interp.Limits{Timers: 20}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ports := make(chan int, 1)
			rt, out := start(t, interp.WithLimits(tt.limits), interp.WithFunc("listening", func(port int) { ports <- port }))
			ran := make(chan error, 1)
			go func() {
				_, err := rt.RunString(t.Context(), "=t", `
					local s
					s = net.serve(0, function(c)
						local line = c:read()
						if line == "stop" then s:stop(0) end
						if line == "wait" then wait_for(c.read, 60, c) end
						c:write("ok\n")
					end)
					listening(s.port)
					s:join()`)
				ran <- err
			}()
			at := fmt.Sprint("127.0.0.1:", <-ports)
			dropped := make(chan struct{}, 100)
			var conns []net.Conn
			for range 100 {
				conn, err := net.Dial("tcp", at)
				if err != nil {
					t.Fatal(err)
				}
				conns = append(conns, conn)
				_, _ = io.WriteString(conn, "wait\n")
				go func() {
					if n, _ := conn.Read(make([]byte, 10)); n == 0 {
						dropped <- struct{}{}
					}
				}()
			}
			for range 50 {
				select {
				case <-dropped:
				case err := <-ran:
					t.Fatalf("the run has ended: %v", err)
				case <-time.After(20 * time.Second):
					t.Fatal("they are not dropped")
				}
			}
			for _, conn := range conns {
				conn.Close()
			}
			ask := func(what string) string {
				conn, err := net.Dial("tcp", at)
				if err != nil {
					return ""
				}
				defer conn.Close()
				_, _ = io.WriteString(conn, what+"\n")
				b, _ := io.ReadAll(conn)
				return string(b)
			}
			served := false
			for range 1000 {
				if served = ask("hello") == "ok\n"; served {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			if !served {
				t.Error("nobody is served after that")
			}
			for ended := false; !ended; {
				ask("stop") // what is left of the others may be in its way
				select {
				case err := <-ran:
					if ended = true; err != nil {
						t.Error(err)
					}
				case <-time.After(10 * time.Millisecond):
				}
			}
			if out.String() != "" {
				t.Error(out)
			}
		})
	}
}

// A server that is cancelled before it has begun drops who has come, and holds nothing up.
func TestServersThatNeverBegin(t *testing.T) {
	var early net.Conn
	rt, out := start(t, interp.WithFunc("connect", func(at string) {
		var err error
		if early, err = net.Dial("tcp", at); err != nil {
			t.Error(err)
		}
	}))
	_, err := rt.RunString(t.Context(), "=t", `
		local before = {}
		for _, t in ipairs(task.all()) do before[t] = true end
		local s = net.serve(0, print)
		connect(s.address)
		for _, t in ipairs(task.all()) do if not before[t] then t:cancel() end end
		s:join()
		print(select(2, pcall(net.connect, s.address)).code)
		sync.event():wait()`)
	if err == nil || !strings.Contains(err.Error(), "deadlock") || out.String() != "ECONNREFUSED\n" {
		t.Errorf("it ends with %v, and prints %s", err, out)
	}
	_ = early.SetDeadline(time.Now().Add(20 * time.Second))
	if n, err := early.Read(make([]byte, 10)); n > 0 || err == nil {
		t.Errorf("who had come reads %d bytes, %v", n, err)
	}
	early.Close()
}

// Bytes that a client which has gone does not take are no error of the run's, whatever the server was about; what is read at once is bounded.
func TestRestsOfConnections(t *testing.T) {
	rt, out := start(t)
	for range 3 {
		if _, err := rt.RunString(t.Context(), "=t", `
			local began = sync.event()
			local s = net.serve(0, function(c) began:set() for i = 1, 1000 do c:write(("x"):rep(65536)) end end)
			local c = net.connect(s.address)
			began:wait()
			c:read(1)
			c:close()
			s:stop(0)`); err != nil {
			t.Error(err)
		}
	}
	if _, err := rt.RunString(t.Context(), "=t", `
		local s = net.serve(0, function(c) for i = 1, 1100 do c:write(("x"):rep(65536)) end end)
		local c = net.connect(s.address)
		print(select(2, pcall(c.read, c, "*a")).kind)
		s:stop(0)`); err != nil || out.String() != "limit\n" {
		t.Error(err, out)
	}
}
