-- A value that is no text, no selector or no option is a bad argument that says what is wrong.
local page = html.parse("<p>x")
local function try(fn, ...)
  local ok, err = pcall(fn, ...)
  print(ok and "accepted" or err.message)
end
try(html.parse)
try(html.parse, {})
try(html.parse, "x", 5)
try(html.parse, "x", { bse = "http://h" })
try(html.parse, "x", { base = "/relative" })
try(html.parse, "x", { base = "" })
try(html.parse, "x", { base = "http://[bad" })
try(page.find, page)
try(page.find, page, 5)
for _, css in ipairs {
  "", " ", ",", "a,", ",a", "a,,b", "a >", "> > a", "a > > b", ">", "a:nosuch", "a[", "a(", "a)", "'", "a[x='", "#", ".", "a::before", "p:matches('x')", "p[a#=x]", ":has(:has(a))",
  ":has(a b c)", ":not(a b c d)", ("a"):rep(2001), ("a "):rep(64), ("a,"):rep(101) .. "a", "!", "a b\\",
} do try(page.first, page, css) end
try(page.attr, page)
try(page.attr, page, {})
try(page.text)
try(page.text, 5)
try(page.children, {})
