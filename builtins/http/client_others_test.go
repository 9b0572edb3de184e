package http_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// other starts a server that somebody else has written, which prints its URL, until the test ends.
func other(t *testing.T, dir, name string, args ...string) (url string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe() // its end ends it
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Wait() // however it ends
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func TestPythonsServer(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a b.txt"), []byte(strings.Repeat("python ", 10_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	url := other(t, dir, "python3", "-c", `
import http.server, threading, sys
class H(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *a): pass
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), H)
print("http://127.0.0.1:%d" % s.server_port, flush=True)
threading.Thread(target=s.serve_forever, daemon=True).start()
sys.stdin.read()`)
	check(t, url, `
		local r = http.get("URL/a%20b.txt")
		print(r.status, #r.body, r.headers["content-type"], r.proto)
		print(http.get("URL/" .. http.escape("a b.txt"), { to = "f" }).size, fs.size("f"))
		print(http.head("URL/a%20b.txt").headers["content-length"])
		print(select(2, pcall(http.get, "URL/none")).status, select(2, pcall(http.post, "URL/", { body = "x" })).status)
		print((http.get("URL/a%20b.txt", { stream = true }):read("*a")) == read("f"))
		write("g.part", ("python "):rep(100)) write("g.part.tag", http.head("URL/a%20b.txt").headers["last-modified"] .. "\n")
		print(http.get("URL/a%20b.txt", { to = "g", resume = true }).size, read("g") == read("f"))
		print(html.parse(http.get("URL/").body):first("li"):text())
	`)
}

func TestNodesServer(t *testing.T) {
	url := other(t, t.TempDir(), "node", "-e", `
const http = require("http"), zlib = require("zlib");
const s = http.createServer((req, res) => {
  if (req.url === "/gzip") { res.writeHead(200, { "Content-Encoding": "gzip" }); return res.end(zlib.gzipSync("packed ".repeat(1000))); }
  if (req.url === "/hints") { res.writeEarlyHints({ link: "</x>; rel=preload" }); return res.end("after the hints"); }
  if (req.url === "/trailers") { res.writeHead(200, { Trailer: "X-End" }); res.write("body"); res.addTrailers({ "X-End": "yes" }); return res.end(); }
  if (req.url === "/destroy") { res.write("some"); return setTimeout(() => req.socket.destroy(), 20); }
  let n = 0;
  req.on("data", (b) => { n += b.length; });
  req.on("end", () => { res.setHeader("X-Many", ["a", "b"]); res.end(JSON.stringify({ n, te: req.headers["transfer-encoding"], length: req.headers["content-length"], type: req.headers["content-type"] })); });
});
s.listen(0, "127.0.0.1", () => console.log("http://127.0.0.1:" + s.address().port));
process.stdin.resume();
process.stdin.on("end", () => process.exit());`)
	check(t, url, `
		print(#http.get("URL/gzip").body, http.get("URL/gzip").headers["content-encoding"])
		print(http.get("URL/hints").body, http.get("URL/trailers").body)
		print(pcall(http.get, "URL/destroy"))
		print(http.put("URL/", { body = "12345" }).body)
		local n = 0
		local r = http.post("URL/", { body = function() n = n + 1 if n <= 100 then return ("x"):rep(10000) end end })
		print(r.body, r.headers["x-many"])
		print(http.post("URL/", { form = { a = 1 }, files = { f = { data = ("y"):rep(1e6) } } }):json().n > 1e6)
		print(#{ gather(unpack((function() local l = {} for i = 1, 100 do l[i] = async(http.get)("URL/" .. i) end return l end)())) })
	`)
}

// Connections count as files, and idle ones make room for those that are wanted.
func TestConnectionsAreCounted(t *testing.T) {
	one, two, three := peer(t, echo), peer(t, echo), peer(t, echo)
	src := strings.NewReplacer("ONE", one.URL, "TWO", two.URL, "THREE", three.URL).Replace(`
		for i = 1, 3 do for _, u in ipairs { "ONE", "TWO", "THREE" } do http.get(u) end end
		print("ok")`)
	if got := client(t, "", src, interp.WithLimits(interp.Limits{Files: 2})); got != "ok\n" {
		t.Error(got)
	}
}
