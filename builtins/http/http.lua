---@meta lull.http
-- The table `http`: requests, and servers that answer them.

---Requests, and servers that answer them.
---@class http
http = {}

---A text as a part of a URL: all but `A-Z a-z 0-9 - . _ ~` is percent-encoded, byte by byte.
---
---```lua
---print("https://example.org/files/" .. http.escape("a b/ü?")) --> https://example.org/files/a%20b%2F%C3%BC%3F
---```
---@param s string
---@return string
function http.escape(s) end

---The text that `http.escape` has made a part of a URL of. A `+` stays what it is. Raises kind `parse` for a `%` without two hexadecimal digits behind it.
---
---```lua
---print(http.unescape("a%20b%2F%C3%BC%3F")) --> a b/ü?
---```
---@param s string
---@return string
function http.unescape(s) end

---A table as a query, as the option `query` writes it: names and values in the order of `pairs`. A value is a string, a number, a boolean, or a list of these, which repeats the name.
---
---```lua
---print(http.query { q = "a&b c", page = 2, tag = { "x", "y" }, all = true }) --> q=a%26b%20c&page=2&tag=x&tag=y&all=true
---```
---@param fields table<string, string|number|boolean|(string|number|boolean)[]>
---@return string
function http.query(fields) end

---The parts of a URL.
---@class http.url
---@field scheme? string in lower case
---@field user? string decoded
---@field password? string decoded
---@field host? string in lower case, an address of IPv6 without its brackets
---@field port? integer where the URL names one
---@field path string as it stands in the URL, escapes and all
---@field query? string what stands behind the `?`
---@field fragment? string what stands behind the `#`
local url = {}

---The parts of a URL, which may be a relative one. Raises kind `parse` for what is none.
---
---```lua
---local u = http.parse_url("https://me:secret@Example.org:8443/a%20b/?q=1#top")
---print(u.scheme, u.user, u.host, u.port, u.path, u.query, u.fragment) --> https	me	example.org	8443	/a%20b/	q=1	top
---print(http.parse_url("//[::1]/x").host, http.parse_url("x/y").path) --> ::1	x/y
---```
---@param s string
---@return http.url
function http.parse_url(s) end

---The URL that a link in a page leads to, or that of a redirect: `ref` as seen from `base`, an absolute URL.
---
---```lua
---print(http.join_url("https://example.org/a/b?x=1", "../c#d")) --> https://example.org/c#d
---print(http.join_url("https://example.org/a/", "//other.org/e")) --> https://other.org/e
---```
---@param base string
---@param ref string
---@return string
function http.join_url(base, ref) end

---A request as a handler is given it. Its body is read by `body`, `json` or `form`, or as a stream: it goes wherever a file handle does. A body of more than `max_body` raises kind `limit`; a handler that does not catch it answers 413, and 400 where it does not catch kind `parse` of `json` and `form`. When the client has gone the request's task is cancelled, once its body was read; of a body of at most 64 KiB that is before the handler begins. A client that ends its side of the connection counts as gone, as net/http has it.
---@class http.server_request
---@field method string as it was sent, such as `GET`
---@field path string the path, decoded
---@field url string the path and the query as they were sent
---@field query table<string, string> the names and values of the query; of several of a name the last
---@field headers table<string, string> by their names in lower case; repeated ones are joined by `, `
---@field params table<string, string> what the names in the route's pattern stand for, decoded
---@field cookies table<string, string>
---@field remote string the client's address and port; of a unix socket `@`, or nothing
local server_request = {}

---The body, as a string; again and again, and also before `req:json` or `req:form`: a signature is checked over it.
---
---```lua
---local s = http.serve(0, { ["POST /echo"] = function(req) return req:body() end })
---print(http.post(s.url .. "/echo", { body = "hello" }).body) --> hello
---s:stop()
---```
---@async
---@return string
function server_request:body() end

---Decodes the body as JSON, as `json.decode` has it. Raises kind `parse`.
---
---```lua
---local s = http.serve(0, { ["POST /sum"] = function(req)
---  local sum = 0
---  for _, n in ipairs(req:json()) do sum = sum + n end
---  return { sum = sum }
---end })
---print(http.post(s.url .. "/sum", { json = { 1, 2, 39 } }).body) --> {"sum":42}
---print(http.post(s.url .. "/sum", { body = "[1,", check = false }).status) --> 400
---s:stop()
---```
---@async
---@return any
function server_request:json() end

