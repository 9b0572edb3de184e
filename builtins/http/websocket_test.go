package http_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// Websockets both ways with another implementation, Node's ws: set NODE_PATH to the folder node_modules that has it.
func TestWebsocketsWithNode(t *testing.T) {
	if err := exec.Command("node", "-e", "require('ws')").Run(); err != nil {
		t.Skip("there is no node with the package ws:", err)
	}
	dir, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	rt, err := interp.New(builtins.Std(), interp.WithEnv(os.Environ()), interp.WithStdio(nil, &out, &out))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if _, err := rt.RunString(t.Context(), "=t", `
		local dir = ...
		local p = process.start { "node", dir .. "/websocket_server.js" }
		local url = "ws://127.0.0.1:" .. p.stdout:read()
		local function new(o) return http.websocket(url, o) end
		local ws = new { protocols = { "chat" }, compress = true }
		print(ws.protocol)
		for _, m in ipairs { "", "a", ("ä"):rep(100000) } do ws:send(m) assert(ws:get() == m) end
		ws:send("\0\255", "binary")
		print(#ws:get())
		ws:send("frag")
		print(ws:get())
		ws:send("close")
		local ok, e = pcall(ws.get, ws)
		print(ok, e.kind, e.status, e.reason)
		ws = new() ws:send("good") print(ws:get())
		ws = new() ws:send("die") ok, e = pcall(ws.get, ws) print(ok, e.kind, e.code)
		ws = new() ws:send("big") ok, e = pcall(ws.get, ws) print(ok, e.kind)
		ws = new { max_message = 4 * 2 ^ 20 } ws:send("big") print(#ws:get()) ws:close(4000, "done") print(ws:get())
		ws = new()
		for i = 1, 50 do pcall(wait_for, ws.get, 0.001, ws) end
		for i = 1, 100 do ws:send(tostring(i)) end
		for i = 1, 100 do assert(ws:get() == tostring(i)) end
		p:kill() pcall(p.wait, p)

		local ends = {}
		local s = http.serve(0, function(req)
			local ws = req:websocket { protocols = "chat", compress = true }
			local ok, e = pcall(function()
				for m, kind in ws:messages() do
					if m == "bye" then ws:close(3002, "see you") return end
					ws:send(m, kind)
				end
			end)
			ends[#ends + 1] = ok and "good" or e.kind
		end)
		print((process.read { "node", dir .. "/websocket_client.js", (s.url:gsub("^http", "ws")) }))
		s:stop(1)
		table.sort(ends)
		print(table.concat(ends, " "))`, filepath.ToSlash(dir)); err != nil {
		t.Error(err)
	}
	if want := `chat
2
onetwo	text
false	io	4001	why
nil
false	io	ECONNRESET
false	limit
3145728
nil
protocol chat permessage-deflate
[ 'hello', 5, false ]
[ 'ab', 2, false ]
[ '\x00�', 2, true ]
[ 'xxxxxxxxxxxxxxxxxxxx', 500000, false ]
pong
closed [ 3002, 'see you' ]
too big [ 1009, 'read limited at 1048577 bytes' ]
evil: Unexpected server response: 403
good 1000
good good io limit
`; out.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", &out, want)
	}
}
