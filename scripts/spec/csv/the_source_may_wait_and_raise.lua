-- A source is called when a row needs more; what it raises passes, and a cancelled reader gets no further.
local function slow()
	local n = 0
	return function() n = n + 1 sleep(1) if n == 4 then error("source broke") end return n .. ",x\n" end
end
local ok, err = pcall(function()
	for row, line in csv.rows(slow(), { header = false }) do print(now(), line, row[1]) end
end)
print(ok, err)
print(pcall(wait_for, function() for row in csv.rows(slow(), { header = false }) do print(row[1]) end end, 1.5))
local it = csv.rows(slow(), { header = false })
spawn(it)
sleep(0.5)
print(select(2, pcall(it)).message)