---Reads the body as a form: names and values, of several of a name the last. A file of a form with files is a table `{ name, type, size, path }`: it was written to a temporary file, which is gone when the request has ended. A field has at most 1 MiB, a form at most 1,000 of them. Raises kind `parse` where it is none.
---
---```lua
---local s = http.serve(0, { ["POST /photos"] = function(req)
---  local form = req:form()
---  return { form.title, form.photo.name, form.photo.size, read(form.photo.path) }
---end })
---local photo = { name = "a.jpg", data = "12345" }
---print(http.post(s.url .. "/photos", { form = { title = "Sea" }, files = { photo = photo } }).body) --> ["Sea","a.jpg",5,"12345"]
---s:stop()
---```
---@async
---@return table<string, string|table>
function server_request:form() end

---Writes the body to a file, which takes the place of an old one when it is whole and on the disk, and returns how many bytes it has. Where the request ends before, nothing has changed.
---
---```lua
---local path = fs.temp() .. "/backup"
---local s = http.serve(0, { ["PUT /backup"] = function(req) return { size = req:save(path) } end })
---print(http.put(s.url .. "/backup", { body = "12345" }).body, read(path)) --> {"size":5}	12345
---s:stop()
---```
---@async
---@param path string
---@return integer
function server_request:save(path) end

---Reads the body as `file:read` does.
---
---```lua
---local s = http.serve(0, { ["POST /size"] = function(req)
---  local size = 0
---  for piece in function() return req:read(65536) end do size = size + #piece end
---  return { size = size }
---end })
---print(http.post(s.url .. "/size", { body = ("x"):rep(100000) }).body) --> {"size":100000}
---s:stop()
---```
---@async
---@param ... string|integer
---@return string|number|nil ...
function server_request:read(...) end

---Iterates over the lines of the body as `file:lines` does.
---
---```lua
---local s = http.serve(0, { ["POST /count"] = function(req)
---  local n = 0
---  for _ in req:lines() do n = n + 1 end
---  return { lines = n }
---end })
---print(http.post(s.url .. "/count", { body = "one\ntwo\n" }).body) --> {"lines":2}
---s:stop()
---```
---@return fun(): string?
function server_request:lines() end

---All values of a name in the query, in their order; an empty list if there is none.
---
---```lua
---local s = http.serve(0, { ["GET /"] = function(req) return { req.query.tag, req:query_all("tag") } end })
---print(http.get(s.url .. "/?tag=a&tag=b").body) --> ["b",["a","b"]]
---s:stop()
---```
---@param name string
---@return string[]
function server_request:query_all(name) end

---Answers with server-sent events: `fn(send)` is called, and the answer is over when it returns. `send { event = name, data = text, id = id, retry = seconds }`, or `send(text)`, waits until the event is on its way; a table as `data` is sent as JSON. The request's time and the server's limit no longer count it. When the client has gone the task is cancelled.
---
---```lua
---local s = http.serve(0, { ["GET /ticks"] = function(req)
---  req:events(function(send)
---    for i = 1, 2 do
---      sleep(1)
---      send { event = "tick", data = { n = i } }
---    end
---  end)
---end })
---for e in http.get(s.url .. "/ticks", { stream = true }):events() do print(now(), e.event, e.data) end
-----> 1	tick	{"n":1}
-----> 2	tick	{"n":2}
---s:stop()
---```
---@async
---@param fn fun(send: fun(event: table|string))
function server_request:events(fn) end

---Answers with a websocket, which is closed when the handler ends. The request's time and the server's limit no longer count it. A client that has not asked for one gets 400, and a page of another origin 403, unless `origins`, here or of the server, names it.
---
---```lua
---local s = http.serve(0, function(req)
---  local ws = req:websocket { max_message = 1000 }
---  for message in ws:messages() do ws:send("you said " .. message) end
---end)
---local ws = http.websocket((s.url:gsub("^http", "ws")))
---ws:send("hi")
---print((ws:get())) --> you said hi
---print(select(2, pcall(http.get, s.url)).status) --> 400
---ws:close()
---s:stop()
---```
---@param opts? http.accept_options
---@return http.ws ws
function server_request:websocket(opts) end

