package test_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/test"
)

// Requests are answered by fakes, wherever they come from, and nothing comes to the network.
func TestFakedHTTP(t *testing.T) {
	const api = `fake.http{
		["GET https://api.example.org/users/{id}"] = function(req) return { id = req.params.id, q = req.query.q } end,
		["POST https://api.example.org/users"] = function(req) return 201, { name = req:json().name }, { location = "/users/9" } end,
		["https://api.example.org/any"] = "text",
		["DELETE https://api.example.org/users/{id}"] = 204,
		["http://plain.example.org:8080"] = { all = true },
		["GET http://plain.example.org:8080/slow"] = function() sleep(100) return "late" end,
		["GET https://api.example.org/moved"] = function() return 302, "", { location = "https://api.example.org/any" } end,
		["GET https://api.example.org/away"] = function() return 302, "", { location = "https://other.example.org/" } end,
	}
	local function get(path, opts) return http.get("https://api.example.org" .. path, opts) end
	`
	for name, tt := range map[string]struct{ body, want string }{
		"a handler":         {`expect(get("/users/7?q=a%20b"):json()):equal{ id = "7", q = "a b" }`, ""},
		"what one returns":  {`local r = http.post("https://api.example.org/users", { json = { name = "x" } }) expect{ r.status, r:json().name, r.headers.location }:equal{ 201, "x", "/users/9" }`, ""},
		"every method":      {`expect(get("/any").body .. http.put("https://api.example.org/any", { body = "b" }).body):equal("texttext")`, ""},
		"a status":          {`expect(http.delete("https://api.example.org/users/7").status):equal(204)`, ""},
		"all of a host":     {`expect(http.get("http://plain.example.org:8080/x/y"):json()):equal{ all = true }`, ""},
		"time passes":       {`expect(function() http.get("http://plain.example.org:8080/slow", { timeout = false }) end):takes(100)`, ""},
		"too late":          {`expect(function() http.get("http://plain.example.org:8080/slow") end):raises{ kind = "timeout" } expect(now()):equal(60)`, ""},
		"at once":           {`task.map({ 1, 2, 3 }, function() http.get("http://plain.example.org:8080/slow", { timeout = 200 }) end) expect(now()):equal(100)`, ""},
		"redirected":        {`expect(get("/moved").body):equal("text")`, ""},
		"redirected away":   {`expect(function() get("/away") end):raises{ kind = "denied" }`, ""},
		"another path":      {`get("/nowhere")`, "http.get: the test does not fake GET https://api.example.org/nowhere; fake.http answers DELETE https://api.example.org/users/{id}, "},
		"another method":    {`http.put("https://api.example.org/users/7")`, "the test does not fake PUT https://api.example.org/users/7"},
		"another host":      {`expect(function() http.get("https://nonesuch.example.org") end):raises{ kind = "denied", address = "nonesuch.example.org" }`, ""},
		"another port":      {`http.get("http://plain.example.org/")`, "does not fake GET http://plain.example.org/"},
		"another scheme":    {`http.get("http://api.example.org/any")`, "does not fake GET http://api.example.org/any"},
		"by a proxy":        {`http.get("http://nonesuch.example.org", { proxy = "http://127.0.0.1:1" })`, "does not fake"},
		"faked by a proxy":  {`fake.env{ HTTPS_PROXY = "http://127.0.0.1:1" } expect(get("/any").body):equal("text") expect(get("/any", { proxy = "http://127.0.0.1:1" }).body):equal("text")`, ""},
		"a session":         {`local s = http.session{ base_url = "https://api.example.org/", bearer = "secret" } s:get("users/7") expect(fake.calls("GET https://api.example.org/users/{id}")[1].headers.authorization):equal("Bearer secret")`, ""},
		"calls":             {`get("/any", { headers = { ["X-A"] = { "1", "2" } } }) http.post("https://api.example.org/any?x=1", { body = "b" }) local all = fake.calls("https://api.example.org/any") expect{ #all, all[1].method, all[1].headers["x-a"], all[2].url, all[2].body }:equal{ 2, "GET", "1, 2", "https://api.example.org/any?x=1", "b" }`, ""},
		"no calls":          {`expect(fake.calls("https://api.example.org/any")):equal{}`, ""},
		"calls of what":     {`fake.calls("https://api.example.org/anny")`, "did you mean 'https://api.example.org/any'?"},
		"a streamed body":   {`local n = 0 http.post("https://api.example.org/any", { body = function() n = n + 1 sleep(1) return n <= 3 and ("x"):rep(1e5) or nil end }) expect(#fake.calls("https://api.example.org/any")[1].body):equal(3e5)`, ""},
		"a streamed answer": {`fake.http{ ["GET http://s.example.org"] = function() local n = 0 return function() n = n + 1 sleep(1) return n <= 3 and ("x"):rep(1e5) or nil end end } local r = http.get("http://s.example.org", { stream = true }) expect(#r:read("*a")):equal(3e5) r:close() expect(now()):equal(4)`, ""},
		"a body is read":    {`fake.http{ ["POST http://s.example.org"] = function(req) local all = {} for line in req:lines() do all[#all + 1] = line end return table.concat(all, "+") end } expect(http.post("http://s.example.org", { body = "a\nb\n" }).body):equal("a+b")`, ""},
		"anew":              {`fake.http{ ["https://api.example.org/any"] = "new" } expect(get("/any").body):equal("new") expect(get("/users/1").ok):equal(true)`, ""},
		"one that fails":    {`fake.http{ ["http://s.example.org"] = function() error("wrong") end } expect(http.get("http://s.example.org", { check = false }).status):equal(500)`, "the fake of 'http://s.example.org': a_test.lua:"},
		"one that expects":  {`fake.http{ ["http://s.example.org"] = function(req) expect(req.query.a):equal("1") return "" end } pcall(http.get, "http://s.example.org?a=2")`, `expected "1", got "2"`},
		"one that refuses":  {`fake.http{ ["http://s.example.org"] = function() error{ status = 404 } end } expect(function() http.get("http://s.example.org") end):raises{ kind = "status", status = 404 }`, ""},
		"a bad answer":      {`fake.http{ ["http://s.example.org"] = function() return true end } pcall(http.get, "http://s.example.org")`, "the handler has returned a boolean"},
		"one that hangs":    {`fake.http{ ["http://s.example.org"] = function() sync.event():wait() end } http.get("http://s.example.org", { timeout = false })`, "deadlock"},
		"left hanging":      {`fake.http{ ["http://s.example.org"] = function() sync.event():wait() end } expect(function() http.get("http://s.example.org", { timeout = 5 }) end):raises{ kind = "timeout" }`, ""},
		"retries":           {`local n = 0 fake.http{ ["http://s.example.org"] = function() n = n + 1 return n < 3 and 503 or "ok" end } expect(http.get("http://s.example.org", { retry = 5 }).attempts):equal(3)`, ""},
		"a file":            {`local d = fake.dir{ a = "content" } fake.http{ ["http://s.example.org/{path...}"] = http.files(d) } http.get("http://s.example.org/a", { to = d .. "/b" }) expect(read(d .. "/b")):equal("content")`, ""},
		"a websocket":       {`fake.http{ ["wss://s.example.org/chat"] = function(req) local ws = req:websocket() ws:send("hello " .. ws:get()) end } local ws = http.websocket("wss://s.example.org/chat") ws:send("you") expect(ws:get()):equal("hello you") ws:close()`, ""},
		"another websocket": {`http.websocket("wss://s.example.org/chat")`, "http.websocket: the test does not fake GET wss://s.example.org/chat"},
		"own server":        {`local s = http.serve(0, function() return "own" end) expect(http.get(s.url).body):equal("own") s:stop()`, ""},
		"nothing":           {`fake.http{} http.get("https://api.example.org/nowhere")`, "denied|does not fake"},
		"a query":           {`fake.http{ ["http://a.example.org/?x=1"] = "" }`, "without its query, which the handler has in req.query"},
		"no URL":            {`fake.http{ ["GET /x"] = "" }`, `"GET https://api.example.org/users/{id}" expected`},
		"a list":            {`fake.http{ "GET http://a" }`, "expected"},
		"no answer":         {`fake.http{ ["http://a.example.org"] = true }`, "a function expected, or what it would return"},
		"no status":         {`fake.http{ ["http://a.example.org"] = 99 }`, "a status from 200 to 599 expected, got 99"},
		"capitals":          {`fake.http{ ["GET HTTPS://A.Example.org/X"] = "x" } expect(http.get("https://a.EXAMPLE.org/X").body):equal("x")`, ""},
		"a conflict":        {`fake.http{ ["GET http://a.example.org/{a}/x"] = "", ["GET http://a.example.org/y/{b}"] = "" }`, "conflicts"},
		"twice":             {`fake.http{ ["GET http://a.example.org"] = "", ["GET  http://A.example.org:80/"] = "" }`, "conflicts"},
		"none":              {`fake.http()`, "table expected"},
		"a script": {`local d = fake.dir{ s = [[
				local r = http.post("https://api.example.org/users", { json = { name = ... } })
				print(r.status, r:json().name, now())
				sleep(1000)
				print(pcall(http.get, "http://plain.example.org:8080/slow"))
				print(http.get("http://plain.example.org:8080/slow", { timeout = 500 }).body, now())
				task.map({ 1, 2 }, function() http.get("http://plain.example.org:8080/slow", { timeout = false }) end)
				print(now())
				http.get("https://api.example.org/nowhere")]] }
			local r = test.run(d .. "/s", "x")
			expect(r.stdout):matches("^201\tx\t0\nfalse\t.*no answer within 60 s.*\nlate\t1160\n1260\n$")
			expect(r.stderr):contains("the test does not fake GET https://api.example.org/nowhere")
			expect(r.err.kind):equal("denied")
			expect(fake.calls("POST https://api.example.org/users")[1].body):equal('{"name":"x"}')
			expect(now()):near(1350, 60)`, ""},
		"a script's server": {`local d = fake.dir{ s = [[local s = http.serve(0, function() return "own" end) print(http.get(s.url).body) s:stop()]] } expect(test.run(d .. "/s").stdout):equal("own\n")`, ""},
		"a script's socket": {`local d = fake.dir{ s = [[http.websocket("ws://api.example.org/any")]] } expect(test.run(d .. "/s").err):matches("cannot be given a websocket")`, ""},
		"a script is cut":   {`local d = fake.dir{ s = [[http.get("http://plain.example.org:8080/slow", { timeout = false })]] } expect(function() wait_for(test.run, 5, d .. "/s") end):raises{ kind = "timeout" }`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			src := fmt.Sprintf("test(%q, function() %s end)", "t", strings.ReplaceAll(api+tt.body, "\n", " "))
			got := run(t, src, test.Options{}).Results[0]
			failure, ok := got.Failure(), false
			for want := range strings.SplitSeq(tt.want, "|") {
				ok = ok || want != "" && strings.Contains(failure, want)
			}
			if ok != (tt.want != "") || (got.Outcome == test.Passed) != (tt.want == "") {
				t.Errorf("it says\n%s\n%s\nand not\n%s", failure, got.Output, tt.want)
			}
		})
	}
}

