package http_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// serving is a script that serves, on the machine's clock, until the test ends.
type serving struct {
	t      *testing.T
	url    string
	stop   context.CancelFunc // as Ctrl-C
	told   chan string        // what it calls tell with
	stderr output
	ended  chan error
}

// output is a writer that a test reads while somebody writes.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// live counts the scripts that serve now, and before are the goroutines that there were before the first.
var (
	live   int
	before goleak.Option
)

// serve runs a script that calls ready with its server.
func serve(t *testing.T, src string, opts ...interp.Option) *serving {
	t.Helper()
	if live++; live == 1 {
		before = goleak.IgnoreCurrent()
	}
	s := &serving{t: t, told: make(chan string, 1000), ended: make(chan error, 1)}
	urls := make(chan string, 1)
	module := interp.WithModule(interp.Module{Defs: []interp.Def{
		{Name: "ready", Fn: func(url string) { urls <- url }},
		{Name: "tell", Fn: func(text string) { s.told <- text }},
	}})
	rt, err := interp.New(append([]interp.Option{builtins.Std(), module, interp.WithStdio(nil, &s.stderr, &s.stderr)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s.stop = cancel
	go func() {
		_, err := rt.RunString(ctx, "=t", src)
		s.ended <- err
	}()
	t.Cleanup(func() {
		cancel()
		if !t.Failed() {
			s.end()
		}
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
		if live--; live == 0 {
			http.DefaultClient.CloseIdleConnections()
			goleak.VerifyNone(t, before)
		}
	})
	select {
	case s.url = <-urls:
	case err := <-s.ended:
		t.Fatalf("it does not serve: %v\n%s", err, s.stderr.String())
	}
	return s
}

// end waits for the end of the script.
func (s *serving) end() error {
	s.t.Helper()
	select {
	case err := <-s.ended:
		s.ended <- err
		return err
	case <-time.After(time.Minute):
		s.t.Fatalf("the script does not end\n%s", s.stderr.String())
		return nil
	}
}

// hears waits for what the script tells.
func (s *serving) hears(want string) {
	s.t.Helper()
	select {
	case got := <-s.told:
		if got != want {
			s.t.Errorf("it tells %q, want %q", got, want)
		}
	case <-time.After(time.Minute):
		s.t.Errorf("it does not tell %q", want)
	}
}

func (s *serving) addr() string { return strings.TrimPrefix(s.url, "http://") }

// do makes a request; the answer is "200 text/plain; charset=utf-8: body".
func (s *serving) do(method, path, body string, headers ...string) string {
	s.t.Helper()
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	text := fmt.Sprintf("%d %s: %s", res.StatusCode, res.Header.Get("Content-Type"), strings.TrimSpace(string(b)))
	if err != nil {
		text += " " + err.Error()
	}
	return text
}

// raw sends bytes, and returns what comes until the server closes the connection.
func (s *serving) raw(text string) string {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.addr())
	if err != nil {
		return err.Error()
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(conn, text); err != nil {
		return err.Error()
	}
	b, err := io.ReadAll(conn)
	if os.IsTimeout(err) {
		s.t.Errorf("the connection is open still after %.100q", text)
	}
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		return string(b) + err.Error()
	}
	return string(b)
}

func TestAnswers(t *testing.T) {
	s := serve(t, `
		local s = http.serve(0, {
			["GET /text"] = function() return "hello" end,
			["GET /table"] = function() return { a = json.array(), n = 1 } end,
			["GET /nothing"] = function() end,
			["GET /number"] = function() return 418 end,
			["GET /all"] = function() return 201, "x", { ["Content-Type"] = "text/csv", ["X-Many"] = { "a", "b" } } end,
			["GET /bare"] = function() return 200, "x", { ["Content-Type"] = false } end,
			["GET /function"] = function() local n = 0 return 200, function() n = n + 1 if n < 4 then return n .. " " end end end,
			["GET /handle"] = function() return 200, io.open(arg[1]), { ["content-type"] = "text/x" } end,
			["GET /raised"] = function() error { status = 409, message = "taken", headers = { ["Retry-After"] = 7 } } end,
			["GET /wrapped"] = function() gather(function() error { status = 404, message = "no" } end, function() sleep(9) end) end,
			["GET /error"] = function() error("secret") end,
			["GET /upstream"] = function() error(errors.new { kind = "status", message = "secret", status = 404 }) end,
			["GET /exit"] = function() process.run { "sh", "-c", "exit 3" } end,
			["GET /true"] = function() return true end,
			["GET /headless"] = function() return "x", { a = "b" } end,
			["GET /injected"] = function() return 200, "x", { a = "b\r\nX-Evil: 1" } end,
			["GET /name"] = function() return 200, "x", { ["a: b\r\nc"] = "d" } end,
			["GET /smuggle"] = function() return 200, "x", { ["transfer-encoding"] = "chunked" } end,
			["GET /99"] = function() return 99 end,
			["GET /nojson"] = function() return { print } end,
			["GET /broken"] = function() local n = 0 return 200, function() n = n + 1 if n == 2 then error("secret") end return "part" end end,
			["GET /odd"] = function() error { status = 99, why = "odd" } end,
			["GET /hint"] = function() return { status = 404, message = "no" } end,
			["POST /json"] = function(req) return req:json() end,
			["POST /form"] = function(req) return req:form() end,
			["POST /form2"] = function(req) return req:form() end,
			["POST /late"] = function(req) return req:body() .. req:body() end,
			["POST /caught"] = function(req) local ok, e = pcall(req.json, req) return e.kind .. " " .. e.line end,
			["GET /a/{x}/{rest...}"] = function(req) return { req.params, req.query, req:query_all("q"), req.cookies, req.headers["x-a"], req.method, req.path, req.url } end,
			["/any"] = function(req) return req.method end,
		}, { before = function(req) if req.headers["x-stop"] then return 401, "who?" end end })
		ready(s.url)`, interp.WithArgs("t", filepath.Join("testdata", "objects.txt")))
	const text, jsn = " text/plain; charset=utf-8: ", " application/json: "
	for _, tt := range []struct{ do, want string }{
		{"GET /text", "200" + text + "hello"},
		{"HEAD /text", "200" + text},
		{"GET /table", "200" + jsn + `{"a":[],"n":1}`},
		{"GET /nothing", "204 : "},
		{"GET /number", "418 : "},
		{"GET /all", "201 text/csv: x"},
		{"GET /function", "200" + text + "1 2 3"},
		{"GET /raised", "409" + text + "taken"},
		{"GET /wrapped", "404" + text + "no"},
		{"GET /error", "500" + text + "Internal Server Error"},
		{"GET /upstream", "500" + text + "Internal Server Error"},
		{"GET /exit", "500" + text + "Internal Server Error"},
		{"GET /true", "500" + text + "Internal Server Error"},
		{"GET /headless", "500" + text + "Internal Server Error"},
		{"GET /injected", "500" + text + "Internal Server Error"},
		{"GET /name", "500" + text + "Internal Server Error"},
		{"GET /smuggle", "500" + text + "Internal Server Error"},
		{"GET /99", "500" + text + "Internal Server Error"},
		{"GET /nojson", "500" + text + "Internal Server Error"},
		{"GET /broken", "200" + text + "part unexpected EOF"},
		{"GET /odd", "500" + text + "Internal Server Error"},
		{"GET /hint", "200" + jsn + `{"status":404,"message":"no"}`},
		{"POST /json [1,{},9007199254740993]", "200" + jsn + `[1,{},"9007199254740993"]`},
		{"POST /json [1,", "400" + text + "Bad Request: json: line 1, column 4: the text ends where a value is expected"},
		{"POST /form a=b", "400" + text + `Bad Request: form: the body is no form: its type is ""`},
		{"POST /late ab", "200" + text + "abab"},
		{"POST /caught {", "200" + text + "parse 1"},
		{"GET /a/x%2Fy/c/d?q=1&q=2&z=%20&bad=%zz", "200" + jsn + `[{"x":"x/y","rest":"c/d"},{"q":"2","z":" "},["1","2"],{"k":"1"},"b","GET","/a/x/y/c/d","/a/x%2Fy/c/d?q=1&q=2&z=%20&bad=%zz"]`},
		{"PATCH /any", "200" + text + "PATCH"},
		{"GET /none", "404" + text + "404 page not found"},
		{"DELETE /text", "405" + text + "Method Not Allowed"},
	} {
		method, rest, _ := strings.Cut(tt.do, " ")
		path, body, _ := strings.Cut(rest, " ")
		if got := s.do(method, path, body, "X-A", "b", "Cookie", "k=1; k=2"); got != tt.want {
			t.Errorf("%s: %s\nwant %s", tt.do, got, tt.want)
		}
	}
	if got := s.do("POST", "/form2", "a=%zz&b=2", "Content-Type", "application/x-www-form-urlencoded"); got != "400"+text+`Bad Request: form: "a=%zz" is no name and value of a form` {
		t.Errorf("a form that is none: %s", got)
	}
	if got := s.do("GET", "/handle", ""); !strings.HasPrefix(got, "200 text/x: # type") {
		t.Errorf("a handle: %s", got)
	}
	if got := s.do("GET", "/none", "", "X-Stop", "1"); got != "401"+text+"who?" {
		t.Errorf("what is asked before, where no route matches: %s", got)
	}
	res, err := http.Get(s.url + "/all")
	if err != nil || len(res.Header["X-Many"]) != 2 {
		t.Errorf("several headers of a name: %v, %v", res, err)
	}
	res.Body.Close()
	told := s.stderr.String()
	for _, want := range []string{"GET \"/error\": t:13: secret\nstack traceback:", "has returned a boolean", "before a body and headers stands the status", "the header A has a line break", "is no name of a header", "Transfer-Encoding is not the handler's", "the status 99", "no JSON", "was it meant to be raised", "why = \"odd\"", "its status is no whole number from 400 to 599"} {
		if !strings.Contains(told, want) {
			t.Errorf("it is not told: %s\n%s", want, told)
		}
	}
	for _, not := range []string{"taken", "parse 1", "column"} {
		if strings.Contains(told, not) {
			t.Errorf("it is told of what is the client's affair, %q:\n%s", not, told)
		}
	}
	if n := strings.Count(told, "GET \"/error\""); n != 1 {
		t.Errorf("the error is told %d times", n)
	}
}

// A body comes in every way in which a handler reads it, within its bounds.
func TestBodies(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, `
		local s = http.serve(0, {
			["POST /body"] = function(req) return tostring(#req:body()) end,
			["POST /read"] = function(req) local n = 0 for piece in function() return req:read(1000) end do n = n + #piece end return tostring(n) end,
			["POST /lines"] = function(req) local n = 0 for line in req:lines() do n = n + 1 end return tostring(n) end,
			["POST /save"] = function(req) return tostring(req:save("saved")) end,
			["POST /nowhere"] = function(req) return req:save("no/such/folder/f") end,
			["POST /form"] = function(req)
				local f = req:form()
				tell(f.file.path)
				return { f.a, f.file.name, f.file.size, f.file.type, #read(f.file.path) }
			end,
			["POST /echo"] = function(req) return 200, function() return req:read(100) end end,
			["POST /ignore"] = function(req) return "ignored" end,
			["POST /twice"] = function(req) req:read(1) return select(2, pcall(req.body, req)).message end,
			["POST /csv"] = function(req) local n = 0 for row in csv.rows(req) do n = n + row.a end return tostring(n) end,
		}, { max_body = 1000000 })
		ready(s.url)`, interp.WithDir(dir))
	const text = "200 text/plain; charset=utf-8: "
	large := strings.Repeat("0123456789abcde\n", 62_500)
	for _, tt := range []struct{ path, body, want string }{
		{"/body", "", text + "0"},
		{"/body", large, text + "1000000"},
		{"/body", large + "x", "413 text/plain; charset=utf-8: Request Entity Too Large"},
		{"/read", large, text + "1000000"},
		{"/read", large + "x", "413 text/plain; charset=utf-8: Request Entity Too Large"},
		{"/read", "x", text + "1"},
		{"/lines", large, text + "62500"},
		{"/save", large, text + "1000000"},
		{"/ignore", large, text + "ignored"},
		{"/ignore", "x", text + "ignored"},
		{"/twice", "abc", text + "req:body: the body is being read as a stream"},
		{"/csv", "a,b\n1,2\n3,4\n", text + "4"},
		{"/echo", large, text + strings.TrimSpace(large)},
	} {
		if got := s.do("POST", tt.path, tt.body); got != tt.want {
			t.Errorf("%s of %d bytes: %.200s", tt.path, len(tt.body), got)
		}
	}
	if got := s.do("POST", "/save", large+"x"); !strings.HasPrefix(got, "413") {
		t.Errorf("saving too much: %s", got)
	}
	entries, err := os.ReadDir(dir)
	if b, e := os.ReadFile(filepath.Join(dir, "saved")); err != nil || len(entries) != 1 || string(b) != large || e != nil {
		t.Errorf("after a body that was too large the old file is not there alone: %v, %v", entries, err)
	}
	// In chunks, without a length.
	for _, path := range []string{"/body", "/read"} {
		req, _ := http.NewRequest("POST", s.url+path, io.MultiReader(strings.NewReader("abc"), strings.NewReader("def")))
		if res, err := http.DefaultClient.Do(req); err != nil {
			t.Error(err)
		} else if b, _ := io.ReadAll(res.Body); string(b) != "6" {
			t.Errorf("%s in chunks: %s", path, b)
		}
	}
	form := "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx y\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../etc/p.txt\"\r\nContent-Type: text/plain\r\n\r\n12345\r\n--b--\r\n"
	if got := s.do("POST", "/form", form, "Content-Type", "multipart/form-data; boundary=b"); got != `200 application/json: ["x y","p.txt",5,"text/plain",5]` {
		t.Errorf("a form with a file: %s", got)
	}
	path := <-s.told
	for range 100 {
		if _, err = os.Stat(path); err != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the uploaded file is there after the request: %v", err)
	}
	if got := s.do("POST", "/form", form[:60], "Content-Type", "multipart/form-data; boundary=b"); !strings.HasPrefix(got, "400") {
		t.Errorf("a form that is cut off: %s", got)
	}
	if told := s.stderr.String(); told != "" {
		t.Errorf("it is told of what clients have sent:\n%s", told)
	}
	// A file that cannot be written is not the client's doing.
	if got := s.do("POST", "/nowhere", "x"); !strings.HasPrefix(got, "500") || !strings.Contains(s.stderr.String(), "no/such/folder/f") {
		t.Errorf("a body that cannot be saved: %s, %s", got, s.stderr.String())
	}
}

// A request's task is cancelled when its client has gone, and when its time is over; a stream's is not over.
func TestRequestsEnd(t *testing.T) {
	s := serve(t, `
		local function watched(fn)
			return function(req) return finally(function() tell("began") return fn(req) end, function(ok, e)
				tell(ok and "ended" or e.kind == "closed" and "cancelled" or e.kind) -- a send may be the first to see that the client has gone
			end) end
		end
		local s = http.serve(0, {
			["GET /wait"] = watched(function() sleep(60) end),
			["POST /wait"] = watched(function() sleep(60) end),
			["GET /stream"] = watched(function(req) req:events(function(send) for i = 1, 1000 do send(("x"):rep(100000)) sleep(0.01) end end) end),
			["GET /quick"] = function() return 200, function() sleep(1) return nil end end,
			["GET /busy"] = function() while true do end end,
		}, { timeout = 0.6 })
		ready(s.url)
		`)
	go func() { _ = s.do("GET", "/wait", "") }()
	s.hears("began")
	s.hears("cancelled")
	if got := s.do("GET", "/busy", ""); !strings.HasPrefix(got, "503") {
		t.Errorf("a handler that computes: %s", got)
	}
	var quick string
	for range 20 { // on a machine that has much else to do the time may be over before the stream begins
		if quick = s.do("GET", "/quick", ""); !strings.HasPrefix(quick, "503") {
			break
		}
	}
	if !strings.HasPrefix(quick, "200") {
		t.Errorf("what streams is not bounded by the time of a request: %s", quick)
	}
	for _, what := range []string{"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n", "POST /wait HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"} {
		conn, err := net.Dial("tcp", s.addr())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, what); err != nil {
			t.Fatal(err)
		}
		s.hears("began")
		conn.Close()
		s.hears("cancelled")
	}
}