---Options of `http.serve`. A time-out of `false` is none.
---@class http.serve_options
---@field max_body? number bytes of a request's body (10 MiB)
---@field limit? integer how many requests are answered at once; more wait, but those that stream do not count (1,000)
---@field timeout? number|false seconds for a request, also while it waits: then its task is cancelled and the answer is 503; not while it streams (60)
---@field header_timeout? number|false seconds for the headers of a request (10)
---@field idle_timeout? number|false seconds that a connection is kept without a request, and that a client may take for the next piece of an answer (120)
---@field grace? number seconds that requests under way have when the server stops (8)
---@field before? fun(req: http.server_request): ... called before the handler, and where no route matches; what it returns, if that is not nil, is the answer
---@field log? boolean a line by `log.info` for each request that is answered, with its status and the seconds it took; also for those that no route matches or that are refused (false)
---@field tls? table `{ cert, key, client_ca, min }`, each of the first three a path or PEM; with `client_ca` clients need a certificate that it has signed
---@field origins? string[] other origins (`https://app.example.org`) whose pages may send what changes something; all others get 403
---@field hosts? string[] names by which a server on localhost may be asked, besides localhost and addresses; all others get 421
---@field mode? string the mode of a unix socket's file, in octal (`"600"`)
local serve_options = {}

---A server. It is a task that nobody owns: the script goes on as long as it does.
---@class http.server
---@field url string how a client on this machine reaches it, such as `http://localhost:8080`
---@field port? integer
local server = {}

---Stops the server: it takes no more requests, waits until those under way are answered, for `grace` seconds at most, and cancels the rest. A websocket of the server is closed with status 1001 as soon as its handler waits for a message and none has come: `ws:get` returns nil then. It returns when the server has ended; a request of its own does not wait for that. Ctrl-C, SIGTERM, `stop`, `os.exit` and an error of the main task do the same to every server, before the other tasks are cancelled where it is a signal.
---
---```lua
---local s = http.serve(0, function() sleep(2) return "done" end)
---local client = spawn(http.get, s.url)
---sleep(1)
---s:stop()
---print(now(), client:await().body) --> 2	done
---print(select(2, pcall(http.get, s.url)).code) --> ECONNREFUSED
---```
---@async
---@param grace? number the server's own without it
function server:stop(grace) end

---Waits until the server has ended.
---
---```lua
---local s = http.serve(0, function() return "hello" end)
---spawn(function() sleep(3600) s:stop() end)
---s:join()
---print(now()) --> 3600
---```
---@async
function server:join() end

---Serves HTTP: it listens, and returns the server at once. `addr` is a port (on localhost alone), `":8080"` (everywhere), `"host:port"` or `"unix:/path"`; port 0 is one that is free. An address that is taken, or none of the machine's, raises kind `io` with its code.
---
---`handler` is a function, or a table of functions by patterns of routes as those of Go's ServeMux: `"GET /jobs/{id}"`, `"/files/{path...}"`, `"/exact/{$}"`; patterns in conflict are bad arguments. Requests that no route matches get 404, or 405. Each request is a task, named after its route.
---
---A handler returns a string (200, text/plain), a table (200, JSON), nothing (204), a number (that status), or status, body and headers; a header is a string or a list of them, false takes one away. A handle or a function that returns pieces and nil at the end is a body that is streamed. A handler that raises a table `{ status = 400, message = "...", headers = {...} }` answers that; any other error is 500 without a word of it, and is told on standard error, or to the host's logger, with its traceback. An error that is the client's doing, and that nobody catches, is told to nobody: a body that is none, a connection or websocket that breaks off, a message that is too long.
---
---HTTP/2 comes with `tls`. Requests with more than 64 KiB of headers get 431. Where the host has set limits (`--limits`), and three quarters of the tasks, timers or files are in use, a request gets 503: it ends nobody's run.
---
---```lua
---local s = http.serve(0, {
---  ["GET /hello/{name}"] = function(req) return "hello " .. req.params.name end,
---  ["GET /jobs/{id}"] = function(req) error { status = 404, message = "no job " .. req.params.id } end,
---})
---print(http.get(s.url .. "/hello/Ann").body) --> hello Ann
---local r = http.get(s.url .. "/jobs/7", { check = false })
---print(r.status, r.body:trim()) --> 404	no job 7
---s:stop()
---print(select(2, pcall(http.serve, 0, { ["GET /a/{x}"] = print, ["GET /a/{y}"] = print })).message:match("conflicts")) --> conflicts
---```
---@async
---@param addr integer|string
---@param handler fun(req: http.server_request): ...|table<string, fun(req: http.server_request): ...>
---@param opts? http.serve_options
---@return http.server
function http.serve(addr, handler, opts) end

