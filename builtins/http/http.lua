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
