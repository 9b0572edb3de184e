---@meta lull.html
-- The table `html`: pages as trees.

---Pages of HTML as trees, searched by selectors of CSS.
---@class html
html = {}

---Options of `html.parse`.
---@class html.options
---@field base? string the page's URL, which makes its links absolute: the attributes `href src action formaction poster cite data background`, by the page's own `<base>` where it has one
local options = {}

---A node of a page: an element, or the page itself. Nodes are equal if they are the same one.
---@class html.node
---@field tag string the element's name, in lower case; `"document"` for the page
local node = {}

---The page that a text of HTML is. It is read as browsers do, whatever is in it: elements that are left out are there (`html head body tbody`), those that are not closed are. Scripts do not run, so what is in `noscript` is part of the page. In a page with very many different formatting tags (`b i font`...) these are elements like others: one that is not closed ends with what is around it. Elements inside elements more than 512 deep, and more than 2,000,000 tags, raise kind `limit`. The text is taken for UTF-8. It works beside other tasks above 64 KiB.
---
---```lua
---local page = html.parse([[<h1>Jobs</h1><ul><li><a href="/7?a=1&amp;b">seven</a><li><a href="8">eight</a></ul>]], { base = "https://example.org/jobs/" })
---for _, a in ipairs(page:find("ul > li a[href]")) do print(a:text(), a:attr("href")) end
-----> seven	https://example.org/7?a=1&b
-----> eight	https://example.org/jobs/8
---```
---@async
---@param s string
---@param opts? html.options
---@return html.node
function html.parse(s, opts) end

---The elements below the node that a selector of CSS matches, in the order of the page; an empty list where there are none. There are types, `#id`, `.class`, attributes, the combinators (also first: `> li` are children of the node), `,`, `:not()`, `:is()`, `:has()`, `:nth-child()` and its like, `:first-child`, `:empty`, `:contains("text")`... A text that is no selector is a bad argument.
---
---```lua
---local page = html.parse('<table><tr><td>a<td class="n x">1<tr><td>b<td class="n">2</table>')
---for _, row in ipairs(page:find("tr")) do print(row:first("td"):text(), row:first("td.n"):text()) end
-----> a	1
-----> b	2
---print(#page:find("td:nth-child(2), .x"), #page:find("p")) --> 2	0
---```
---@param css string
---@return html.node[]
function node:find(css) end

---The first element that `find` would return, or nil.
---
---```lua
---local page = html.parse("<title>Jobs</title><p>one<p>two")
---print(page:first("title"):text(), page:first("p + p"):text(), page:first("img")) --> Jobs	two	nil
---```
---@param css string
---@return html.node?
function node:first(css) end

---The text in the node, as it stands there: blanks are kept, scripts and styles left out, entities read.
---
---```lua
---print(html.parse("<p>2 &lt; <b>3</b><script>x()</script> &amp; so on</p>"):text()) --> 2 < 3 & so on
---```
---@return string
function node:text() end

---An attribute of the element, or nil; one without a value is an empty string.
---
---```lua
---local input = html.parse('<input name=q value="a &quot;b&quot;" disabled>'):first("input")
---print(input:attr("value"), input:attr("disabled") == "", input:attr("size")) --> a "b"	true	nil
---```
---@param name string
---@return string?
function node:attr(name) end

---The node as HTML, with its own tags.
---
---```lua
---print(html.parse("<ul><li>one<li>two & more</ul>"):first("ul"):html()) --> <ul><li>one</li><li>two &amp; more</li></ul>
---```
---@return string
function node:html() end

---The elements right below the node.
---
---```lua
---for i, n in ipairs(html.parse("<h1>a</h1>text<p>b"):first("body"):children()) do print(i, n.tag) end
-----> 1	h1
-----> 2	p
---```
---@return html.node[]
function node:children() end
