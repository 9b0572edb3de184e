-- Uses Penlight, module by module, and prints what comes out.
local function show(name, fn)
  local results = { pcall(fn) }
  io.write(name)
  for i = 1, #results do
    local v = results[i]
    io.write(" ", type(v) == "table" and require "pl.pretty".write(v, "") or (tostring(v):gsub("0x%x+", "ADDRESS")))
  end
  io.write("\n")
end

local stringx = require "pl.stringx"
show("stringx", function() return stringx.split("a,b,,c", ","), stringx.splitlines("x\ny\r\nz"), stringx.center("lull", 10, "*"), stringx.partition("a=b=c", "=") end)
show("stringx", function() return stringx.replace("aXbXc", "X", "--"), stringx.count("banana", "an"), stringx.title("hello big world"), stringx.expandtabs("a\tb", 4), stringx.lfind("abcabc", "c", 4) end)
show("stringx", function() return stringx.isalpha("abc"), stringx.isdigit("12x"), stringx.strip("  x  "), stringx.shorten("a long sentence", 8), stringx.quote_string('a "b" \n') end)
stringx.import()
show("imported", function() return ("x-y-z"):split("-"), ("abc"):startswith("ab"), ("abc"):endswith { "x", "c" } end)

local List = require "pl.List"
local l = List { 10, 20, 30 } .. List { 5 }
show("List", function() return l, l:sorted(), l:map("_*2"), l:filter(function(x) return x > 5 end), l:reduce("+"), l:slice(2, 3), tostring(l), List.range(1, 5), l:reverse():index(20) end)
show("List", function() return List { 1, 2, 3, 4 }:partition(function(x) return x % 2 end), pcall(function() return List { 1 }:foo() end) end)

local tablex = require "pl.tablex"
show("tablex", function() return tablex.deepcompare({ 1, { a = 2 } }, { 1, { a = 2 } }), tablex.zip({ 1, 2 }, { 3, 4 }), tablex.merge({ a = 1, b = 2 }, { b = 3 }, true).b, tablex.size { a = 1, b = 2 }, tablex.find({ 5, 6 }, 6) end)
show("tablex", function() return tablex.keys { a = 1 }, tablex.deepcopy({ { 1 } }), tablex.compare_no_order({ 1, 2 }, { 2, 1 }), tablex.range(1, 10, 3), tablex.reduce(math.max, { 3, 9, 2 }) end)
for k, v in tablex.sort { c = 1, a = 2, b = 3 } do print("tablex.sort", k, v) end

local OrderedMap, Set, Map = require "pl.OrderedMap", require "pl.Set", require "pl.Map"
local om = OrderedMap(); om:set("z", 1); om:set("a", 2)
show("OrderedMap", function() return om:keys(), om:values(), tostring(om) end)
show("Set", function() return Set.len(Set { 1, 2, 3 } * Set { 2, 3, 4 }), Set { 1 } < Set { 1, 2 }, Set { 1 } + Set { 2 } == Set { 1, 2 }, Map { a = 1 } == Map { a = 1 } end)

local class = require "pl.class"
local Animal = class(); Animal._name = "Animal"
function Animal:_init(name) self.name = name end
function Animal:__tostring() return self.name .. ": " .. self:speak() end
local Cat = class(Animal); Cat._name = "Cat"
function Cat:_init(name, breed) self:super(name); self.breed = breed end
function Cat:speak() return "meow" end
local felix = Cat("Felix", "Tabby")
show("class", function() return tostring(felix), felix:is_a(Animal), Animal:class_of(felix), class.properties and true end)

local pretty = require "pl.pretty"
show("pretty", function() return pretty.write({ 1, 2, { x = "a\nb", [true] = 1.5 }, ["not an id"] = false }), pretty.read "{ a = 1, 'x' }", pcall(pretty.read, "{ os.exit() }"), pretty.number(123456, "N"), pretty.load("return 1")  end)

local types, utils = require "pl.types", require "pl.utils"
show("types", function() return types.type(felix) == Cat, types.is_callable(print), types.is_empty {}, types.to_bool("yes"), types.is_integer(3.5) end)
show("utils", function() return utils.split("a b  c"), utils.escape("a.b"), utils.choose(true, 1, 2), utils.pack(1, nil, 3).n, pcall(utils.assert_arg, 1, 5, "string"), utils.quote_arg("it's") end)
show("utils.executeex", function() return utils.executeex("sh -c 'echo out; echo err >&2; exit 3'") end)

