package http_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lull-lua/lull/interp"
)

// raw is a server that answers each connection as it likes, whatever is asked.
func raw(t *testing.T, answer func(c net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 64<<10)
				if _, err := c.Read(buf); err == nil {
					answer(c)
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// Servers that lie, break off and never end are errors that say so, and take neither memory nor time.
func TestServersThatLie(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range 200 {
		z.Write(zeros)
	}
	z.Close()
	head := "HTTP/1.1 200 OK\r\n"
	for _, tt := range []struct {
		name, options string
		answer        func(c net.Conn)
	}{
		{"nothing", "", func(c net.Conn) {}},
		{"reset", "", func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }},
		{"no HTTP", "", func(c net.Conn) { io.WriteString(c, "220 mail.example.org ESMTP\r\n") }},
		{"half a head", "", func(c net.Conn) { io.WriteString(c, head+"Content-Le") }},
		{"too short", "", func(c net.Conn) { io.WriteString(c, head+"Content-Length: 100\r\n\r\nshort") }},
		{"too long", "", func(c net.Conn) { io.WriteString(c, head+"Content-Length: 5\r\n\r\nfive and more") }},
		{"two lengths", "", func(c net.Conn) { io.WriteString(c, head+"Content-Length: 5\r\nContent-Length: 6\r\n\r\nfive!") }},
		{"length and chunks", "", func(c net.Conn) {
			io.WriteString(c, head+"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
		}},
		{"bad length", "", func(c net.Conn) { io.WriteString(c, head+"Content-Length: -5\r\n\r\nfive") }},
		{"huge length", "", func(c net.Conn) { io.WriteString(c, head+"Content-Length: 99999999999\r\n\r\nfive") }},
		{"bad chunk", "", func(c net.Conn) { io.WriteString(c, head+"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n") }},
		{"cut chunk", "", func(c net.Conn) { io.WriteString(c, head+"Transfer-Encoding: chunked\r\n\r\n10\r\nabc") }},
		{"bad status", "", func(c net.Conn) { io.WriteString(c, "HTTP/1.1 2000 OK\r\n\r\n") }},
		{"no status", "", func(c net.Conn) { io.WriteString(c, "HTTP/1.1 000 OK\r\nContent-Length: 1\r\n\r\nx") }},
		{"huge chunk", "", func(c net.Conn) {
			io.WriteString(c, head+"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nabc\r\n")
		}},
		{"bare LF", "", func(c net.Conn) { io.WriteString(c, head+"Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n") }},
		{"long chunk lines", "", func(c net.Conn) {
			io.WriteString(c, head+"Transfer-Encoding: chunked\r\n\r\n")
			for range 200 {
				fmt.Fprintf(c, "1;%s\r\nx\r\n", strings.Repeat("y", 3000))
			}
		}},
		{"bad header", "", func(c net.Conn) { io.WriteString(c, head+"Bad Header : x\r\n\r\n") }},
		{"endless headers", "", func(c net.Conn) {
			io.WriteString(c, head)
			for i := 0; ; i++ {
				if _, err := fmt.Fprintf(c, "X-%d: %s\r\n", i, strings.Repeat("x", 1000)); err != nil {
					return
				}
			}
		}},
		{"endless 1xx", "", func(c net.Conn) {
			for {
				if _, err := io.WriteString(c, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"); err != nil {
					return
				}
			}
		}},
		{"endless body", "{ max_body = 100000 }", func(c net.Conn) {
			io.WriteString(c, head+"\r\n")
			for {
				if _, err := c.Write(zeros); err != nil {
					return
				}
			}
		}},
		{"gzip bomb", "", func(c net.Conn) {
			fmt.Fprintf(c, "%sContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n", head, bomb.Len())
			c.Write(bomb.Bytes())
		}},
		{"no gzip", "", func(c net.Conn) { io.WriteString(c, head+"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain") }},
		{"redirect loop", "", func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		}},
		{"bad location", "", func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 302 Found\r\nLocation: http://a b/\r\nContent-Length: 0\r\n\r\n")
		}},
		{"upgrade", "", func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nabc")
		}},
		{"error cut off", "", func(c net.Conn) { io.WriteString(c, "HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nshort") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := raw(t, tt.answer)
			options := tt.options
			if options == "" {
				options = "{}"
			}
			check(t, url, `
				local function try(...)
					local ok, e = pcall(...)
					if ok then print(e.status, #(e.body or ""), e.body and #e.body < 50 and e.body) return end
					print((tostring(e):gsub("^test:%d+: ", "")), e.kind, e.code, (e.url or ""):gsub("URL", "URL"))
				end
				try(http.get, "URL/", `+options+`)
				try(http.get, "URL/", { to = "f", max_body = 1e5 })
				print(show(fs.list(".")))
			`)
		})
	}
}

