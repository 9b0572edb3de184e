package http_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// pemOf writes the certificate of a test's server into a file.
func pemOf(t *testing.T, s *httptest.Server) string {
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Connections are encrypted, and whoever cannot be trusted is an error that says why.
func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %d %v", r.Proto, len(r.TLS.PeerCertificates), r.TLS.ServerName)
	}))
	s.EnableHTTP2 = true
	s.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	plain := peer(t, echo)
	key, err := x509.MarshalPKCS8PrivateKey(s.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	both := filepath.Join(t.TempDir(), "both.pem")
	ca := pemOf(t, s)
	cert, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(both, append(cert, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...), 0o600); err != nil {
		t.Fatal(err)
	}
	port := s.URL[strings.LastIndexByte(s.URL, ':')+1:]
	src := strings.NewReplacer("CA", ca, "BOTH", both, "PLAIN", plain.URL, "PORT", port).Replace(`
		local function try(url, o)
			local ok, e = pcall(http.get, url, o)
			if ok then print(e.proto, e.body) else print(e, e.kind, e.code, e.address) end
		end
		try("URL/")
		try("URL/", { tls = { insecure = true } })
		try("URL/", { tls = { ca = "CA" } })
		try("URL/", { tls = { ca = read("CA") } })
		try("https://localhost:PORT/", { tls = { ca = "CA" } })
		try("https://localhost:PORT/", { tls = { ca = "CA", server_name = "example.com" } })
		try("https://example.com/", { tls = { ca = "CA" }, resolve = { ["example.com:443"] = "127.0.0.1:PORT" } })
		try("URL/", { tls = { ca = "CA", cert = "BOTH", key = "BOTH" } })
		try("URL/", { tls = { ca = "CA", min = "1.3" } })
		try("URL/", { tls = { ca = "none.pem" } })
		try("URL/", { tls = { ca = "BOTH", cert = "CA", key = "CA" } })
		try(("PLAIN"):gsub("http:", "https:") .. "/")
		try((("URL"):gsub("https:", "http:")) .. "/", { check = false })
		local s = http.session { base_url = "URL", tls = { ca = "CA" }, limit = 1 }
		for i = 1, 3 do gather(async(s.get)(s, "/"), async(s.get)(s, "/")) end
		print(s:get("/").proto)
	`)
	got := client(t, s.URL, src)
	golden(t, strings.NewReplacer(s.URL, "URL", plain.URL, "PLAIN", port, "PORT", strings.TrimPrefix(plain.URL, "http://"), "PLAINADDR", ca, "CA").Replace(got))
}