---Options of `req:websocket`.
---@class http.accept_options
---@field protocols? string|string[] subprotocols that the server speaks, the best first
---@field max_message? number bytes of a message; a longer one ends the websocket, kind `limit` (1 MiB)
---@field compress? boolean messages are compressed, where the client can (false)
---@field keep? boolean it is closed with the run, not with the request (false)
---@field origins? string|string[] other origins whose pages may begin one, beside those of the server
local accept_options = {}

---Options of `http.websocket`.
---@class http.websocket_options
---@field protocols? string|string[] subprotocols, of which the server takes one
---@field headers? table<string, string> of the handshake
---@field max_message? number bytes of a message; a longer one ends the websocket, kind `limit` (1 MiB)
---@field compress? boolean messages are compressed, where the server can (false)
---@field timeout? number|false seconds for the name, the connection, TLS and the handshake (10)
---@field tls? boolean|table as of `http.get`
---@field keep? boolean it is closed with the run, not with the task (false)
local websocket_options = {}

---A websocket. It pings by itself every 30 s; a side that has not answered by the next time, nor sent anything, has ended it (kind `io`, code `ETIMEDOUT`). When its task ends it is closed with status 1001, without waiting for the other side.
---@class http.ws
---@field protocol string the subprotocol, or ""
local ws = {}

---Sends a message, and waits until it is on its way: one that was begun goes out whole, also where the task is cancelled. Raises kind `closed` after `ws:close`, kind `io` where the connection has ended.
---
---```lua
---local s = http.serve(0, function(req)
---  local ws = req:websocket()
---  for message, kind in ws:messages() do ws:send(message:upper(), kind) end
---end)
---local ws = http.websocket((s.url:gsub("^http", "ws")))
---ws:send("hello")
---print(ws:get()) --> HELLO	text
---ws:close()
---s:stop()
---```
---@async
---@param s string UTF-8, or any bytes with `"binary"`
---@param kind? "text"|"binary" (default `"text"`)
function ws:send(s, kind) end

---The next message, and `"text"` or `"binary"`; nil when the websocket was closed in good order (status 1000, 1001 or none). A cancelled call takes no message. Raises kind `io`, with `err.status` and `err.reason` where the other side has closed it otherwise, and kind `limit` for a message that is too long.
---
---```lua
---local s = http.serve(0, function(req)
---  local ws = req:websocket()
---  for i = 1, 3 do ws:send("message " .. i) end
---end)
---local ws = http.websocket((s.url:gsub("^http", "ws")))
---print(ws:get()) --> message 1	text
---s:stop()
---```
---@async
---@return string? message
---@return "text"|"binary"? kind
function ws:get() end

---An iterator over the messages, as `ws:get` gives them, until the websocket is closed.
---
---```lua
---local s = http.serve(0, function(req)
---  local ws = req:websocket()
---  for i = 1, 3 do ws:send("message " .. i) end
---end)
---local ws = http.websocket((s.url:gsub("^http", "ws")))
---for message in ws:messages() do print(message) end
-----> message 1
-----> message 2
-----> message 3
---s:stop()
---```
---@return fun(): string?, string?
function ws:messages() end

---Closes the websocket with the closing handshake, for which the other side has 5 seconds. Closing twice does nothing.
---
---```lua
---local s = http.serve(0, function(req) print(req:websocket():get()) end)
---local ws = http.websocket((s.url:gsub("^http", "ws")))
---ws:close(1000, "over")
---s:stop() --> nil
---```
---@async
---@param code? integer a status: 1000 (default) to 1003, 1007 to 1011, 3000 to 4999 for programs
---@param reason? string at most 123 bytes
function ws:close(code, reason) end

