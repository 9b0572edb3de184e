package http_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// client runs a script in virtual time, in which the network holds the clock, and returns what it prints. Neither a goroutine nor a
// connection may be left behind. URL in the script is that of the server.
func client(t *testing.T, url, src string, opts ...interp.Option) string {
	t.Helper()
	out, errw, err := interptest.Once{}.Run(t, strings.ReplaceAll(src, "URL", url), append([]interp.Option{builtins.Std(), interp.WithDir(t.TempDir())}, opts...)...)
	if err != nil || errw != "" {
		t.Errorf("%v\n%s%s", err, out, errw)
	}
	return out
}

// check is client, and compares what is printed with the test's file in testdata/client; UPDATE_GOLDEN=1 writes that.
func check(t *testing.T, url, src string, opts ...interp.Option) {
	t.Helper()
	golden(t, strings.ReplaceAll(client(t, url, src, opts...), url, "URL"))
}

func golden(t *testing.T, got string) {
	t.Helper()
	file := filepath.Join("testdata", "client", strings.ReplaceAll(t.Name(), "/", "_")+".out")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("prints\n%s\nwant, by %s,\n%s", got, file, want)
	}
}

// realTime is client on the machine's clock, for time-outs.
func realTime(t *testing.T, url, src string, opts ...interp.Option) string {
	t.Helper()
	out, errw, err := interptest.Once{Real: true}.Run(t, strings.ReplaceAll(src, "URL", url), append([]interp.Option{builtins.Std(), interp.WithDir(t.TempDir())}, opts...)...)
	if err != nil || errw != "" {
		t.Errorf("%v\n%s%s", err, out, errw)
	}
	return strings.ReplaceAll(out, url, "URL")
}

func peer(t *testing.T, h http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// echo answers with what it was asked.
func echo(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintf(w, "%s %s %d %v\n", r.Method, r.URL.RequestURI(), r.ContentLength, r.TransferEncoding)
	for _, name := range []string{"Accept-Encoding", "Authorization", "Content-Type", "Cookie", "User-Agent", "X-A"} {
		if v := r.Header[name]; v != nil && !(name == "User-Agent" && v[0] == "lull") && !(name == "Accept-Encoding" && v[0] == "gzip") {
			fmt.Fprintf(w, "%s: %q\n", name, v)
		}
	}
	w.Write(b)
}

func TestRequests(t *testing.T) {
	s := peer(t, echo)
	check(t, s.URL, `
		local function show_it(r) print(r.status, r.ok, r.attempts, r.proto, r.url) print(r.body) end
		show_it(http.get("URL/a?x=1", { query = { y = "a b", z = { 1, 2 } }, headers = { ["x-a"] = { "1", 2 }, ["User-Agent"] = false } }))
		for _, m in ipairs { "head", "delete", "post", "put", "patch" } do show_it(http[m]("URL/" .. m)) end
		show_it(http.request("report", "URL/"))
		print(http.get((("URL/dot"):gsub("127.0.0.1", "localhost."))).body)
		show_it(http.post("URL/j", { json = { a = { 1, 2 }, b = "ü" } }))
		show_it(http.post("URL/f", { form = { a = "1&2", b = { true, 0.5 } } }))
		show_it(http.put("URL/b", { body = "text", headers = { ["Content-Type"] = "text/x" } }))
		show_it(http.post("URL/e", { body = "" }))
		local n = 0
		show_it(http.post("URL/fn", { body = function() n = n + 1 sleep(1) if n <= 3 then return "piece " .. n .. "\n" end end }))
		write("file.txt", "0123456789")
		show_it(http.put("URL/file", { file = "file.txt" }))
		show_it(http.put("URL/part", { file = { path = "file.txt", offset = 3, size = 4 } }))
		show_it(http.put("URL/handle", { body = io.open("file.txt") }))
		show_it(http.get("http://me:pa%20ss@" .. ("URL"):sub(8) .. "/auth"))
		show_it(http.get("URL/auth", { auth = { "me", "secret" } }))
		show_it(http.get("URL/auth", { bearer = "token" }))
		show_it(http.get("URL/enc", { headers = { ["Accept-Encoding"] = "x" } }))
		print(now())
	`)
}

func TestForms(t *testing.T) {
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintln(w, r.ContentLength > 0, r.MultipartForm.Value)
		var names []string
		for name := range r.MultipartForm.File {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			for _, h := range r.MultipartForm.File[name] {
				f, _ := h.Open()
				b, _ := io.ReadAll(f)
				f.Close()
				fmt.Fprintf(w, "%q: %q %s %q\n", name, h.Filename, h.Header.Get("Content-Type"), b)
			}
		}
	})
	check(t, s.URL, `
		write("a.bin", "\0\1\r\n--x")
		write("b.bin", ("b"):rep(5))
		local r = http.post("URL/", { form = { n = 1, l = { "x", "y" } }, files = {
			one = "a.bin",
			two = { "a.bin", { path = "b.bin", name = 'q"u\no', type = "text/plain" } },
			three = { data = "bytes", name = "d.txt" },
		} })
		io.write(r.body)
		print(select(2, pcall(http.post, "URL/", { files = { a = "none" } })))
		print(select(2, pcall(http.put, "URL/", { file = { path = "b.bin", offset = 2, size = 9 } })))
		print(select(2, pcall(http.put, "URL/", { file = { path = "b.bin", offset = 9 } })))
		print(select(2, pcall(http.put, "URL/", { file = "none", retry = 3 })), now())
	`)
}