// proxy is a server that passes on what it is asked for, as proxies do, and counts that.
func proxy(t *testing.T, user string) (*httptest.Server, *atomic.Int32) {
	n := &atomic.Int32{}
	return peer(t, func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		if user != "" && r.Header.Get("Proxy-Authorization") != user {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		if r.Method == http.MethodConnect {
			to, err := net.Dial("tcp", strings.Replace(r.Host, "example.org", "127.0.0.1", 1))
			if err != nil {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			defer to.Close()
			w.WriteHeader(http.StatusOK)
			conn, buf, err := w.(http.Hijacker).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			go func() {
				io.Copy(to, buf)
				to.Close()
			}()
			io.Copy(conn, to)
			return
		}
		fmt.Fprintf(w, "by proxy: %s %s auth=%q", r.Method, r.URL, r.Header.Get("Authorization"))
	}), n
}

// socks is a SOCKS5 server (RFC 1928) that knows where example.org is.
func socks(t *testing.T, at string) string {
	return "socks5" + strings.TrimPrefix(raw(t, func(c net.Conn) {
		c.Write([]byte{5, 0})
		r := bufio.NewReader(c)
		head := make([]byte, 5)
		if _, err := io.ReadFull(r, head); err != nil || head[3] != 3 {
			return
		}
		name := make([]byte, int(head[4])+2)
		if _, err := io.ReadFull(r, name); err != nil || string(name[:len(name)-2]) != "example.org" {
			c.Write([]byte{5, 4, 0, 1, 0, 0, 0, 0, 0, 0})
			return
		}
		to, err := net.Dial("tcp", at)
		if err != nil {
			return
		}
		defer to.Close()
		c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		go func() {
			io.Copy(to, r)
			to.Close()
		}()
		io.Copy(c, to)
	}), "http")
}

func TestProxies(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(echo))
	t.Cleanup(s.Close)
	plain := peer(t, echo)
	p, _ := proxy(t, "Basic bWU6cHc=")
	open, n := proxy(t, "")
	port := s.URL[strings.LastIndexByte(s.URL, ':')+1:]
	r := strings.NewReplacer("CLOSED", strings.TrimPrefix(p.URL, "http://"), "OPEN", open.URL, "PORT", port, "SOCKS", socks(t, strings.TrimPrefix(plain.URL, "http://")), "ADDR", strings.TrimPrefix(plain.URL, "http://"))
	src := r.Replace(`
		local function try(url, o)
			local ok, e = pcall(http.get, url, o)
			if ok then print(e.status, (e.body:gsub("\n.*", ""))) else print(e, e.kind, e.code) end
		end
		local any = { insecure = true }
		try("http://example.org/a?b#c", { proxy = "OPEN", auth = { "u", "p" } })
		try("http://me:pw@example.org/a", { proxy = "OPEN" })
		try("https://example.org:PORT/tunnel", { proxy = "OPEN", tls = any })
		try("https://example.org:PORT/tunnel", { proxy = "http://CLOSED", tls = any })
		try("https://example.org:PORT/tunnel", { proxy = "http://me:pw@CLOSED", tls = any })
		try("http://example.org/", { proxy = "http://me:wrong@CLOSED", tls = any })
		try("http://example.org/socks", { proxy = "SOCKS" })
		try("http://example.net/socks", { proxy = "SOCKS" })
		try("http://example.org/", { proxy = "http://127.0.0.1:1" })
		try("http://ADDR/own", { proxy = false })
		print("environment")
		try("http://example.org/env")
		try("http://ADDR/loopback is reached without")
		try("http://example.org/none", { proxy = "SOCKS" })
		process.env.NO_PROXY = "example.com,.org"
		try("http://example.org/excepted", { resolve = { ["example.org:80"] = "ADDR" } })
		process.env.HTTP_PROXY = "ftp://x"
		process.env.NO_PROXY = nil
		try("http://example.org/")
	`)
	before := n.Load()
	got := client(t, s.URL, src, interp.WithEnv([]string{"HTTP_PROXY=" + open.URL, "https_proxy=" + open.URL}))
	golden(t, strings.NewReplacer(open.URL, "OPEN", strings.TrimPrefix(p.URL, "http://"), "CLOSED", port, "PORT", strings.TrimPrefix(plain.URL, "http://"), "ADDR").Replace(got))
	if n.Load() == before {
		t.Error("the proxy was not asked")
	}
}

// A socket of the machine is reached by its path.
func TestUnixSockets(t *testing.T) {
	dir := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Skip(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/to" {
			http.Redirect(w, r, "/x", http.StatusFound)
		}
		fmt.Fprint(w, r.Host, r.URL)
	})}}
	s.Start()
	t.Cleanup(s.Close)
	golden(t, client(t, "", `
		print(http.get("http://docker/v1/x?y", { unix = "s" }).body)
		print(http.get("http://docker/to", { unix = "s" }).body)
		local s = http.session { base_url = "http://docker/v1", unix = "s" }
		print(s:get("ps").body)
		print(pcall(http.get, "http://docker/", { unix = "none" }))
	`, interp.WithDir(dir)))
}

