-- math.random begins anew for each item, by the call's number and the item's: alike in every run.
local function draw() return math.random(1000) end
print(unpack(parallel.map({ 1, 2, 3 }, draw)))
print(unpack(parallel.map({ 1, 2, 3 }, draw)))
print(unpack(parallel.map({ 1, 2, 3 }, draw, { limit = 1, setup = function() math.random() end })))
