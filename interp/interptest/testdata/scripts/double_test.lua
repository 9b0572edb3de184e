local double = require "double"

test("doubles", { each = { 1, 2 } }, function(n)
  expect(function() sleep(3600) end):takes(3600)
  expect(double(n)):equal(2 * n)
end)

test("is skipped", { skip = "for now" }, function() error("never") end)