// A policy of the host's is asked at each step, and nothing gets round it.
func TestPolicies(t *testing.T) {
	inside := peer(t, echo)
	secret := strings.TrimPrefix(inside.URL, "http://")
	port := secret[strings.LastIndexByte(secret, ':')+1:]
	outside := peer(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})
	at := strings.TrimPrefix(outside.URL, "http://")
	p, asked := proxy(t, "")
	src := strings.NewReplacer("SECRETPORT", port, "SECRET", secret, "PROXY", p.URL).Replace(`
		local function try(url, o)
			local ok, e = pcall(http.get, url, o)
			if ok then print("REACHED", url, e.status) else print(e.kind, e.code, (e.message:gsub("^http.get: ", ""))) end
		end
		for _, u in ipairs {
			"http://SECRET/", "http://localhost:SECRETPORT/", "http://localhost.:SECRETPORT/", "http://LOCALHOST:SECRETPORT/", "http://0x7f.1:SECRETPORT/", "http://0x7f000001:SECRETPORT/", "http://2130706433:SECRETPORT/",
			"http://127.1:SECRETPORT/", "http://0177.0.0.1:SECRETPORT/", "http://[::ffff:127.0.0.1]:SECRETPORT/", "http://[::1]:SECRETPORT/", "http://0.0.0.0:SECRETPORT/", "http://[::]:SECRETPORT/", "http://allowed.test@SECRET/", "http://allowed.test:80@SECRET/",
			"http://[::ffff:7f00:1]:SECRETPORT/", "http://[0:0:0:0:0:ffff:127.0.0.1%25lo]:SECRETPORT/", "http://127.0.0.1:SECRETPORT#@allowed.test/", "http://169.254.169.254/latest/", "http://allowed.test.:22/", "http://allowed.test:22/",
		} do try(u) end
		try("URL/?to=" .. http.escape("http://SECRET/"))
		try("URL/?to=" .. http.escape("http://localhost:SECRETPORT/"))
		try("URL/?to=" .. http.escape("http://[::ffff:127.0.0.1]:SECRETPORT/"))
		try("http://allowed.test/", { resolve = { ["allowed.test:80"] = "SECRET" } })
		try("http://allowed.test/", { resolve = { ["allowed.test:80"] = "unix:/var/run/docker.sock" } })
		try("http://allowed.test/", { unix = "/var/run/docker.sock" })
		try("http://allowed.test/", { proxy = "http://SECRET" })
		try("http://allowed.test/", { proxy = "socks5://SECRET" })
		try("http://forbidden.test/", { proxy = "PROXY" })
		try("https://forbidden.test/", { proxy = "PROXY" })
		try("http://allowed.test/", { proxy = "PROXY" })
		try("https://allowed.test/", { proxy = "PROXY" })
		local s = http.session { base_url = "http://allowed.test/", resolve = { ["allowed.test:80"] = "SECRET" } }
		print(select(2, pcall(s.get, s, "x")).kind)
	`)
	policy := interp.WithNetwork(interp.Network{Connect: []string{"allowed.test:80", at}, Proxies: []string{strings.TrimPrefix(p.URL, "http://")}})
	out := client(t, outside.URL, src, policy)
	golden(t, strings.NewReplacer(secret, "SECRET", port, "SECRETPORT", outside.URL, "URL", p.URL, "PROXY").Replace(out))
	if n := asked.Load(); n != 1 {
		t.Errorf("the proxy was asked %d times", n)
	}
}