func TestWrongArguments(t *testing.T) {
	s := peer(t, echo)
	check(t, s.URL, `
		local function try(...) print((select(2, pcall(http.get, ...)).message:gsub("^bad argument ", ""))) end
		for _, u in ipairs { "x", "ftp://x", "http://", "http:///x", "http://a b/", "http://x:99999/", "http://x/%zz", "mailto:x", "http://a\nb/", "/rel", "http://u:p@x:y/" } do try(u) end
		for _, o in ipairs {
			{ headers = { ["X\r\nY"] = "a" } }, { headers = { X = "a\r\nY: b" } }, { headers = { X = "a\nb" } }, { headers = { X = "a\0" } }, { headers = { ["Content-Length"] = 5 } },
			{ headers = { ["transfer-encoding"] = "chunked" } }, { headers = { X = true } }, { headers = { X = {} , Y = { {} } } }, { headers = 5 }, { headers = { "a" } },
			{ bearer = "a\nb" }, { auth = "a:b" }, { auth = { "a:b", "c" } }, { auth = { "a" } }, { auth = { "a", "b" }, bearer = "c" },
			{ json = 1, body = "x" }, { json = print }, { form = 5 }, { form = { a = print } }, { body = true }, { body = {} }, { files = "x" }, { files = { a = { paht = "x" } } }, { file = {} },
			{ timeout = 0 }, { timeout = -1 }, { timeout = 0/0 }, { timeout = true }, { connect_timeout = "x" }, { retry = 0 }, { retry = 1.5 }, { retry = { atempts = 2 } }, { retry = { methods = { "a b" } } },
			{ check = 404 }, { check = { 4 } }, { check = { a = 1 } }, { redirects = -1 }, { redirects = 1.5 }, { max_body = 0 }, { max_body = 0/0 },
			{ resume = true }, { checksum = "sha256:ab" }, { to = "a/" }, { to = "a", checksum = "crc:1" }, { to = "a", checksum = "sha256:zz" }, { to = "a", stream = true }, { progress = 1 },
			{ proxy = "ftp://x" }, { proxy = true }, { tls = { cert = "x" } }, { tls = { mni = "1.2" } }, { unix = "a\0b" }, { resolve = { a = 1 } }, { resolve = { ["a"] = "b" } }, { limiter = {} }, { stream = 1 }, { query = 1 },
			{ query = { a = print } }, { base_url = "x" }, { max_body = -1 }, { max_body = -math.huge }, { to = "" }, "text",
		} do try("URL/", o) end
		print((select(2, pcall(http.head, "URL/", { to = "f" })).message))
		print((select(2, pcall(http.request, "G E T", "URL/")).message))
		print((select(2, pcall(http.request, "CONNECT", "URL/")).message))
		print((select(2, pcall(http.session, { base_url = "x" })).message))
		print((select(2, pcall(http.session, { limit = 0 })).message))
		print((select(2, pcall(http.session, { json = 1 })).message:gsub("there are.*", "")))
	`)
}