// At most so many are answered at once; who waits for a place does so within its time.
func TestPlaces(t *testing.T) {
	s := serve(t, `
		local n, most = 0, 0
		local s = http.serve(0, {
			["GET /"] = function() n = n + 1 most = math.max(n, most) sleep(0.05) n = n - 1 return tostring(most) end,
			["GET /stream"] = function(req) return 200, function() sleep(60) end end,
			["GET /wait"] = function(req) sleep(60) end,
		}, { limit = 3, timeout = 6 })
		ready(s.url)`)
	var done sync.WaitGroup
	for range 12 {
		done.Go(func() {
			if got := s.do("GET", "/", ""); got != "200 text/plain; charset=utf-8: 3" && got != "200 text/plain; charset=utf-8: 1" && got != "200 text/plain; charset=utf-8: 2" {
				t.Errorf("got %s", got)
			}
		})
	}
	done.Wait()
	for range 5 { // these do not count
		conn, _ := net.Dial("tcp", s.addr())
		defer conn.Close()
		_, _ = io.WriteString(conn, "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "200") {
			t.Errorf("a stream: %q, %v", line, err)
		}
	}
	if got := s.do("GET", "/", ""); !strings.HasPrefix(got, "200") {
		t.Errorf("beside streams: %s", got)
	}
	for range 3 {
		done.Go(func() { _ = s.do("GET", "/wait", "") })
	}
	done.Go(func() {
		time.Sleep(100 * time.Millisecond)
		if got := s.do("GET", "/", ""); !strings.HasPrefix(got, "503") && !strings.HasPrefix(got, "200") {
			t.Errorf("without a place: %s", got)
		}
	})
	done.Wait()
}

