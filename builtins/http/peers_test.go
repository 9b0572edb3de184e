package http_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/interp"
)

// Clients that others wrote understand the server, and it them.
func TestOthersClients(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f.txt"), []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, pemText := certificate(t)
	if err := os.WriteFile(filepath.Join(dir, "cert.pem"), []byte(pemText), 0o600); err != nil {
		t.Fatal(err)
	}
	src := `
		local tls = arg and arg[1] == "tls" and { cert = "cert.pem", key = "cert.pem" } or nil
		local s = http.serve(0, {
			["GET /hello"] = function() return "hello" end,
			["POST /json"] = function(req) return { got = req:json() } end,
			["POST /form"] = function(req) local f = req:form() return f.file and { f.a, f.file.name, f.file.size } or f end,
			["POST /upper"] = function(req) return 200, function() local l = req:read("*l") return l and l:upper() .. "\n" end end,
			["PUT /save"] = function(req) return { req:save("saved") } end,
			["GET /events"] = function(req) req:events(function(send) for i = 1, 3 do send { data = i } end end) end,
			["GET /cut"] = function() local n = 0 return 200, function() n = n + 1 if n > 1 then error("cut") end return "part" end end,
			["/f/{path...}"] = http.files("."),
		}, { tls = tls })
		ready(s.url)`
	plain := serve(t, src, interp.WithDir(dir))
	secure := serve(t, src, interp.WithDir(dir), interp.WithArgs("t", "tls"))
	for _, tt := range []struct {
		program string
		args    []string
		want    string
	}{
		{"curl", []string{"-sS", "URL/hello"}, "hello"},
		{"curl", []string{"-sSI", "URL/hello"}, "Content-Length: 5"},
		{"curl", []string{"-sS", "--json", `{"a":1}`, "URL/json"}, `{"got":{"a":1}}`},
		{"curl", []string{"-sS", "-F", "a=b", "-F", "file=@f.txt", "URL/form"}, `["b","f.txt",10]`},
		{"curl", []string{"-sS", "-T", "f.txt", "URL/save"}, "[10]"},
		{"curl", []string{"-sS", "-H", "Transfer-Encoding: chunked", "-H", "Expect: 100-continue", "--data-binary", "@f.txt", "URL/upper"}, "0123456789"},
		{"curl", []string{"-sS", "-r", "2-4", "URL/f/f.txt"}, "234"},
		{"curl", []string{"-sSL", "URL/f/../f/f.txt"}, "0123456789"},
		{"curl", []string{"-sSN", "URL/events"}, "data: 1\n\ndata: 2\n\ndata: 3"},
		{"curl", []string{"-sS", "URL/cut"}, "curl: ("},
		{"curl", []string{"-sS", "--http2", "--cacert", "cert.pem", "-w", " %{http_version}", "TLS/hello"}, "hello 2"},
		{"curl", []string{"-sS", "--http2", "--cacert", "cert.pem", "-F", "a=b", "-F", "file=@f.txt", "TLS/form"}, `["b","f.txt",10]`},
		{"curl", []string{"-sS", "--http2", "--cacert", "cert.pem", "TLS/cut"}, "curl: ("},
		{"curl", []string{"-sS", "--http1.1", "--cacert", "cert.pem", "TLS/events"}, "data: 3"},
		{"python3", []string{"-c", `
import json, urllib.request as u
print(json.load(u.urlopen(u.Request("URL/json", data=b'{"a":1}', headers={"Content-Type": "application/json"})))["got"])
try: u.urlopen("URL/none")
except u.HTTPError as e: print(e.code)
import http.client
c = http.client.HTTPConnection("URL"[7:])
for i in range(3):
    c.request("POST", "/upper", body=iter([b"a\n", b"b\n"]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
    print(c.getresponse().read())`}, "{'a': 1}\n404\nb'A\\nB\\n'\nb'A\\nB\\n'\nb'A\\nB\\n'"},
		{"node", []string{"--input-type=module", "-e", `
const r = await fetch("URL/json", { method: "POST", body: JSON.stringify({ a: 1 }) })
console.log(await r.text())
const form = new FormData()
form.set("a", "b"); form.set("file", new Blob(["12345"]), "n.txt")
console.log(await (await fetch("URL/form", { method: "POST", body: form })).text())
const lines = new ReadableStream({ async start(c) { for (const l of ["x\n", "y\n"]) { c.enqueue(new TextEncoder().encode(l)); await new Promise(f => setTimeout(f, 20)) } c.close() } })
console.log(await (await fetch("URL/upper", { method: "POST", body: lines, duplex: "half" })).text())
console.log((await Promise.all(Array.from({ length: 50 }, async () => (await fetch("URL/hello")).text()))).every(t => t == "hello"))
try { await (await fetch("URL/cut")).text() } catch (e) { console.log("cut") }`}, "{\"got\":{\"a\":1}}\n[\"b\",\"n.txt\",5]\nX\nY\n\ntrue\ncut"},
	} {
		path, err := exec.LookPath(tt.program)
		if err != nil {
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		args := make([]string, len(tt.args))
		for i, a := range tt.args {
			args[i] = strings.ReplaceAll(strings.ReplaceAll(a, "URL", plain.url), "TLS", secure.url)
		}
		cmd := exec.CommandContext(ctx, path, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if !strings.Contains(strings.ReplaceAll(string(out), "\r", ""), tt.want) {
			t.Errorf("%s %s: %v: %s\nwant %s", tt.program, args, err, out, tt.want)
		}
	}
}
