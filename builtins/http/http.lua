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

---A request as a handler is given it. Its body is read by `body`, `json` or `form`, or as a stream: it goes wherever a file handle does. A body of more than `max_body` raises kind `limit`; a handler that does not catch it answers 413, and 400 where it does not catch kind `parse` of `json` and `form`. When the client has gone the request's task is cancelled, once its body was read; of a body of at most 64 KiB that is before the handler begins.
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

---The body, as a string; again and again.
---
---```lua
---local s = http.serve(0, { ["POST /echo"] = function(req)
---  return req:body()
---end })
---print(s.port > 0) --> true
---s:stop()
---```
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
---print(s.port > 0) --> true
---s:stop()
---```
---@return any
function server_request:json() end

---Reads the body as a form: names and values, of several of a name the last. A file of a form with files is a table `{ name, type, size, path }`: it was written to a temporary file, which is gone when the request has ended. A field has at most 1 MiB, a form at most 1,000 of them. Raises kind `parse` where it is none.
---
---```lua
---local s = http.serve(0, { ["POST /upload"] = function(req)
---  local form = req:form()
---  fs.move(form.photo.path, "photos/" .. random.uuid() .. ".jpg")
---  return 201
---end })
---print(s.port > 0) --> true
---s:stop()
---```
---@return table<string, string|table>
function server_request:form() end

---Writes the body to a file, which takes the place of an old one when it is whole and on the disk, and returns how many bytes it has. Where the request ends before, nothing has changed.
---
---```lua
---local s = http.serve(0, { ["PUT /backup"] = function(req)
---  return { size = req:save("backup.tar") }
---end })
---print(s.port > 0) --> true
---s:stop()
---```
---@param path string
---@return integer
function server_request:save(path) end

---Reads the body as `file:read` does.
---
---```lua
---local s = http.serve(0, { ["POST /hash"] = function(req)
---  local h = hash.new("sha256")
---  for piece in function() return req:read(65536) end do h:update(piece) end
---  return h:hex()
---end })
---print(s.port > 0) --> true
---s:stop()
---```
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
---print(s.port > 0) --> true
---s:stop()
---```
---@return fun(): string?
function server_request:lines() end

---All values of a name in the query, in their order; an empty list if there is none.
---
---```lua
---local s = http.serve(0, { ["GET /search"] = function(req)
---  return { tags = req:query_all("tag") }
---end })
---print(s.port > 0) --> true
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
---    for i = 1, 3 do send { event = "tick", data = { n = i } } sleep(1) end
---  end)
---end })
---print(s.port > 0) --> true
---s:stop()
---```
---@param fn fun(send: fun(event: table|string))
function server_request:events(fn) end

---Options of `http.serve`. A time-out of `false` is none.
---@class http.serve_options
---@field max_body? number bytes of a request's body (10 MiB)
---@field limit? integer how many requests are answered at once; more wait, but those that stream do not count (1,000)
---@field timeout? number|false seconds for a request, also while it waits: then its task is cancelled and the answer is 503; not while it streams (60)
---@field header_timeout? number|false seconds for the headers of a request (10)
---@field idle_timeout? number|false seconds that a connection is kept without a request, and that a client may take for the next piece of an answer (120)
---@field grace? number seconds that requests under way have when the server stops (8)
---@field before? fun(req: http.server_request): ... called before the handler, and where no route matches; what it returns, if that is not nil, is the answer
---@field log? boolean a line by `log.info` for each request (false)
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

---Stops the server: it takes no more requests, waits until those under way are answered, for `grace` seconds at most, and cancels the rest. It returns when the server has ended; a request of its own does not wait for that. Ctrl-C, SIGTERM, `stop`, `os.exit` and an error of the main task do the same to every server, before the other tasks are cancelled where it is a signal.
---
---```lua
---local s = http.serve(0, function() return "hello" end)
---s:stop()
---print(pcall(s.join, s)) --> true
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
---A handler returns a string (200, text/plain), a table (200, JSON), nothing (204), a number (that status), or status, body and headers; a header is a string or a list of them, false takes one away. A handle or a function that returns pieces and nil at the end is a body that is streamed. A handler that raises a table `{ status = 400, message = "...", headers = {...} }` answers that; any other error is 500 without a word of it, and is told on standard error, or to the host's logger, with its traceback.
---
---HTTP/2 comes with `tls`. Requests with more than 64 KiB of headers get 431.
---
---```lua
---local s = http.serve(0, {
---  ["GET /hello/{name}"] = function(req) return "hello " .. req.params.name end,
---  ["POST /sum"] = function(req)
---    local sum = 0
---    for _, n in ipairs(req:json()) do sum = sum + n end
---    return { sum = sum }
---  end,
---})
---print(s.url == "http://localhost:" .. s.port) --> true
---s:stop()
---print(select(2, pcall(http.serve, 0, { ["GET /a/{x}"] = print, ["GET /a/{y}"] = print })).message:match("conflicts")) --> conflicts
---```
---@async
---@param addr integer|string
---@param handler fun(req: http.server_request): ...|table<string, fun(req: http.server_request): ...>
---@param opts? http.serve_options
---@return http.server
function http.serve(addr, handler, opts) end

---Options of `http.files`.
---@class http.files_options
---@field index? string the file that stands for a folder (`"index.html"`); `""`: none
---@field list? boolean a folder without one is answered with a list of its names (false)
---@field hidden? boolean names that begin with a dot are there, too (false; `.well-known` is there always)
local files_options = {}

---A handler that answers with the files of a folder: what the last name in the route's pattern stands for, `"/static/{path...}"`, or the whole path where the pattern has none. It knows ranges, ETag, If-None-Match, If-Modified-Since and If-Range. Nothing leads out of the folder: neither `..` nor a link; that, and what is no regular file, is 404. Raises kind `io` where there is no such folder.
---
---```lua
---local s = http.serve(0, { ["/static/{path...}"] = http.files(".", { list = true }) })
---s:stop()
---print(select(2, pcall(http.files, "no-such-folder")).code) --> ENOENT
---```
---@param dir string
---@param opts? http.files_options
---@return fun(req: http.server_request): ...
function http.files(dir, opts) end