---Begins a websocket as a client. Raises kind `status`, with `err.status`, where the server answers with something else. It knows no proxies. In virtual time, to a server of the same runtime, messages go from task to task.
---
---```lua
---local s = http.serve(0, { ["/chat"] = function(req)
---  local ws = req:websocket { protocols = "chat" }
---  ws:send("welcome")
---end })
---local ws = http.websocket((s.url:gsub("^http", "ws")) .. "/chat", { protocols = { "chat" } })
---print(ws.protocol, ws:get()) --> chat	welcome	text
---print(ws:get()) --> nil
---s:stop()
---```
---@async
---@param url string `"ws://host/path"` or `"wss://host/path"`
---@param opts? http.websocket_options
---@return http.ws ws
function http.websocket(url, opts) end

---Options of `http.files`.
---@class http.files_options
---@field index? string the file that stands for a folder (`"index.html"`); `""`: none
---@field list? boolean a folder without one is answered with a list of its names (false)
---@field hidden? boolean names that begin with a dot are there, too (false; `.well-known` is there always)
local files_options = {}

---A handler that answers with the files of a folder: what the last name in the route's pattern stands for, `"/static/{path...}"`, or the whole path where the pattern has none. It knows ranges, ETag, If-None-Match, If-Modified-Since and If-Range. Nothing leads out of the folder: neither `..` nor a link; that, and what is no regular file, is 404. Raises kind `io` where there is no such folder.
---
---```lua
---local dir = fs.temp()
---write(dir .. "/a.txt", "0123456789")
---local s = http.serve(0, { ["/static/{path...}"] = http.files(dir) })
---print(http.get(s.url .. "/static/a.txt", { headers = { Range = "bytes=2-4" } }).body) --> 234
---print(http.get(s.url .. "/static/..%2fa.txt", { check = false }).status) --> 404
---s:stop()
---```
---@param dir string
---@param opts? http.files_options
---@return fun(req: http.server_request): ...
function http.files(dir, opts) end


---Options of a request.
---@class http.options
---@field query? table<string, any> a query as `http.query` makes it, added to that of the URL
---@field headers? table<string, string|number|string[]|false> headers; a list repeats the name, false removes one that is there by default. `Authorization`, `Cookie` and `Proxy-Authorization` go to the URL's origin only
---@field json? any a value, sent as JSON
---@field form? table<string, any> sent as a form, as `http.query` writes it; with `files` each is a part
---@field files? table<string, string|http.file|(string|http.file)[]> files of a form, by the names of its fields: a path, a table, or a list of these; streamed
---@field file? string|http.part a file as it is; streamed
---@field body? string|file*|fun(): string? what is sent: a text, a handle, a function that returns pieces and nil at the end. Neither a handle's nor a function's body can be sent twice
---@field auth? string[]|false `{ user, password }` (basic authentication); it goes to the URL's origin only
---@field bearer? string a token; it goes to the URL's origin only
---@field timeout? number|false seconds that an attempt may take, with its redirects, up to the end of a body in memory; with `to` and `stream` up to the headers (default 60)
---@field connect_timeout? number|false seconds for the name, the connection and TLS (default 10)
---@field idle_timeout? number|false with `to` and `stream`: seconds in which the next bytes must come (default 60)
---@field retry? number|http.retry how often it is tried: a number of attempts, or a table (default: once)
---@field limiter? any what has `acquire`, which is called before each attempt, as `sync.limiter`; `release`, where there is one, is called after it
---@field check? boolean|integer[] which statuses are fine: true (default): those below 400; a list; false: all
---@field redirects? integer how many redirects are followed; with 0 they are results (default 10)
---@field to? string path of a file that the body is written to: streamed into `path.part`, which is renamed when it is whole
---@field resume? boolean with `to`: goes on from a part that an earlier call has left, if the file is still the same by its ETag or Last-Modified (kept in `path.part.tag`), and otherwise starts anew (default false)
---@field checksum? string with `to`: `"sha256:..."`, or `sha512`, `sha1`, `md5`, which the file must have
---@field stream? boolean the result is a stream (default false); `read("*a")` reads 64 MiB of it at most, or `max_body`
---@field max_body? number bytes of a body in memory (default 64 MiB); where it is given, also of a file or stream
---@field progress? boolean|bar|fun(done: integer, total?: integer) how far the body is, in bytes: of a request with one as it is sent, unless the answer goes to a file, else of the answer as it comes. `true` shows a bar, one of `progress.bar` counts it, a function is called, at the beginning too, with what is done and all, where that is known; the body goes on when it returns
---@field proxy? string|false URL of a proxy: http, https, socks5; false: none (default: as `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` of the environment say)
---@field tls? http.tls|boolean how connections are encrypted
---@field unix? string path of a socket to connect to, whatever the URL's host is
---@field resolve? table<string, string> addresses that stand for others: `{ ["host:443"] = "127.0.0.1:8443" }`
local options = {}