// A server that stops answers what is under way, refuses what is new, and cancels the rest when its time is over.
func TestStop(t *testing.T) {
	s := serve(t, `
		local gate, queue = sync.event(), sync.queue()
		spawn(function() for job in queue:items() do sleep(0.1) job:put("done") end end)
		local s = http.serve(0, {
			["GET /work"] = function() tell("began") local q = sync.queue() queue:put(q) gate:wait() return q:get() end,
			["GET /stuck"] = function() tell("began") finally(function() sleep(60) end, function() sleep(0.1) tell("cleaned") end) end,
		}, { grace = 30 })
		finally(function() ready(s.url) s:join() end, function() tell("main") gate:set() end)`)
	answers := make(chan string, 2)
	go func() { answers <- s.do("GET", "/work", "") }()
	s.hears("began")
	idle, err := net.Dial("tcp", s.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	s.stop()
	s.hears("main")
	if got := <-answers; got != "200 text/plain; charset=utf-8: done" {
		t.Errorf("a request that was under way: %s", got)
	}
	if err := s.end(); !errors.Is(err, interp.ErrCancelled) {
		t.Errorf("it ends with %v", err)
	}
	if conn, err := net.Dial("tcp", s.addr()); err == nil {
		conn.Close()
		t.Error("a server that has stopped takes connections")
	}

	s = serve(t, `
		local began = sync.event()
		local s = http.serve(0, function(req)
			if req.path == "/stop" then s:stop(0.2) return "never" end
			tell("began") began:set() finally(function() sleep(60) end, function() sleep(0.1) tell("cleaned") end)
		end, { grace = 30 })
		ready(s.url)
		spawn(function() began:wait() s:stop(0.2) tell("stopped") end)`)
	go func() { answers <- s.do("GET", "/stuck", "") }()
	s.hears("began")
	s.hears("cleaned")
	if got := <-answers; !strings.HasPrefix(got, "503") {
		t.Errorf("a request that the server has no time for: %s", got)
	}
	s.hears("stopped")
	if err := s.end(); err != nil {
		t.Error(err)
	}
}

// A page elsewhere neither reads what a server on this machine has, nor has it change something.
func TestOrigins(t *testing.T) {
	s := serve(t, `ready(http.serve(0, function(req) return req.method end, { hosts = { "dev.example" }, origins = { "https://app.example" } }).url)`)
	for _, tt := range []struct {
		method, name, value, want string
	}{
		{"GET", "Host", "evil.example", "421"},
		{"GET", "Host", "dev.example:80", "200"},
		{"GET", "Host", "127.0.0.1:1", "200"},
		{"GET", "Host", "[::1]", "200"},
		{"GET", "Host", "LOCALHOST.", "200"},
		{"GET", "Host", "localhost.evil.example", "421"},
		{"POST", "Origin", "https://evil.example", "403"},
		{"POST", "Origin", "null", "403"},
		{"POST", "Origin", "https://app.example", "200"},
		{"POST", "Sec-Fetch-Site", "cross-site", "403"},
		{"POST", "Sec-Fetch-Site", "same-origin", "200"},
		{"GET", "Origin", "https://evil.example", "200"},
	} {
		if got := s.do(tt.method, "/", "", tt.name, tt.value); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s with %s: %s: %s, want %s", tt.method, tt.name, tt.value, got, tt.want)
		}
	}
	if got := s.raw("GET / HTTP/1.0\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.0 200") {
		t.Errorf("HTTP/1.0 without a host: %s", got)
	}
}

