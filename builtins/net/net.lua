---@meta lull.net
-- The table `net`: connections, servers of these, and names.

---Connections over TCP and unix sockets, with TLS if wanted, servers of these, and names. An address is `"host:port"` (`"[::1]:80"` for IPv6) or `"unix:/path"`. A connection is closed when the task ends that has opened it; one that a task returns goes to who receives it.
---
---In virtual time a connection to a server of the same runtime (`localhost`, 127.0.0.1, ::1, unix sockets) never leaves it: its bytes go from task to task. Any other holds the clock while a task waits for it.
---
---Errors have kind `io`, with `err.address` and `err.code`, such as `ECONNREFUSED`, `ENOTFOUND`, `ETLS`; kind `timeout` for what takes longer than an option allows; kind `denied` where the host does not allow it.
---@class net
net = {}

---A connection: a stream with the methods of Lua's files (`read`, `lines`, `write`, `close`). Reading gives what has come, a line or so many bytes, as of a file; nil when the other side writes no more. One task may read while another writes.
---@class net.connection: file*
---@field remote? string the address of the other side; nil for a client of a unix socket
---@field address? string the address of this side
local connection = {}

---Ends what is written, and not what is read: the other side reads to its end. Then writing raises kind `io`, code `EPIPE`.
---
---```lua
---local s = net.serve(0, function(c) c:write(#c:read("*a"), " bytes") end)
---local c = net.connect(s.address)
---c:write("all there is")
---c:shutdown()
---print(c:read("*a")) --> 12 bytes
---s:stop()
---```
---@async
function connection:shutdown() end

---How to connect.
---@class net.connect_options
---@field tls? boolean|net.tls speaks TLS, and checks whose certificate it is (default false)
---@field timeout? number|false seconds for the name, the connection and TLS (default 10)
---@field idle_timeout? number|false seconds that a task waits for bytes to come or go, then kind `timeout` is raised (default none)
---@field keep? boolean it is closed with the run, not with the task (default false)
local options = {}

---How to speak TLS. Each of `ca`, `cert`, `key` is the path of a file, or what is in it (PEM).
---@class net.tls
---@field ca? string who else may have signed the certificate, beside those whom the system knows
---@field cert? string a certificate to show
---@field key? string its key
---@field server_name? string whose certificate is expected (default the host)
---@field insecure? boolean believes whoever answers (default false)
---@field min? "1.2"|"1.3"|"1.0"|"1.1" the least version (default `"1.2"`)
local tls = {}

---Connects to an address.
---
---```lua
---local s = net.serve(0, function(c) c:write("hello ", c:read(), "\n") end)
---local c = net.connect("localhost:" .. s.port)
---c:write("world\n")
---print(c:read()) --> hello world
---c:close()
---s:stop()
---print(select(2, pcall(net.connect, s.address)).code) --> ECONNREFUSED
---```
---@async
---@param addr string `"host:port"` or `"unix:/path"`
---@param opts? net.connect_options
---@return net.connection c
function net.connect(addr, opts) end

---A server. It goes on when the task that has made it, or the main chunk, has ended, as a spawned task does. Ctrl-C, a signal, `stop` and whatever else ends the run end it as `s:stop()` does.
---@class net.server
---@field address string where it listens
---@field port? integer its port; nil for a unix socket
local server = {}

---Takes no more connections, gives the tasks of those that are open `grace` seconds to end, then cancels them, and returns when the last has ended. In the task of a connection it does not wait for that.
---
---```lua
---local s = net.serve(0, function(c) finally(function() c:read("*a") end, function() print("gone") end) end)
---net.connect(s.address)
---sleep(1)
---s:stop(0) --> gone
---```
---@async
---@param grace? number seconds (default what `net.serve` was given)
function server:stop(grace) end

---Waits until it has been stopped.
---
---```lua
---local s = net.serve(0, function() end)
---spawn(function() s:stop() end)
---s:join()
---print("over") --> over
---```
---@async
function server:join() end

---How a server speaks TLS. Each of `cert`, `key`, `client_ca` is the path of a file, or what is in it (PEM).
---@class net.servertls
---@field cert string its certificate, with those in between
---@field key string the key of that
---@field client_ca? string who must have signed the certificates of clients, which need one then
---@field min? "1.2"|"1.3"|"1.0"|"1.1" the least version (default `"1.2"`)
local servertls = {}

---How to serve.
---@class net.serve_options
---@field tls? net.servertls speaks TLS (default not)
---@field limit? integer connections at once; more wait (default 10,000)
---@field grace? number seconds that open connections have when it stops (default 8)
---@field idle_timeout? number|false seconds that a task waits for bytes of a connection to come or go, then kind `timeout` is raised (default none)
---@field mode? string of a unix socket's file (default `"600"`)
local serveoptions = {}

---Listens, and calls `fn(c)` in a task of its own for each connection, which is closed when that ends. An error in it ends that connection alone, and is told on standard error, unless it is the other side's doing: a connection that breaks off, is idle for too long or sends an endless line. Where the host has set limits (`--limits`), and three quarters of the tasks, timers or files are in use, a connection is closed at once: it ends nobody's run. A unix socket on which nobody answers is replaced; it is removed when the server stops.
---
---```lua
---local s = net.serve(0, function(c)
---  for line in c:lines() do c:write(line:upper(), "\n") end
---end)
---local c = net.connect(s.address)
---c:write("one\ntwo\n")
---c:shutdown()
---print(c:read("*a"):trim()) --> ONE
-----> TWO
---s:stop()
---```
---@async
---@param addr integer|string a port on localhost alone, `":port"` (everywhere), `"host:port"`, `"unix:/path"`; port 0 is any that is free
---@param fn fun(c: net.connection)
---@param opts? net.serve_options
---@return net.server s
function net.serve(addr, fn, opts) end

---The addresses of a host, sorted, those of IPv4 first; or its records of a type, as tables: `"MX"` `{ host, preference }`, `"SRV"` `{ host, port, priority, weight }`, `"TXT"` `{ text }`, `"NS"`, `"CNAME"`, and `"PTR"` (of an address) `{ host }`. Where there are none: nil. A name server that does not answer raises kind `io`, code `EAI_AGAIN`.
---
---```lua
---print(net.resolve("127.0.0.1")[1]) --> 127.0.0.1
---```
---@async
---@param name string a host's name, for `"PTR"` an address
---@param type? "MX"|"TXT"|"SRV"|"NS"|"CNAME"|"PTR"
---@return any[]? list
function net.resolve(name, type) end

---Waits until something listens at an address; it tries again and again, by the machine's clock. Raises kind `timeout`.
---
---```lua
---local s = net.serve(0, function() end)
---net.wait(s.address)
---s:stop()
---print(select(2, pcall(net.wait, s.address, 0.1)).kind) --> timeout
---```
---@async
---@param addr string `"host:port"` or `"unix:/path"`
---@param timeout? number|false seconds (default 30)
function net.wait(addr, timeout) end