---A file of a form: a path or the bytes themselves.
---@class http.file
---@field path? string the file
---@field data? string its bytes, instead
---@field name? string what it is called (default: the last part of the path)
---@field type? string its Content-Type (default `application/octet-stream`)
local file = {}

---A stretch of a file.
---@class http.part
---@field path string the file
---@field offset? integer where it begins (default 0)
---@field size? integer how many bytes (default: all that follow)
local part = {}

---How a request is tried again: after lost connections, time-outs and the statuses 408, 429, 502, 503 and 504, where the body can be sent twice. The header Retry-After sets the pause, up to `max_delay`.
---@class http.retry
---@field attempts? number how often it is tried at most (default 3)
---@field delay? number seconds until the second attempt (default 1)
---@field factor? number by which the pause grows each time (default 2)
---@field max_delay? number seconds that a pause lasts at most (default 60)
---@field jitter? number from 0 to 1: by how much of it a pause is longer or shorter at random (default 0)
---@field timeout? number seconds that an attempt may take, instead of the option of that name
---@field when? fun(err: any): boolean is asked with the error whether to go on
---@field methods? string[] of requests that are tried again (default `GET HEAD PUT DELETE OPTIONS`)
local retry = {}

---How a client's connections are encrypted.
---@class http.tls
---@field ca? string path of certificates (PEM), or these themselves, that are trusted beside the system's
---@field cert? string path of a certificate to show, or itself
---@field key? string path of its key, or itself
---@field server_name? string the name that the server's certificate must have (default: the URL's host)
---@field insecure? boolean whoever answers is believed: nothing is checked (default false)
---@field min? string the oldest version of TLS that is spoken, `"1.2"` or `"1.3"` (default `"1.2"`)
local tls = {}

---The response to a request.
---@class http.response
---@field status integer
---@field ok boolean the status is below 400
---@field headers table<string, string> by names in lower case; a name that is there several times has its values joined by `, `
---@field body? string nil where it went to a file
---@field url string the last one, after redirects, without user and password
---@field attempts integer how often it was tried
---@field took number seconds, with all attempts and pauses
---@field proto string such as `HTTP/1.1`, `HTTP/2.0`
---@field links table<string, string> absolute URLs of the header Link, by what they are: `r.links.next`
---@field cookies table<string, string> that the response has set
---@field path? string with `to`: the file
---@field size? integer with `to`: its bytes
local response = {}

---A response that is a stream: what `stream = true` returns. It has the fields of `http.response`, but no body, and the methods of a file handle that is read (`read lines close`). It is closed when the task ends.
---@class http.stream
local stream = {}

---Asks for a URL with GET.
---
---The request belongs to the task: whoever is cancelled, timed out or gone drops the connection, though the server may have acted by then. Connections are kept for the next requests; where one turns out to be closed, a request that may be repeated goes over another, in the same attempt. HTTP/2 and gzip come by themselves. A user and password in the URL are sent as with `auth`. Redirects are followed: neither `auth`, `bearer` nor cookies go to another origin, though from http to https of the same host.
---
---Raises kind `status` for a status of 400 or more that `check` does not take, with `err.status`, `err.method`, `err.url`, `err.headers` and the first 64 KiB of `err.body`; kind `timeout`; kind `io`, with `err.code` and `err.address`, for a peer that refuses (`ECONNREFUSED`), is not there (`ENOTFOUND`), cannot be trusted (`ETLS`), breaks off (`ECONNRESET`) or does not speak HTTP (`EPROTO`), and for a file that is not what it should be (`ECHECKSUM`); kind `limit` for a body or headers that are too long, and too many redirects; kind `denied` where the host does not allow it.
---
---```lua
---local s = http.serve(0, { ["GET /jobs"] = function(req) return { id = 7, q = req.query.q } end })
---local r = http.get(s.url .. "/jobs", { query = { q = "a b" }, timeout = 5, retry = 3 })
---print(r.status, r.headers["content-type"], r:json().q) --> 200	application/json	a b
---local ok, err = pcall(http.get, s.url .. "/none")
---print(ok, err.kind, err.status) --> false	status	404
---s:stop()
---print(select(2, pcall(http.get, "http://localhost:1/")).code) --> ECONNREFUSED
---```
---@async
---@param url string
---@param opts? http.options
---@return http.response|http.stream
function http.get(url, opts) end