// A download is there when it is whole, and goes on where it was left only if the file is still the same.
func TestDownloads(t *testing.T) {
	content := strings.Repeat("0123456789", 10_000)
	var etag, mode atomic.Value
	etag.Store(`"one"`)
	mode.Store("")
	var asked atomic.Value
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/large" {
			piece := make([]byte, 1<<20)
			for range 65 {
				w.Write(piece)
			}
			w.Write(make([]byte, 10))
			return
		}
		asked.Store(fmt.Sprintf("%s %s %s", r.Header.Get("Range"), r.Header.Get("If-Range"), r.Header.Get("Accept-Encoding")))
		switch m := mode.Load().(string); m {
		case "cut", "cut weak":
			mode.Store("")
			if m == "cut" {
				w.Header().Set("ETag", etag.Load().(string))
			} else {
				w.Header().Set("ETag", `W/"weak"`)
			}
			w.Header().Set("Content-Length", fmt.Sprint(len(content)))
			io.WriteString(w, content[:40_000])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case "404":
			http.NotFound(w, r)
			return
		case "wrong part":
			w.Header().Set("ETag", etag.Load().(string))
			if r.Header.Get("Range") != "" {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 10-%d/%d", len(content)-1, len(content)))
				w.WriteHeader(206)
				io.WriteString(w, content[10:])
				return
			}
			io.WriteString(w, content)
			return
		case "unasked part":
			w.Header().Set("Content-Range", "bytes 0-9/10")
			w.WriteHeader(206)
			io.WriteString(w, content[:10])
			return
		}
		w.Header().Set("ETag", etag.Load().(string))
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(content))
	})
	opts := []interp.Option{
		interp.WithFunc("mode", func(m string) { mode.Store(m) }),
		interp.WithFunc("etag", func(e string) { etag.Store(e) }),
		interp.WithFunc("asked", func() string { return asked.Load().(string) }),
	}
	check(t, s.URL, `
		local sum = "sha256:" .. hash.sha256(("0123456789"):rep(10000))
		local function try(o)
			o.to = o.to or "f"
			local ok, e = pcall(http.get, "URL/", o)
			if ok then print(e.status, e.size, e.path, e.body, e.attempts, fs.size(e.path), asked()) else print(e, e.kind, e.code) end
			print("", table.concat(fs.list("."), " "))
		end
		try { checksum = sum } fs.remove("f")
		write("victim", "mine") fs.link("victim", "f.part") try { checksum = sum } print(read("victim"), fs.stat("f", { follow = false }).type)
		fs.link("victim", "f.part") write("f.part.tag", '"one"\n') fs.remove("f") try { resume = true, checksum = sum } print(read("victim")) fs.remove("f") fs.remove("victim")
		try { checksum = "md5:" .. ("0"):rep(32) }
		try { to = "none/f" }
		mode "404" try {}
		mode "cut" try {}
		write("f", "the old one") mode "cut" try {} print(read("f"))
		mode "cut" try { resume = true } print(fs.size("f.part"), read("f.part.tag"))
		try { resume = true, checksum = sum }
		mode "cut" try { resume = true } etag '"two"' try { resume = true, checksum = sum }
		mode "cut weak" try { resume = true } try { resume = true, checksum = sum }
		mode "cut" try { resume = true } mode "wrong part" try { resume = true, checksum = sum }
		mode "cut" try { resume = true, retry = 2, checksum = sum } print(now())
		mode "cut" try { retry = 2, checksum = sum } print(now())
		mode "cut" try { resume = true } mode "" try { resume = true, checksum = "sha1:" .. ("0"):rep(40) }
		write("f.part", ("0123456789"):rep(10000)) write("f.part.tag", '"two"\n') try { resume = true, checksum = sum }
		write("f.part", ("0123456789"):rep(20000)) write("f.part.tag", '"two"\n') try { resume = true, checksum = sum }
		mode "unasked part" try {}
		mode "" try { max_body = 1000 }
		try { max_body = 100000 }
		print(pcall(gather, async(http.get)("URL/", { to = "g" }), async(http.get)("URL/", { to = "./g" })))
		local seen = {}
		try { to = "h", progress = function(done, total) seen[#seen + 1] = done .. "/" .. total sleep(1) end }
		print(seen[1], seen[#seen], #seen > 3, now())
		print(pcall(http.get, "URL/", { to = "i", progress = function(done) if done > 0 then error("enough") end end }))
		print(#http.get("URL/", { progress = print }).body)
		local r = http.get("URL/", { stream = true })
		print(r.status, #r:read(10), r:read(5), #r:read("*a"), r:read(1), r.body)
		r:close()
		print(pcall(r.read, r, 1))
		for _, m in ipairs { math.huge, false } do
			r = http.get("URL/large", { stream = true, max_body = m or nil })
			local ok, e = pcall(r.read, r, "*a")
			print(ok and #e or e.kind, #(r:read(10) or ""))
			r:close()
		end
		print(http.get("URL/", { stream = true, max_body = 5000 }).status, (select(2, pcall(function() return http.get("URL/", { stream = true, max_body = 5000 }):read("*a") end))))
	`, opts...)
}

