-- Keys become their text, << merges, an alias is a copy of what it names, and what is written wins over what is merged.
local t = yaml.decode([[
base: &base { a: 1, b: 2 }
more: &more { c: 3 }
one: { <<: *base, b: 20 }
two: { b: 5, <<: [*base, *more] }
1: number
true: bool
"null": text
2.50: float
list: &list [1, 2]
again: *list
]])
print(json.encode(t))
t.again[1] = "changed"
print(t.list[1], #yaml.decode("- a\n---\n- b\n---\n", { all = true }), json.encode(yaml.decode("a\n---\n~\n", { all = true })), json.encode(yaml.decode("", { all = true })))