// On the machine's clock fakes answer as well, and the test's own servers are reached.
func TestFakedHTTPInRealTime(t *testing.T) {
	r := run(t, `test("t", { clock = "real" }, function()
		fake.http{ ["GET https://api.example.org/x"] = function() sleep(0.01) return "faked" end }
		expect(http.get("https://api.example.org/x").body):equal("faked")
		local s = http.serve(0, function() return "own" end)
		expect(http.get(s.url).body):equal("own")
		expect(function() http.get("http://127.0.0.1:" .. s.port + 1) end):raises{ kind = "denied" }
		s:stop()
	end)`, test.Options{})
	if f := r.Results[0].Failure(); f != "" {
		t.Error(f)
	}
}

// Without a fake a test reaches what its host grants; with one nothing comes there.
func TestFakesKeepTheNetworkOut(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	came := make(chan struct{}, 10)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				close(came)
				return
			}
			came <- struct{}{}
			conn.Close()
		}
	}()
	body := fmt.Sprintf(`pcall(http.get, "http://%s/") pcall(http.websocket, "ws://%[1]s/") end)`, l.Addr())
	run(t, `test("t", function() fake.http{} `+body, test.Options{})
	if len(came) > 0 {
		t.Error("a request has come to the network")
	}
	run(t, `test("t", function() `+body, test.Options{})
	if len(came) == 0 {
		t.Error("no request has come to the network")
	}
	l.Close()
	for range came { // until the goroutine has ended
	}

	granted := func(string, []string) []interp.Option {
		return []interp.Option{builtins.Std(), interp.WithNetwork(interp.Network{Connect: []string{"api.example.org:443"}})}
	}
	r := run(t, `test("t", function()
		fake.http{ ["https://api.example.org"] = "in", ["https://other.example.org"] = "out" }
		expect(http.get("https://api.example.org").body):equal("in")
		expect(function() http.get("https://other.example.org") end):raises{ kind = "denied" }
	end)
	test("u", function() expect(http):has_type("table") end)`, test.Options{Runtime: granted})
	for _, res := range r.Results {
		if res.Outcome != test.Passed {
			t.Error(res.Failure())
		}
	}
	safe := func(string, []string) []interp.Option { return []interp.Option{builtins.Safe()} }
	r = run(t, `test("t", function() fake.http{} end)`, test.Options{Runtime: safe})
	if f := r.Results[0].Failure(); !strings.Contains(f, "the host grants no") {
		t.Error(f)
	}
}

