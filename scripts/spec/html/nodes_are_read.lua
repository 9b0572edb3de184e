-- text, attr, html, children and tag read a node; nothing can be set.
local page = html.parse("<p>a<!-- c --> <b>b</b>\n<script>no()</script><style>p{}</style></p><pre>\n  two\n lines</pre><p></p>")
print(show(page:text()), page.tag)
print(show(page:first("pre"):text()), show(page:first("p:empty"):text()), show(page:first("script"):text()))
local p = page:first("p")
print(p:html())
for i, n in ipairs(p:children()) do print(i, n.tag, n) end
print(p.tag, p.nothing, type(p.find), #p:children(), #page:first("p:empty"):children())
print(pcall(function() p.tag = "x" end))
print(pcall(function() p.find = "x" end))
local a = html.parse("<a HREF=x Data-Y='1' empty svg:z=3>"):first("a")
print(a:attr("href"), a:attr("Href"), a:attr("data-y"), show(a:attr("empty")), a:attr("none"))
print(html.parse("<svg><use xlink:href='#a'/></svg>"):first("use"):attr("xlink:href"))
-- Scripts do not run: what is in noscript is nodes, and its text stays text.
local page = html.parse("<body><noscript><p>x<a href=/y>y</a></p>1 &lt;b&gt;<style>i>b{}</style></noscript>")
print(page:text(), page:first("noscript > p"):html(), page:first("noscript a"):attr("href"))
print(page:first("noscript"):html(), html.parse(page:html()):html() == page:html(), page:text())
