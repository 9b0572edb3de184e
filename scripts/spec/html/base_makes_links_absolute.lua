-- With base the links of a page are absolute, by its own base where it has one.
local src = [[<a href="x"></a><a href=" /y "></a><a href="?q=1"></a><a href="#f"></a><a href="//h/z"></a><a href="mailto:a@b"></a><a href="http://[bad"></a>
<img src="i.png" alt="x"><form action="go"></form><a name="x"></a><a href="">e</a>]]
local function try(page)
  local all = {}
  for _, n in ipairs(page:find("[href],[src],[action]")) do all[#all + 1] = n:attr("href") or n:attr("src") or n:attr("action") end
  print(table.concat(all, " "))
end
try(html.parse(src))
try(html.parse(src, { base = "https://example.org/a/b.html" }))
try(html.parse("<base href='/other/'><base href='/third/'>" .. src, { base = "https://example.org/a/b.html" }))
print(html.parse("<a href=x>", { base = "http://e.org" }):first("a"):html())