// Servers that a test has started are ended for it, with what they have under way.
func TestServersAreEnded(t *testing.T) {
	for name, tt := range map[string]struct{ body, want string }{
		"a server":           {`http.serve(0, function() end)`, ""},
		"one of connections": {`net.serve(0, function() end)`, ""},
		"a request":          {`local s = http.serve(0, function() sync.event():wait() end) pcall(http.get, s.url, { timeout = 1 })`, ""},
		"a handler's task":   {`local s = http.serve(0, function() spawn(sleep, 100) end) http.get(s.url)`, "task 4 'sleep', which waits in sleep"},
		"a late answer":      {`local s = http.serve(0, function() sleep(3) end) local t = spawn(function() pcall(http.get, s.url) end) sleep(1) t:cancel()`, ""},
		"a client's task":    {`local s = http.serve(0, function() sleep(3) end) spawn(function() pcall(http.get, s.url) end) sleep(1)`, "task 3 'a_test.lua:1', which waits in get"},
		"a slow cleanup":     {`local s = http.serve(0, function() finally(function() sleep(100) end, function() sleep(3) end) end) pcall(http.get, s.url, { timeout = 1 })`, ""},
		"stopped in after":   {`s = http.serve(0, function() end)`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			src := fmt.Sprintf("test.after(function() if s then s:stop() end end) test(%q, function() %s end)", "t", tt.body)
			for _, clock := range []string{"virtual", "real"} {
				if clock == "real" && name != "a server" && name != "one of connections" {
					continue
				}
				src := strings.Replace(src, `"t", `, `"t", { clock = "`+clock+`" }, `, 1)
				got := run(t, src, test.Options{}).Results[0]
				if (got.Outcome == test.Passed) != (tt.want == "") || !strings.Contains(got.Failure(), tt.want) {
					t.Errorf("%s: it says\n%s\n%s\nand not\n%s", clock, got.Failure(), got.Output, tt.want)
				}
			}
		})
	}
}
