-- groups is a table of the named groups that took part; nil where nothing matches.
print(json.encode(re.groups("GET /x", [[(?P<method>\w+) (?P<path>\S+)(?P<rest> .*)?]])))
print(json.encode(re.groups("k=v", [[(?<key>\w)=(\w)]])), re.groups("?", "(?P<a>x)"), json.encode(re.groups("ab", "(?P<a>a)?b", 2)))
print(select(2, pcall(re.groups, "x", "(x)")).message)
print(re.escape("a.b*[c]"), re.find("xa.b*[c]", re.escape("a.b*[c]")), re.escape(""))