func TestStatuses(t *testing.T) {
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Path[1:])
		w.Header().Set("X-B", "c")
		if r.URL.RawQuery == "odd" {
			w.Header().Set("Content-Type", "text/plain")
		}
		if r.URL.RawQuery == "json" {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(n)
		if r.URL.RawQuery == "odd" {
			io.WriteString(w, "a\x1b]0;owned\a\r\nb\u202ec\x80\u0085d\x00")
			return
		}
		if r.URL.RawQuery == "long" {
			io.WriteString(w, strings.Repeat("x", 100_000))
		} else {
			io.WriteString(w, "{\n \"why\": \"it is so\"\n}")
		}
	})
	check(t, s.URL, `
		local function try(n, o)
			local ok, e = pcall(http.get, "URL/" .. n, o)
			if ok then print(e.status, e.ok, e.body) else print(e, e.kind, e.status, e.method, e.url, e.headers["x-b"], #e.body) end
		end
		try("500?odd") try("404") try("500?json") try("418?long") try("599")
		try("404", { check = false }) try("404", { check = { 404 } }) try("200", { check = { 404 } }) try("302") try("304")
		print(#http.get("URL/500?long", { check = false }).body)
		local r = http.get("URL/200")
		print(r:json().why, r.headers["x-b"], r.nothing, tostring(r))
		print(pcall(function() r.status = 1 end))
	`)
}

// Secrets go where they were meant to, whatever a server says.
func TestSecretsStayWithTheirOrigin(t *testing.T) {
	see := func(w http.ResponseWriter, r *http.Request) {
		if to := r.URL.Query().Get("to"); to != "" {
			http.SetCookie(w, &http.Cookie{Name: "set-by-" + r.Host[:3], Value: "x"})
			status, _ := strconv.Atoi(r.URL.Query().Get("status"))
			w.Header().Set("Location", to)
			w.WriteHeader(max(status, 302))
			return
		}
		b, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %q auth=%q cookie=%q x=%q type=%q", r.Method, b, r.Header.Get("Authorization"), r.Header.Get("Cookie"), r.Header.Get("X-Key"), r.Header.Get("Content-Type"))
	}
	one, two := peer(t, see), peer(t, see)
	other := strings.Replace(two.URL, "127.0.0.1", "localhost", 1)
	src := strings.ReplaceAll(`
		local own = { auth = { "u", "p" }, headers = { Cookie = "mine=1", ["X-Key"] = "k" } }
		local function to(url, status) return "URL/?to=" .. http.escape(url) .. (status and "&status=" .. status or "") end
		local function show_it(what, r) print(what, r.body, (r.url:gsub(":%d+", ""))) end
		show_it("here      ", http.get("URL/", own))
		show_it("same      ", http.get(to("/x"), own))
		show_it("elsewhere ", http.get(to("OTHER/x"), own))
		show_it("and back  ", http.get(to("OTHER/?to=" .. http.escape("URL/y")), own))
		show_it("userinfo  ", http.get("http://me:pw@" .. to("OTHER/x"):sub(8), {}))
		show_it("leads to  ", http.get(to("http://me:pw@" .. ("OTHER"):sub(8) .. "/"), {}))
		print(pcall(http.get, "http://me:pw@" .. ("URL"):sub(8) .. "/?to=ftp:x", {}))
		for _, m in ipairs { "post", "put", "get" } do
			for _, st in ipairs { 301, 302, 303, 307, 308 } do show_it(m .. " " .. st, http[m](to("/z", st), { body = "b", headers = { ["Content-Type"] = "t" } })) end
		end
		print(http.head(to("/z", 303)).status)
		print(pcall(http.post, to("/z", 307), { body = function() return nil end }))
		print(http.get(to("/z"), { redirects = 0 }).status)
		print("SESSION")
		local s = http.session { base_url = "URL/base/", bearer = "tok", headers = { ["X-Key"] = "k", ["X-Other"] = 1 }, cookies = true }
		show_it("path      ", s:get("p"))
		show_it("slash     ", s:get("/p", { query = { a = 1 } }))
		show_it("none      ", s:get(""))
		show_it("host like ", s:get("//localhost/x"))
		show_it("absolute  ", s:get("URL/q"))
		show_it("elsewhere ", s:get("OTHER/q"))
		show_it("redirect  ", s:get(to("OTHER/q")))
		show_it("and back  ", s:get(to("OTHER/?to=" .. http.escape("URL/y"))))
		show_it("begins out", s:get("OTHER/?to=" .. http.escape("URL/y")))
		show_it("own       ", s:get("OTHER/q", { bearer = "for-other" }))
		show_it("without   ", s:get("p", { auth = false, headers = { ["X-Key"] = false } }))
		print(pcall(s.get, s, "ftp://x"))
		print(tostring(s))
		s:close()
		print(pcall(s.get, s, "p"))
	`, "OTHER", other)
	golden(t, strings.ReplaceAll(strings.ReplaceAll(client(t, one.URL, src), one.URL, "URL"), other, "OTHER"))
}

