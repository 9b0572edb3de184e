-- URLs are taken apart and joined, and texts escaped, by RFC 3986; what is no URL is an error that says where.

for _, s in ipairs { "https://me:p%40ss@Example.ORG:8443/a%20b/c?q=1&r#top", "http://[::1]:80", "mailto:x@example.org", "//example.org", "/a/b?", "x y", "", "?q", "#f", "unix:/run/a.sock" } do
  print(show(s), show(http.parse_url(s)))
end
for _, s in ipairs { "http://a b/", "http://[::1", "http://x:99999/", "http://x:y/", "http://x/%zz", "ht\ntp://x", ":" } do
  local ok, err = pcall(http.parse_url, s)
  print(show(s), ok, err.kind, err.line, err.column, err.message)
end

local base = "http://a/b/c/d;p?q" -- the examples of RFC 3986, 5.4
for _, ref in ipairs { "g:h", "g", "./g", "g/", "/g", "//g", "?y", "g?y", "#s", "g#s", ";x", "", ".", "./", "..", "../g", "../..", "../../g", "../../../g", "/./g", "g.", "..g", "./../g", "g;x=1/../y" } do
  print(ref, http.join_url(base, ref))
end
print(pcall(http.join_url, "a/b", "c"))
print(pcall(http.join_url, "http://a", "http://%zz"))

print(http.escape("a-b_c.d~e f/g?h=i&j+k%l\0\255ü"))
print(show(http.unescape("a+b%20c%00%C3%bc")))
print(select(2, pcall(http.unescape, "100% sure")).column, select(2, pcall(http.unescape, "%4")).column)
for i = 0, 255 do assert(http.unescape(http.escape(string.char(i))) == string.char(i)) end