// Events come as they are sent.
func TestServerSentEvents(t *testing.T) {
	goOn := make(chan struct{}, 10)
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		switch r.URL.Path {
		case "/go":
			goOn <- struct{}{}
			return
		case "/cr":
			for _, piece := range []string{"\ufeffdata: one\r\r", "data: two\r", "\ndata: lines\r\r", "\n", "id: 3\r: comment\rdata: three\n\r", "\rdata: four\r\n\n", "data: cut\r"} {
				io.WriteString(w, piece)
				w.(http.Flusher).Flush()
				select {
				case <-goOn: // what has an end is there before there is more
				case <-r.Context().Done():
					return
				}
			}
			return
		case "/long":
			fmt.Fprintf(w, "data: %s\n\ndata: %s", strings.Repeat("x", 15<<20), strings.Repeat("y", 17<<20))
			return
		}
		for _, piece := range []string{"\ufeff: hello\n\ndata: one\n\n", "event: tick\r\ndata: a\r\n", "data:b\r\nid: 7\r\nretry: 1500\r\n\r\n", "data\n\n", "event: none\n\n", "nothing: x\ndata: last\n\n", "data: cut"} {
			io.WriteString(w, piece)
			w.(http.Flusher).Flush()
		}
	})
	check(t, s.URL, `
		for e in http.get("URL/", { stream = true }):events() do print(show(e)) end
		for line in http.get("URL/", { stream = true }):lines() do print(show(line)) end
		local r = http.get("URL/cr", { stream = true })
		local function go() http.get("URL/go") end
		print(show(r:events()())) go()
		local asked = spawn(function() return r:events()() end)
		go() print(show(asked:await())) go() go()
		go() -- three ends with a blank line, whatever ends that
		for e in r:events() do print(show(e)) go() end
		r = http.get("URL/long", { stream = true })
		local next = r:events()
		print(#next().data, select(2, pcall(next)).kind)
	`)
}

// The connection of whoever is cancelled is dropped at once, and the server sees it; nothing is left of a thousand.
func TestCancelledRequestsLeaveNothing(t *testing.T) {
	var open atomic.Int32
	gone := make(chan struct{}, 2000)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if strings.HasPrefix(r.URL.Path, "/body") {
			io.WriteString(w, "beginning")
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
		gone <- struct{}{}
	}))
	s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		switch st {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	before := descriptors(t)
	out := realTime(t, s.URL, `
		local begun, n = 0, 0
		local all = spawn(function()
			group(function(g)
				for i = 1, 1000 do
					g:spawn(function()
						begun = begun + 1
						finally(function()
							if i % 4 == 0 then http.get("URL/body", { to = "f" .. i }) end
							if i % 4 == 1 then http.get("URL/body", { stream = true }):read("*a") end
							if i % 4 == 2 then http.get("URL/body") end
							http.post("URL/head", { body = "x" })
						end, function() n = n + 1 end)
					end)
				end
			end)
		end)
		repeat sleep(0.01) until begun == 1000
		sleep(0.5)
		all:cancel()
		all:join()
		print(all:cancelled(), n, #fs.list("."))
	`)
	if out != "true\t1000\t0\n" {
		t.Errorf("prints %s", out)
	}
	deadline := time.Now().Add(20 * time.Second)
	for open.Load() > 0 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if n := open.Load(); n != 0 {
		t.Errorf("the server has %d connections", n)
	}
	if after := descriptors(t); after > before+5 {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
	if len(gone) == 0 {
		t.Error("no request was seen")
	}
}

// descriptors is how many files the process has open, where the system tells.
func descriptors(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(list)
}

// A body is sent while the answer is read, in flat memory, and whoever reads that is told what the body's source has raised.
func TestBothWays(t *testing.T) {
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusOK)
		buf := make([]byte, 32<<10)
		for {
			n, err := r.Body.Read(buf)
			w.Write(buf[:n])
			w.(http.Flusher).Flush()
			if err != nil {
				return
			}
		}
	})
	golden(t, realTime(t, s.URL, `
		local n, got = 0, 0
		local r = http.post("URL/", { stream = true, body = function() n = n + 1 if n <= 500 then return ("y"):rep(100000) end end })
		while true do local p = r:read(65536) if not p then break end got = got + #p end
		print(n, got)
		print(pcall(http.post, "URL/", { stream = true, body = function() sleep(0.3) error("never begun", 0) end }))
		n = 0
		local was_read = sync.event()
		r = http.post("URL/", { stream = true, body = function() n = n + 1 if n == 1 then return "a" end was_read:wait() error("no more", 0) end })
		local first = r:read(1)
		was_read:set()
		print(r.status, first, pcall(r.read, r, "*a"))
		r = http.post("URL/", { stream = true, body = function() return "once" end })
		print(r:read(4))
		r:close()
	`))
}