// A session keeps cookies as browsers do, by the runtime's clock.
func TestCookies(t *testing.T) {
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		for _, c := range r.URL.Query()["set"] {
			w.Header().Add("Set-Cookie", c)
		}
		io.WriteString(w, r.Header.Get("Cookie"))
	})
	check(t, s.URL, `
		local s = http.session { cookies = true }
		local function set(...) return s:get("URL/", { query = { set = { ... } } }).cookies end
		print(show(set("a=1", "b=2; Max-Age=10", "c=3; Path=/deep", "d=4; Secure", "e=5; Domain=example.org", "f=6; Expires=Sat, 01 Jan 2000 00:00:20 GMT", 'g="q u"')))
		print(s:get("URL/").body)
		print(s:get("URL/deep/x").body)
		print(s:get("URL/", { headers = { Cookie = "own=1" } }).body)
		sleep(9.5) print(now(), s:get("URL/").body)
		sleep(1) print(now(), s:get("URL/").body)
		set("b=7") print(s:get("URL/").body)
		sleep(10) print(now(), s:get("URL/").body)
		set("a=; Max-Age=0") print(s:get("URL/").body)
		print(http.get("URL/").body == "", http.session():get("URL/").body == "")
		s = http.session { cookies = true }
		for round = 1, 5 do
			local many = {}
			for i = 1, 100 do many[i] = "c" .. round .. "-" .. i .. "=" .. ("x"):rep(100) .. (i % 2 == 0 and "; Max-Age=100" or "") end
			set(unpack(many))
		end
		set("huge=" .. ("x"):rep(5000), "last=1")
		local sent = s:get("URL/").body
		print(select(2, sent:gsub("=", "")), sent:match("last=1"), sent:match("huge"), sent:match("c5%-1=") ~= nil, sent:match("c3%-1="))
	`)
}