// A name that leads elsewhere the next time it is looked up reaches no more than before: addresses are asked about when a connection is made.
func TestNamesThatLeadInside(t *testing.T) {
	inside := peer(t, echo)
	port := inside.URL[strings.LastIndexByte(inside.URL, ':')+1:]
	name, err := os.Hostname()
	if err != nil {
		t.Skip(err)
	}
	addrs, err := net.LookupHost(name)
	if err != nil || len(addrs) == 0 || slices.ContainsFunc(addrs, func(s string) bool {
		a, err := netip.ParseAddr(s)
		return err != nil || !a.IsLoopback() && !a.IsPrivate() && !a.IsLinkLocalUnicast()
	}) {
		t.Skip("the machine's own name leads nowhere, or to where everybody may go")
	}
	rt := interptest.New(t, builtins.Std(), interp.WithNetwork(interp.Network{Connect: []string{"*:" + port, name}}))
	err = rt.CheckError(`http.get("http://`+name+`:`+port+`/")`, "")
	if e, ok := err.(*interp.Error); !ok || e.Kind != interp.KindDenied {
		t.Errorf("a name that leads to this machine: %v", err)
	}
}

// The environment's exceptions are read as curl and Go read them.
func TestNoProxy(t *testing.T) {
	p, _ := proxy(t, "")
	for _, tt := range []struct {
		except, url string
		direct      bool
	}{
		{"", "http://example.org/", false},
		{"*", "http://example.org/", true},
		{"example.org", "http://example.org/", true},
		{"example.org", "http://www.example.org/", true},
		{"example.org", "http://notexample.org/", false},
		{".example.org", "http://www.example.org/", true},
		{".example.org", "http://example.org/", false},
		{"EXAMPLE.org:80", "http://example.org/", true},
		{"example.org:81", "http://example.org/", false},
		{"10.0.0.0/8, 192.168.1.1", "http://10.1.2.3/", true},
		{"10.0.0.0/8, 192.168.1.1", "http://192.168.1.1/", true},
		{"10.0.0.0/8, 192.168.1.1", "http://192.168.1.2/", false},
		{"1.1", "http://192.168.1.1/", false},
		{"", "http://localhost:1/", true},
		{"", "http://127.9.9.9:1/", true},
		{"", "http://[::1]:1/", true},
	} {
		u, err := url.Parse(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		out := client(t, "", fmt.Sprintf(`local ok, e = pcall(http.get, %q, { timeout = 2, resolve = { [%q] = "127.0.0.1:1" } }) print(ok)`, tt.url, u.Hostname()+":80"), interp.WithEnv([]string{"http_proxy=" + p.URL, "no_proxy=" + tt.except}))
		if got := out == "false\n"; got != tt.direct {
			t.Errorf("NO_PROXY=%q: %s goes without a proxy: %v", tt.except, tt.url, got)
		}
	}
}

// Over HTTP/2 a cancelled request is one stream that is reset: the server sees it, and the connection and the others go on.
func TestStreamsOfHTTP2(t *testing.T) {
	came, gone := make(chan struct{}, 2), make(chan string, 2)
	var conns atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/wait":
			came <- struct{}{}
			<-r.Context().Done()
			gone <- r.Proto
			return
		case "/came": // one that is cancelled before it is sent, nobody sees
			<-came
		}
		echo(w, r)
	}))
	s.EnableHTTP2 = true
	s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			conns.Add(1)
		}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	got := realTime(t, s.URL, `
		local api = http.session { base_url = "URL", tls = { insecure = true } }
		print(api:get("/").proto)
		local t = spawn(api.get, api, "/wait")
		print((api:post("/", { body = "beside" }).body:gsub("\n.*\n", " ")))
		api:get("/came")
		t:cancel() t:join()
		print(api:get("/").proto, t:cancelled())
		print(wait_for(function() return #{ gather(unpack((function() local l = {} for i = 1, 50 do l[i] = async(api.get)(api, "/" .. i) end return l end)())) } end, 20))
		local late = spawn(function() print(pcall(wait_for, api.get, 5, api, "/wait")) end)
		api:get("/came")
		await(late)
	`)
	golden(t, got)
	for range 2 {
		select {
		case proto := <-gone:
			if proto != "HTTP/2.0" {
				t.Error(proto)
			}
		case <-time.After(time.Minute):
			t.Fatal("the server was not told that a client has gone")
		}
	}
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}
