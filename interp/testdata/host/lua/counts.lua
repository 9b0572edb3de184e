local n = {}
return {
  add = function(name) n[name] = (n[name] or 0) + 1 end,
  of = function(name) return n[name] or 0 end,
}