---Asks for the headers of a URL, with HEAD. See `http.get`.
---
---```lua
---local s = http.serve(0, function() return "hello" end)
---local r = http.head(s.url)
---print(r.status, r.headers["content-length"], #r.body) --> 200	5	0
---s:stop()
---```
---@async
---@param url string
---@param opts? http.options
---@return http.response
function http.head(url, opts) end

---Has a URL deleted, with DELETE. See `http.get`.
---
---```lua
---local s = http.serve(0, { ["DELETE /jobs/{id}"] = function(req) print("delete", req.params.id) end })
---print(http.delete(s.url .. "/jobs/7").status)
-----> delete	7
-----> 204
---s:stop()
---```
---@async
---@param url string
---@param opts? http.options
---@return http.response|http.stream
function http.delete(url, opts) end

---Sends something with POST. See `http.get`. It is not tried again unless `retry.methods` says so: the server may have acted.
---
---```lua
---local s = http.serve(0, function(req) return 201, { name = req:json().name } end)
---print(http.post(s.url, { json = { name = "nightly" } }).status) --> 201
---s:stop()
---```
---@async
---@param url string
---@param opts? http.options
---@return http.response|http.stream
function http.post(url, opts) end

---Sends something with PUT. See `http.get`.
---
---```lua
---local s = http.serve(0, function(req) return req.method .. " " .. req:body() end)
---print(http.put(s.url, { form = { name = "a b", tags = { "x", "y" } } }).body) --> PUT name=a%20b&tags=x&tags=y
---s:stop()
---```
---@async
---@param url string
---@param opts? http.options
---@return http.response|http.stream
function http.put(url, opts) end

---Sends something with PATCH. See `http.post`.
---
---```lua
---local s = http.serve(0, function(req) return req:json() end)
---print(http.patch(s.url, { json = { done = true } }):json().done) --> true
---s:stop()
---```
---@async
---@param url string
---@param opts? http.options
---@return http.response|http.stream
function http.patch(url, opts) end

---Makes a request with any method. See `http.get`.
---
---```lua
---print(select(2, pcall(http.request, "OPTIONS", "http://localhost:1/")).method) --> OPTIONS
---```
---@async
---@param method string
---@param url string
---@param opts? http.options
---@return http.response|http.stream
function http.request(method, url, opts) end

---Options of `http.session`: those of `http.options` that are no body and do not say where one goes, which its calls have beside their own, and these.
---@class http.session_options
---@field base_url? string what its calls' paths are below, with one slash between: `"https://example.org/v1"`. Its headers, `auth`, `bearer` and cookies go to this origin only
---@field cookies? boolean it keeps cookies, and sends them (default false)
---@field limit? integer connections to a host at once; more requests wait (default: no limit)
local sessionOptions = {}

---Requests that have something in common: options, connections, cookies.
---@class http.session
local session = {}

---A session: the calls of `http` as methods, with options in common, connections of its own that are kept for 90 s, and cookies where it keeps some.
---
---With a `base_url` a path goes below it, and an absolute URL stays what it is. Headers, `auth`, `bearer` and cookies of the session are sent to its origin alone, and not after a redirect has led elsewhere. Without one its secrets go to the origin of each call's URL.
---
---```lua
---local api = http.session { base_url = "http://localhost:1/v1", bearer = "secret", timeout = 5 }
---print(select(2, pcall(api.get, api, "jobs")).url) --> http://localhost:1/v1/jobs
---```
---@param opts? http.session_options|http.options
---@return http.session
function http.session(opts) end