// A request is tried again where that does no harm, after the pauses that were asked for.
func TestRetries(t *testing.T) {
	var n atomic.Int32
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		i := int(n.Add(1))
		q := r.URL.Query()
		if fails, _ := strconv.Atoi(q.Get("fails")); i > fails {
			fmt.Fprintf(w, "%d %s", i, b)
			return
		}
		if after := q.Get("after"); after != "" {
			w.Header().Set("Retry-After", after)
		}
		if q.Get("status") == "0" {
			panic(http.ErrAbortHandler)
		}
		status, _ := strconv.Atoi(q.Get("status"))
		w.WriteHeader(status)
	})
	opts := interp.WithFunc("reset", func() { n.Store(0) })
	check(t, s.URL, `
		local function try(what, m, q, o)
			reset()
			local began = now()
			local ok, r = pcall(http[m], "URL/?" .. q, o)
			print(what, ok and r.body or r, r.attempts, now() - began)
		end
		try("503", "get", "fails=2&status=503", { retry = 3 })
		try("in vain", "get", "fails=9&status=503", { retry = 3 })
		try("not asked", "get", "fails=1&status=503")
		try("404", "get", "fails=1&status=404", { retry = 3 })
		try("lost", "get", "fails=2&status=0", { retry = { attempts = 4, delay = 10, factor = 3, max_delay = 20 } })
		try("post", "post", "fails=1&status=503", { retry = 3, body = "x" })
		try("post asked", "post", "fails=1&status=503", { retry = { methods = { "post" } }, body = "x" })
		try("put", "put", "fails=1&status=429", { retry = 3, json = { 1 } })
		try("function", "put", "fails=1&status=429", { retry = 3, body = function() end })
		try("after 7", "get", "fails=1&status=503&after=7", { retry = 2 })
		try("after 0", "get", "fails=1&status=503&after=0", { retry = 2 })
		try("after long", "get", "fails=1&status=429&after=99999", { retry = { max_delay = 30 } })
		try("after bad", "get", "fails=1&status=503&after=soon", { retry = { delay = 2 } })
		local at = time.format(time.now() + 45, "http")
		try("at an instant", "get", "fails=1&status=503&after=" .. http.escape(at), { retry = 2 })
		try("in the past", "get", "fails=1&status=503&after=" .. http.escape(time.format(0, "http")), { retry = 2 })
		try("no check", "get", "fails=9&status=503", { retry = 2, check = false })
		try("checked", "get", "fails=9&status=503", { retry = 2, check = { 503 } })
		local asked = {}
		try("when", "get", "fails=9&status=503", { retry = { attempts = 9, when = function(e) asked[#asked + 1] = e.status return #asked < 3 end } })
		print(show(asked))
		print(pcall(http.get, "http://localhost:1/", { retry = { attempts = 3, delay = 100 } }))
		print(now())
		local l, n = sync.limiter { rate = 1, burst = 1 }, now()
		for i = 1, 3 do http.get("URL/?fails=0", { limiter = l }) end
		print("limiter", now() - n)
		local sem = sync.semaphore(1)
		gather(async(http.get)("URL/?fails=0", { limiter = sem }), async(http.get)("URL/?fails=0", { limiter = sem }))
		print(sem)
		local log = {}
		http.get("URL/?fails=0", { limiter = { acquire = function() log[#log + 1] = "acquire" end, release = function() log[#log + 1] = "release" end } })
		print(table.concat(log, " "))
	`, opts)
}

// A client's own time-outs, on the machine's clock.
func TestTimeouts(t *testing.T) {
	var came, gone atomic.Int32
	s := peer(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if r.URL.Path != "/drip" {
			came.Add(1)
		}
		switch r.URL.Path {
		case "/body":
			io.WriteString(w, "some")
			w.(http.Flusher).Flush()
		case "/drip":
			for range 5 {
				io.WriteString(w, "drop ")
				w.(http.Flusher).Flush()
				select {
				case <-time.After(30 * time.Millisecond):
				case <-r.Context().Done():
				}
			}
			return
		}
		<-r.Context().Done()
		gone.Add(1)
	})
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	got := realTime(t, s.URL, strings.ReplaceAll(`
		local function try(...) local ok, e = pcall(...) print(ok and e.body or e, e.kind, e.method) end
		try(http.get, "URL/head", { timeout = 0.1 })
		try(http.post, "URL/body", { timeout = 0.1 })
		try(http.get, "URL/drip", { timeout = 10 })
		try(http.get, "URL/body", { to = "f", timeout = 10, idle_timeout = 0.1 })
		print(fs.exists("f"), fs.exists("f.part"))
		try(http.get, "URL/drip", { to = "f", timeout = 10, idle_timeout = 5 })
		print(read("f"))
		local r = http.get("URL/body", { stream = true, idle_timeout = 3 })
		print(r:read(4))
		try(r.read, r, 1)
		r:close()
		try(http.get, "https://SILENT/", { connect_timeout = 0.1 })
		try(http.get, "URL/head", { retry = { attempts = 2, delay = 0.01, timeout = 0.1 } })
		print(select(2, pcall(wait_for, http.get, 0.1, "URL/head")).kind)
		print(task.move_on_after(function() return http.get("URL/head") end, 0.1))
	`, "SILENT", silent.Addr().String()))
	golden(t, strings.ReplaceAll(got, silent.Addr().String(), "SILENT"))
	// Each that came and was given up is seen by the server to go. One that is given up before it is sent, nobody sees.
	for end := time.Now().Add(time.Minute); gone.Load() < came.Load(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the server was not told that a client has gone")
		}
	}
	if n := came.Load(); n < 1 || n > 8 { // the one that is read from, at least
		t.Errorf("%d requests have come", n)
	}
}