local seq, func, comp = require "pl.seq", require "pl.func", require "pl.comprehension".new()
local _1, _2 = func._1, func._2
show("seq", function() return seq.copy(seq.filter(seq.range(1, 9), function(x) return x % 3 == 0 end)), seq.sum { 1, 2, 3 }, seq { 3, 1, 2 }:sort():copy(), seq.count_map { "a", "b", "a" }.a end)
show("func", function() return func.I(_1 + _2)(3, 4), tostring(_1 .. "x"), func.bind(math.max, 5, _1)(9) end)
show("comprehension", function() return comp "x^2 for x" { 2, 3, 4 }, comp "sum(x for x = 1, 10)" () end)

local lexer = require "pl.lexer"
for kind, v in lexer.lua("for i = 1, 0x1F do s = 'q' -- c\n end", { space = true, comments = true }) do io.write(kind, "=", v, " ") end
print()
local sip, data, text = require "pl.sip", require "pl.data", require "pl.text"
local res = {}
show("sip", function() return sip.match("name=$v, age=$d", "name=bob, age=42", res), res end)
local d = data.read(require "pl.stringio".open "name,n\nx,1\ny,2.5\n")
show("data", function() return d.fieldnames, d:column_by_name "n", d:select_row { fields = "name", where = "n > 1" } end)
show("text", function() return text.dedent "    a\n      b\n", text.wrap("the quick brown fox jumps", 10), text.format_operator and true, text.Template("${a} and $b"):substitute { a = 1, b = 2 } end)

local template = require "pl.template"
show("template", function() return template.substitute("# for i = 1, 3 do\n$(i) squared is $(i * i)\n# end\n", {}) end)
show("template", function() return template.substitute("$(x", {}) end)
local xml = require "pl.xml"
local doc = xml.parse '<a k="v"><b>text &amp; more</b><c/></a>'
show("xml", function() return tostring(doc), doc.attr.k, doc:child_with_name "b":get_text(), xml.compare(doc, xml.parse(tostring(doc))) end)
local config, app = require "pl.config", require "pl.app"
show("config", function() return config.read(require "pl.stringio".open "# comment\n[one]\na = 1\nlist = 1,2,3\nname = x y\n") end)
show("app", function() return app.parse_args({ "-v", "--name=x", "file" }) end)
local lapp = require "pl.lapp"
show("lapp", function() return lapp("Test\n -v verbose\n -n,--number (default 5) a number\n <file> (string) in\n", { "-v", "x.txt" }) end)
local Date = require "pl.Date"
show("Date", function() return Date.Format "yyyy-mm-dd":tostring(Date(2024, 2, 28, 12):add { day = 2 }), Date(2024, 2, 1):last_day():day() , Date.Format("yyyy-mm-dd"):parse("2024-03-01"):month(), pcall(Date.Format().parse, Date.Format(), "rubbish") end)
local array2d, permute, url = require "pl.array2d", require "pl.permute", require "pl.url"
show("array2d", function() return array2d.column({ { 1, 2 }, { 3, 4 } }, 2), array2d.reduce_rows("+", { { 1, 2 }, { 3, 4 } }), array2d.flatten { { 1 }, { 2, 3 } } end)
for p in permute.order_iter { 1, 2, 3 } do print("permute", table.concat(p, " ")) end
show("url", function() return url.quote "a b&c/ä", url.unquote "a%20b%26" end)
local path, dir, file = require "pl.path", require "pl.dir", require "pl.file"
local tmp = path.tmpname()
show("file", function() return file.write(tmp, "one\ntwo\n"), file.read(tmp), path.exists(tmp) == tmp, path.isfile(tmp), path.isdir(tmp), path.getsize(tmp), utils.readlines(tmp), file.delete(tmp), path.exists(tmp) end)
show("path", function() return path.splitext "a/b.c.lua", path.join("a", "b", "/c"), path.basename "/x/y", path.dirname "/x/y", path.normpath "a/../b/./c", path.extension "x.tar.gz", path.relpath("/a/b", "/a/c") end)
show("dir", function() return dir.fnmatch("x.lua", "*.lua"), dir.filter({ "a.lua", "b.c" }, "*.lua") end)
local input, operator, strict = require "pl.input", require "pl.operator", require "pl.strict"
show("input", function() return seq.copy(input.numbers(require "pl.stringio".open "1 2 3.5e1")), operator.add(1, 2), operator.optable["//"], operator.concat("a", "b") end)
strict.closed_module({}, "m")
show("strict", function() return pcall(function() return undefined_name end) end)
show("memoize", function() return utils.memoize(function(x) return x .. "!" end)("a"), require "pl.compat".lua51, require "pl.luabalanced".match_string([["a\"b"c]], 1) end)
