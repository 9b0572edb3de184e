-- Turns a table in CSV into JSON, row by row, with numbers as numbers, and says which rows are wrong.
--
--   lull csv_to_json.lua FILE NUMBERS       FILE may be -, NUMBERS are the columns that hold some: "price,count"
--   lull csv_to_json.lua                    shows itself on a table of its own
--
-- It holds no more than a row, so the file may be larger than memory. An empty field is null; a number that is none, and a row with too
-- many or too few fields, is told with its place on standard error and left out, and the exit status is 1 then. It prints a list, a row
-- a line.

local function convert(source, numbers, wrong)
  local is_number, first, columns = {}, true, nil
  for name in numbers:gmatch("[^,]+") do is_number[name:trim()] = true end
  for fields, line in csv.rows(source, { header = false, ragged = true }) do
    if not columns then
      columns = fields
      for name in pairs(is_number) do
        local there = false
        for _, c in ipairs(columns) do there = there or c == name end
        if not there then error("there is no column '" .. name .. "'", 0) end
      end
      io.write("[")
    else
      local row, bad = {}, #fields ~= #columns and #fields .. " fields where " .. #columns .. " are expected" or nil
      for i, name in ipairs(columns) do
        local field = fields[i]
        if field == nil or field == "" then
          row[name] = json.null
        elseif is_number[name] then
          local ok, n = pcall(json.number, field) -- with all its digits, which tonumber might round
          row[name] = ok and n or nil
          bad = bad or not ok and ("%s: %q is no number"):format(name, field) or nil
        else
          row[name] = field
        end
      end
      if bad then
        wrong("line " .. line .. ": " .. bad)
      else
        io.write(first and "\n" or ",\n", json.encode(row))
        first = false
      end
    end
  end
  io.write(columns and "\n]\n" or "[]\n")
end

local file, numbers = ...
if file then
  local failed = false
  convert(file == "-" and io.stdin or file, numbers or "", function(what)
    failed = true
    io.stderr:write(file .. ": " .. what .. "\n")
  end)
  os.exit(failed and 1 or 0)
end

-- The show.
local path = fs.temp { file = true }
write(path, [[
sku,name,price,count
a-1,"Chair, ""oak""",129.90,12
a-2,"A lamp
in two lines",45,
b-7,Table,cheap,3
b-8,Bench,210
007,Ünïcode,1e3,9007199254740993
]])
local told = {}
convert(path, "price,count", function(what) table.insert(told, what) end)
print(table.concat(told, "\n"))