// A socket of a file has its mode, takes the place of one that a dead server has left, and is gone with the server; of TLS, who has no
// certificate is turned away where one is wanted.
func TestSocketsAndTLS(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes")
	}
	dir, err := os.MkdirTemp("", "lull")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	sock := filepath.Join(dir, "s")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: sock})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close()
	s := serve(t, `local s = http.serve("unix:" .. arg[1], function(req) return req.headers.host end) ready(s.url)`, interp.WithArgs("t", sock))
	if st, err := os.Stat(sock); err != nil || st.Mode().Perm() != 0o600 || s.url != "unix:"+sock {
		t.Errorf("the socket: %v, %v, %s", st.Mode(), err, s.url)
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", sock)
	}}}
	res, err := client.Get("http://any.example/")
	if err != nil || res.StatusCode != 200 {
		t.Errorf("by a socket: %v, %v", res, err)
	}
	res.Body.Close()
	client.CloseIdleConnections()
	s.stop()
	_ = s.end()
	if _, err := os.Lstat(sock); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is there after the server: %v", err)
	}

	cert, pemText := certificate(t)
	s = serve(t, `ready(http.serve(0, function(req) return req.path end, { tls = { cert = arg[1], key = arg[1], client_ca = arg[1] } }).url)`, interp.WithArgs("t", pemText))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(pemText))
	for _, certs := range [][]tls.Certificate{nil, {cert}} {
		tr := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "example.com", Certificates: certs}}
		res, err := (&http.Client{Transport: tr}).Get(s.url + "/x")
		if (err == nil) != (certs != nil) {
			t.Errorf("with %d certificates: %v", len(certs), err)
		}
		if err == nil {
			if res.ProtoMajor != 2 {
				t.Errorf("it speaks %s", res.Proto)
			}
			res.Body.Close()
		}
		tr.CloseIdleConnections()
	}
}
