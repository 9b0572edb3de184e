package http_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lull-lua/lull/interp"
)

// A peer gets an answer that says what is wrong, or none; the next one is served.
func TestPeersThatSendRubbish(t *testing.T) {
	s := serve(t, `
		local s = http.serve(0, {
			["GET /"] = function() return "ok" end,
			["POST /{$}"] = function(req) return req:body() end,
			["POST /ignore"] = function(req) return "ignored" end,
			["POST /stream"] = function(req) local first = req:read(1) return 200, function() local f = first first = nil return f end end,
		}, { max_body = 1000000 })
		ready(s.url)`)
	var all sync.WaitGroup
	const host = "Host: localhost\r\n"
	const next = "GET / HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n"
	for _, tt := range []struct{ name, sends, want string }{
		{"rubbish", "\x16\x03\x01\x00\xff\r\n\r\n", "400"},
		{"no request", strings.Repeat("x", 100_000) + "\r\n\r\n", "431"},
		{"large headers", "GET / HTTP/1.1\r\n" + host + "X: " + strings.Repeat("x", 70_000) + "\r\n\r\n", "431"},
		{"many headers", "GET / HTTP/1.1\r\n" + host + strings.Repeat("X: y\r\n", 20_000) + "\r\n", "431"},
		{"a long path", "GET /" + strings.Repeat("x", 70_000) + " HTTP/1.1\r\n" + host + "\r\n", "431"},
		{"no host", "GET / HTTP/1.1\r\n\r\n", "400"},
		{"two hosts", "GET / HTTP/1.1\r\n" + host + "Host: evil\r\n\r\n", "400"},
		{"a folded header", "GET / HTTP/1.1\r\n" + host + "X: a\r\n b\r\nConnection: close\r\n\r\n", "200"}, // one value, as RFC 9112 lets a server take it
		{"a name with a space", "GET / HTTP/1.1\r\n" + host + "X : a\r\n\r\n", "400"},
		{"a NUL in a header", "GET / HTTP/1.1\r\n" + host + "X: a\x00b\r\n\r\n", "400"},
		{"another version", "GET / HTTP/3.0\r\n" + host + "\r\n", "505"},
		{"HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "421"},

		// Smuggling: where a length could be read in two ways the request is refused, and nothing of it is taken for another.
		{"two lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "400"},
		{"a signed length", "POST / HTTP/1.1\r\n" + host + "Content-Length: +3\r\n\r\nabc", "400"},
		{"a negative length", "POST / HTTP/1.1\r\n" + host + "Content-Length: -3\r\n\r\nabc", "400"},
		{"a list of lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 3, 3\r\n\r\nabc", "400"},
		{"a length of no number", "POST / HTTP/1.1\r\n" + host + "Content-Length: 0x3\r\n\r\nabc", "400"},
		{"an unknown coding", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501"},
		{"a hidden coding", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "501"},
		{"two codings", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "501"},
		{"a chunk without a length", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", "400"},
	} {
		all.Go(func() { // net/http lets a client half a second to read why it is turned away
			got := s.raw(tt.sends)
			if !strings.HasPrefix(got, "HTTP/1.1 "+tt.want) || strings.Count(got, "HTTP/1.1 ") != 1 {
				t.Errorf("%s: %.200q, want %s", tt.name, got, tt.want)
			}
		})
	}
	all.Wait()
	// A coding and a length: the coding counts, as RFC 9112 has it, and the connection ends, so that nothing follows.
	if got := s.raw("POST / HTTP/1.1\r\n" + host + "Content-Length: 100\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + next); strings.Count(got, "HTTP/1.1 200") > 2 || !strings.Contains(got, "abc") {
		t.Errorf("a coding and a length: %q", got)
	}
	// The rest of a body that a handler leaves is not taken for a request.
	inner := next + strings.Repeat(next, 2000)
	for _, path := range []string{"/ignore", "/stream", "/none"} {
		for _, head := range []string{fmt.Sprintf("Content-Length: %d\r\n\r\n", len(inner)), fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n", len(inner))} {
			if got := s.raw("POST " + path + " HTTP/1.1\r\n" + host + head + inner); strings.Contains(got, "ok") || strings.Count(got, "HTTP/1.1 ") > 1 {
				t.Errorf("the rest of a body after %s was taken for a request: %.300q", path, got)
			}
		}
	}
	// Several requests at once are answered in their order.
	if got := s.raw("GET /none HTTP/1.1\r\n" + host + "\r\nPOST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\n\r\nx" + next); strings.Count(got, "HTTP/1.1 ") != 3 || !strings.HasSuffix(got, "ok") {
		t.Errorf("a pipeline: %q", got)
	}
	// A client that is slow with the headers, or with the body, is left.
	patient := serve(t, `
		local s = http.serve(0, {
			["POST /{$}"] = function(req) return req:body() end,
			["POST /ignore"] = function(req) return "ignored" end,
		}, { header_timeout = 3, timeout = 3 })
		ready(s.url)`)
	began := time.Now()
	for _, tt := range []struct{ name, sends, want string }{
		{"half a header", "GET / HTTP/1.1\r\nX: ", "HTTP/1.1 4"}, // or nothing
		{"half a body", "POST / HTTP/1.1\r\n" + host + "Content-Length: 10\r\n\r\nabc", "HTTP/1.1 503"},
		{"half a body that nobody reads", "POST /ignore HTTP/1.1\r\n" + host + "Content-Length: 100000\r\n\r\nabc", "HTTP/1.1 200"},
	} {
		all.Go(func() {
			if got := patient.raw(tt.sends); !strings.HasPrefix(got, tt.want) && (got != "" || tt.name != "half a header") {
				t.Errorf("%s: %q", tt.name, got)
			}
		})
	}
	all.Wait()
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("slow clients were waited for %v", took)
	}
	// A client that breaks off in the middle of a body is no news either.
	for _, head := range []string{"POST / HTTP/1.1\r\n" + host + "Content-Length: 10\r\n\r\nabc", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nab"} {
		conn, err := net.Dial("tcp", s.addr())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, head)
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
		conn.Close()
	}
	if got := s.do("GET", "/", ""); !strings.HasSuffix(got, "ok") {
		t.Errorf("after all that: %s", got)
	}
	if told := s.stderr.String() + patient.stderr.String(); told != "" {
		t.Errorf("it is told of what peers have sent:\n%s", told)
	}
}

// A client that takes nothing of its answer is left when the time for a piece is over, and its task and place are free again.
func TestClientsThatDoNotRead(t *testing.T) {
	s := serve(t, `
		local big = ("x"):rep(30000000)
		local s = http.serve(0, {
			["GET /whole"] = function() return big end,
			["GET /stream"] = function() return finally(function() return 200, function() return big end end, function() end) end,
			["GET /"] = function() return tostring(#task.all()) end,
		}, { idle_timeout = 0.3 })
		ready(s.url)`)
	for _, path := range []string{"/whole", "/stream"} {
		conn, err := net.Dial("tcp", s.addr())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if _, err := bufio.NewReaderSize(conn, 16).ReadString('\n'); err != nil {
			t.Error(err)
		}
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		if got := s.do("GET", "/", ""); strings.HasSuffix(got, ": 2") { // the server and this request
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("the tasks of clients that do not read are there still")
}

// Nothing of what is not in the folder is to be had, by whatever name.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"secret": "secret", "pub/a.txt": "0123456789", "pub/.env": "secret", "pub/.well-known/x": "known", "pub/sub/index.html": "<p>index", "pub/list/b c<.txt": "", "pub/list/.git/x": ""} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if runtime.GOOS == "windows" && strings.Contains(name, "<") {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"pub/out": "../secret", "pub/abs": filepath.Join(dir, "secret"), "pub/up": "..", "pub/in": "a.txt"} {
		if err := os.Symlink(to, filepath.Join(dir, filepath.FromSlash(link))); err != nil {
			t.Skip(err)
		}
	}
	s := serve(t, `
		local files = http.files("pub")
		local s = http.serve(0, {
			["/f/{path...}"] = files,
			["GET /guarded/{path...}"] = function(req) if req.query.key ~= "k" then return 403 end return 200, files(req), { ["Cache-Control"] = "no-store" } end,
			["GET /l/{path...}"] = http.files("pub/list", { list = true }),
			["GET /w/{path...}"] = function(req) local a = { files(req) } return tostring(a[1]) end,
		})
		ready(s.url)`, interp.WithDir(dir))
	for _, tt := range []struct{ path, want string }{
		{"/f/a.txt", "200 text/plain; charset=utf-8: 0123456789"},
		{"/f/in", "200 text/plain; charset=utf-8: 0123456789"},
		{"/f/sub/", "200 text/html; charset=utf-8: <p>index"},
		{"/f/sub", "301 : "},
		{"/f/.well-known/x", "200"},
		{"/f/", "404"},
		{"/f/a.txt/", "404"},
		{"/f/none", "404"},
		{"/f/.env", "404"},
		{"/f/out", "404"},
		{"/f/abs", "404"},
		{"/f/up/secret", "404"},
		{"/f/../secret", "307"}, // to where it leads, where there is no route
		{"/f/%2e%2e/secret", "404"},
		{"/f/..%2fsecret", "404"},
		{"/f/sub%2f..%2f..%2fsecret", "404"},
		{"/f/..%5csecret", "404"},
		{"/f/a.txt%00.html", "404"},
		{"/f/%2f" + strings.TrimPrefix(filepath.ToSlash(dir), "/") + "/secret", "404"},
		{"/guarded/a.txt", "403"},
		{"/guarded/a.txt?key=k", "200 text/plain; charset=utf-8: 0123456789"},
		{"/l/", "200 text/html; charset=utf-8: <!doctype html>"},
		{"/w/none", "200 text/plain; charset=utf-8: 404"},
	} {
		if got := s.raw("GET " + tt.path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); true {
			res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(got)), nil)
			if err != nil {
				t.Errorf("%s: %v", tt.path, err)
				continue
			}
			b, _ := io.ReadAll(res.Body)
			if text := fmt.Sprintf("%d %s: %s", res.StatusCode, res.Header.Get("Content-Type"), b); !strings.HasPrefix(text, tt.want) || strings.Contains(text, "secret") && !strings.HasPrefix(tt.want, "307") {
				t.Errorf("%s: %s, want %s", tt.path, text, tt.want)
			}
			if tt.path == "/l/" && (strings.Contains(string(b), ".git") || !strings.Contains(string(b), "b%20c%3C.txt\">b c&lt;.txt<")) {
				t.Errorf("the list is %s", b)
			}
		}
	}
	get := func(headers ...string) *http.Response {
		req, _ := http.NewRequest("GET", s.url+"/f/a.txt", nil)
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(res.Body)
		res.Body.Close()
		res.Status = string(b)
		return res
	}
	tag := get().Header.Get("ETag")
	for _, tt := range []struct {
		headers []string
		status  int
		body    string
	}{
		{[]string{"Range", "bytes=2-4"}, 206, "234"},
		{[]string{"Range", "bytes=-3"}, 206, "789"},
		{[]string{"Range", "bytes=20-"}, 416, ""},
		{[]string{"If-None-Match", tag}, 304, ""},
		{[]string{"If-None-Match", `"x"`}, 200, "0123456789"},
		{[]string{"If-Range", tag, "Range", "bytes=0-0"}, 206, "0"},
		{[]string{"If-Range", `"x"`, "Range", "bytes=0-0"}, 200, "0123456789"},
		{[]string{"If-Match", `"x"`}, 412, ""},
	} {
		if res := get(tt.headers...); res.StatusCode != tt.status || tt.status < 400 && res.Status != tt.body {
			t.Errorf("%v: %d %s", tt.headers, res.StatusCode, res.Status)
		}
	}
	if got := s.do("POST", "/f/a.txt", ""); !strings.HasPrefix(got, "405") {
		t.Errorf("POST: %s", got)
	}
}
