package http_test

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
)

var (
	// long is whether TestLongStreams moves as much as it promises; .ci/long sets it.
	long = flag.Bool("long", false, "move a GiB in each way")
	// many is how many connections TestManyIdleConnections opens; each takes two descriptors of this process (ulimit -n).
	many = flag.Int("many", 500, "connections of TestManyIdleConnections")
)

// zeros is a reader of so many bytes.
type zeros struct{ left int64 }

// Read implements io.Reader.
func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), z.left))
	z.left -= int64(n)
	return n, nil
}

// held is how much memory the process has from the system for its heap.
func held() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapSys)
}

// peak is how much of the machine's memory the process has had at most since it was asked last, where the system tells; else 0.
func peak() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	var kb int64
	if _, err := fmt.Sscan(after, &kb); err != nil {
		return 0
	}
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // where that cannot be, it is the peak of all
	return kb << 10
}

// A body of any size goes through a script in either direction, as a client and as a server, without being kept.
func TestLongStreams(t *testing.T) {
	size := int64(64 << 20)
	if *long {
		size = 1 << 30
	}
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.Header().Set("Content-Length", fmt.Sprint(size))
			_, _ = io.Copy(w, &zeros{size})
			return
		}
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n, err)
	})
	limits := interp.WithLimits(interp.Limits{Memory: 32 << 20})
	file := t.TempDir() + "/file"
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(size); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	client := strings.NewReplacer("SIZE", fmt.Sprint(size), "FILE", file).Replace(`
		local piece = ("x"):rep(65536)
		local function pieces() local left = SIZE return function() if left > 0 then left = left - #piece return piece end end end
		local function is(n, what) if tonumber(n) ~= SIZE then error(what .. ": " .. tostring(n), 0) end end
		local ways = {
			["down to a file"] = function() return http.get("URL/", { to = "f" }).size end,
			["down to a file, and told"] = function() local n http.get("URL/", { to = "f", progress = function(done) n = done end }) return n end,
			["down by pieces"] = function()
				local n = 0
				for p in function(r) return r:read(65536) end, http.get("URL/", { stream = true }) do n = n + #p end
				return n
			end,
			["up from a file"] = function() return http.post("URL/", { file = "FILE" }).body:match("%d+") end,
			["up from a file, and told"] = function() local n local r = http.post("URL/", { file = "FILE", progress = function(done) n = done end }) return r.body:match("%d+") == tostring(n) and n end,
			["up from a form"] = function() return http.post("URL/", { files = { f = "FILE" } }).body:match("%d+") - 228 end,
			["up from a function"] = function() return http.post("URL/", { body = pieces() }).body:match("%d+") end,
			["up from a handle"] = function() return http.post("URL/", { body = io.open("FILE") }).body:match("%d+") end,
		}
		local way = ...
		is(ways[way](), way)
	`)
	for _, way := range []string{"down to a file", "down to a file, and told", "down by pieces", "up from a file", "up from a file, and told", "up from a function", "up from a handle"} {
		t.Run(way, func(t *testing.T) {
			flat(t, func() { realTime(t, s.URL, "return (function(...) "+client+" end)(\""+way+"\")", limits) })
		})
	}
	server := serve(t, strings.NewReplacer("SIZE", fmt.Sprint(size), "FILE", file).Replace(`
		local piece = ("x"):rep(65536)
		local s = http.serve(0, {
			["GET /function"] = function() local left = SIZE return 200, function() if left > 0 then left = left - #piece return piece end end end,
			["GET /handle"] = function() return 200, io.open("FILE") end,
			["GET /files/{name}"] = http.files("."),
			["POST /read"] = function(req) local n = 0 for p in function() return req:read(65536) end do n = n + #p end return tostring(n) end,
			["POST /save"] = function(req) return tostring(req:save("saved")) end,
			["POST /echo"] = function(req) return 200, function() return req:read(65536) end end,
		}, { max_body = math.huge, timeout = false })
		ready(s.url)`), interp.WithDir(strings.TrimSuffix(file, "/file")), limits)
	for _, way := range []string{"GET /function", "GET /handle", "GET /files/file", "POST /read", "POST /save", "POST /echo"} {
		t.Run(way, func(t *testing.T) {
			flat(t, func() {
				method, path, _ := strings.Cut(way, " ")
				req, err := http.NewRequest(method, server.url+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				if method == http.MethodPost {
					req.Body, req.ContentLength = io.NopCloser(&zeros{size}), size
				}
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				defer res.Body.Close()
				if path == "/read" || path == "/save" {
					b, err := io.ReadAll(res.Body)
					if n, _ := strconv.ParseInt(string(b), 10, 64); n != size {
						t.Error(n, err)
					}
				} else if n, err := io.Copy(io.Discard, res.Body); n != size || err != nil {
					t.Error(n, err)
				}
			})
		})
	}
}

// flat sees that the process takes no more memory for what fn does than a little.
func flat(t *testing.T, fn func()) {
	t.Helper()
	runtime.GC()
	peak()
	before, rss := held(), peak()
	fn()
	more, most := held()-before, peak()-rss
	t.Logf("heap: %+.1f MiB, resident at most: %+.1f MiB", float64(more)/(1<<20), float64(most)/(1<<20))
	if more > 50<<20 || most > 50<<20 {
		t.Errorf("the process holds %d MiB more, and had %d MiB more", more>>20, most>>20)
	}
}

// Thousands of connections may be open and ask for nothing: go test -run ManyIdle -many 10000 -v tells what they take.
func TestManyIdleConnections(t *testing.T) {
	s := serve(t, `
		local s = http.serve(0, function(req) return req.path end)
		ready(s.url)`)
	ask := func(conn net.Conn, i int) {
		fmt.Fprintf(conn, "GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n", i)
		res, err := http.ReadResponse(bufio.NewReaderSize(conn, 16), nil)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(res.Body); err != nil || string(b) != fmt.Sprint("/", i) {
			t.Fatalf("connection %d: %q, %v", i, b, err)
		}
	}
	conns := make([]net.Conn, *many)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range conns {
		var err error
		if conns[i], err = net.Dial("tcp", s.addr()); err != nil {
			t.Fatal(err)
		}
		defer conns[i].Close()
		ask(conns[i], i)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("%d connections: %d bytes of heap and stacks each", *many, int(after.HeapInuse+after.StackInuse-before.HeapInuse-before.StackInuse)/(*many))
	for i := range conns {
		ask(conns[i], i)
	}
	s.stop()
	if err := s.end(); err == nil {
		t.Error("it ends by itself")
	}
	for i := range conns {
		if n, err := io.Copy(io.Discard, conns[i]); n > 0 || err != nil {
			t.Fatalf("connection %d is not closed: %d bytes, %v", i, n, err)
		}
	}
}
