-- find and first take selectors of CSS, also relative ones; what is found is in the order of the page.
local page = html.parse [[
<div id="top" class="box main" lang="en">
  <h1>Title</h1>
  <p class="a">one <em>x</em></p><p class="b">two</p><p class="a b">three</p>
  <ul><li>1</li><li class="sel">2</li><li>3</li><li>4</li></ul>
  <div class="box"><p>inner <span>s</span></p><a href="http://x/y.pdf" title="It's">pdf</a><a href="/z">z</a></div>
</div>]]
local function try(css, from)
  local all = {}
  for i, n in ipairs((from or page):find(css)) do all[i] = n.tag .. ":" .. n:text():gsub("%s+", " "):sub(1, 12):trim() end
  print(css, #all, table.concat(all, " | "))
  local one = (from or page):first(css)
  assert((one and one.tag) == (all[1] and all[1]:match("^%w+")))
end
for _, css in ipairs {
  "p", "*", "h1, li", ".a", ".a.b", "p.a", "#top", "div#top.main", "div div", "div p", "div > p", "#top > p", "h1 + p", "h1 ~ p", "p + p.b",
  "[lang]", "[lang=en]", "[class~=b]", "[href^=http]", "[href$='.pdf']", "[href*=z]", "[title=\"It's\"]", "a[href]:not([title])",
  "li:nth-child(2n+1)", "li:nth-child( 2n + 1 )", "li:first-child", "li:last-child", "li:nth-last-child(2)", "p:nth-of-type(2)", "li:not(.sel)",
  "div:has(a)", "p:has(span)", "p:contains('three')", "em:only-child", "li:empty", "body div ul li.sel ~ li", "div .box p > span", "p\\.x", "LI.sel",
  "ul   >   li", "\n p\t", "div>ul>li+li",
} do try(css) end
print("from a node")
local ul, box = page:first("ul"), page:first("div .box")
try("li", ul)
try("> li", ul)
try("> p", page:first("#top"))
try("> p > span", box)
try("#top p", box) -- what is above the node counts
try("body", box)
try("ul", ul) -- the node itself is none below it
try("h1 ~ ul > li", ul)
print(ul == page:first("ul"), ul == box, ul:first("li") == page:find("li")[1])
