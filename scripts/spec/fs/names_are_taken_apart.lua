-- Functions on names look nothing up.
print(fs.join(), fs.join("a"), fs.join("a", "b", "c"), fs.join("a/", "/b/", "c"), fs.join("/", "a"), fs.join("//a"), fs.join("a", "", "b"), fs.join("a", ".."), fs.join("", ""), fs.join("a", "b/"))
for _, p in ipairs { "a/b/c", "/a", "/", "a", "a/", "a//b", "", ".", "a.tar.gz", ".bashrc", "a/.b.c", "a.", "x/..", "..", "a.b/c" } do
  print(show(p), fs.dirname(p), show(fs.basename(p)), show(fs.ext(p)))
end
print(fs.basename("a.txt", ".txt"), fs.basename(".txt", ".txt"), fs.basename("a.txt", ".lua"))
print(fs.abs("/a/../b//c/."), fs.rel("/a/b", "/a/b"), fs.rel("/a", "/a/b/c"), fs.rel("x/y", "x"))
print(fs.abs(".") == fs.cwd(), fs.cwd():sub(1, 1))
for _, fn in ipairs { "dirname", "basename", "ext", "abs", "escape", "match" } do print(fn, select(2, pcall(fs[fn])).message) end
print(select(2, pcall(fs.join, "a", {})).message, select(2, pcall(fs.dirname, "a\0")).message)
print(fs.script() == nil or fs.exists(fs.script()) == "dir", fs.home() == nil or fs.home() ~= "")