---`http.get` in the session.
---
---```lua
---local s = http.serve(0, function(req) return req.method .. " " .. req.path end)
---local api = http.session { base_url = s.url .. "/v1" }
---print(api:get("jobs").body) --> GET /v1/jobs
---s:stop()
---```
---@async
---@param url string a URL, or a path below `base_url`
---@param opts? http.options
---@return http.response|http.stream
function session:get(url, opts) end

---`http.head` in the session.
---
---```lua
---local s = http.serve(0, function(req) return req.method .. " " .. req.path end)
---local api = http.session { base_url = s.url .. "/v1" }
---print(api:head("jobs").status) --> 200
---s:stop()
---```
---@async
---@param url string a URL, or a path below `base_url`
---@param opts? http.options
---@return http.response
function session:head(url, opts) end

---`http.delete` in the session.
---
---```lua
---local s = http.serve(0, function(req) return req.method .. " " .. req.path end)
---local api = http.session { base_url = s.url .. "/v1" }
---print(api:delete("jobs").body) --> DELETE /v1/jobs
---s:stop()
---```
---@async
---@param url string a URL, or a path below `base_url`
---@param opts? http.options
---@return http.response|http.stream
function session:delete(url, opts) end

---`http.post` in the session.
---
---```lua
---local s = http.serve(0, function(req) return req.method .. " " .. req.path end)
---local api = http.session { base_url = s.url .. "/v1" }
---print(api:post("jobs").body) --> POST /v1/jobs
---s:stop()
---```
---@async
---@param url string a URL, or a path below `base_url`
---@param opts? http.options
---@return http.response|http.stream
function session:post(url, opts) end

---`http.put` in the session.
---
---```lua
---local s = http.serve(0, function(req) return req.method .. " " .. req.path end)
---local api = http.session { base_url = s.url .. "/v1" }
---print(api:put("jobs").body) --> PUT /v1/jobs
---s:stop()
---```
---@async
---@param url string a URL, or a path below `base_url`
---@param opts? http.options
---@return http.response|http.stream
function session:put(url, opts) end

---`http.patch` in the session.
---
---```lua
---local s = http.serve(0, function(req) return req.method .. " " .. req.path end)
---local api = http.session { base_url = s.url .. "/v1" }
---print(api:patch("jobs").body) --> PATCH /v1/jobs
---s:stop()
---```
---@async
---@param url string a URL, or a path below `base_url`
---@param opts? http.options
---@return http.response|http.stream
function session:patch(url, opts) end

---`http.request` in the session.
---
---```lua
---local s = http.serve(0, function(req) return req.method .. " " .. req.path end)
---local api = http.session { base_url = s.url .. "/v1" }
---print(api:request("OPTIONS", "/jobs").body) --> OPTIONS /v1/jobs
---s:stop()
---```
---@async
---@param method string
---@param url string a URL, or a path below `base_url`
---@param opts? http.options
---@return http.response|http.stream
function session:request(method, url, opts) end

---Closes the connections that are idle; requests under way go on, new ones raise kind `closed`. A session that is not closed holds nothing up: its connections are closed after 90 s, or with the script.
---
---```lua
---local api = http.session()
---api:close()
---print(select(2, pcall(api.get, api, "http://localhost:1/")).kind) --> closed
---```
---@async
function session:close() end

---The value that the body is the JSON text of: `json.decode` of it, with its options. Raises kind `parse`.
---
---```lua
---local s = http.serve(0, function() return { jobs = { "a", "b" } } end)
---print(#http.get(s.url):json().jobs) --> 2
---s:stop()
---```
---@async
---@param opts? json.decode_options
---@return any
function response:json(opts) end

---An iterator over the server-sent events of the stream: tables with `event` (`"message"` where it has no name), `data`, `id` (the last that was sent) and `retry` (seconds). It ends with the stream, of which it reads ahead: who has asked for events goes on by them, and not by `read`. Raises kind `limit` for an event of more than 16 MiB.
---
---```lua
---local s = http.serve(0, function(req)
---  req:events(function(send) for i = 1, 2 do send { data = "tick " .. i } sleep(10) end end)
---end)
---for e in http.get(s.url, { stream = true, idle_timeout = 60 }):events() do print(now(), e.event, e.data) end
-----> 0	message	tick 1
-----> 10	message	tick 2
---s:stop()
---```
---@return fun(): table?
function stream:events() end
