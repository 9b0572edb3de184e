-- Moves customers from a CSV file into a database, in a job that survives its machine.
--
--   lull --journal state.db migration.lua customers.csv shop.db
--
-- Each batch is a step: what it has returned is on the disk before the next begins. Kill the job, or pull the plug, and start it again with
-- the same arguments: it goes on with the batch that it was at. A batch that was under way is done again, so it is made to bear that: it
-- replaces the rows it has put there. The notice must not go out twice, so that step is begun at most once. `lull journal state.db` shows
-- what is done, while it runs too. Without arguments it moves customers of its own making; it prints what it has moved.

local csv_path, db_path = ...
if not csv_path then
  local dir = fs.temp()
  csv_path, db_path = dir .. "/customers.csv", dir .. "/shop.db"
  local rows = {}
  for i = 1, 1000 do rows[i] = { id = i, name = "customer " .. i, euros = i % 7 == 0 and "" or i % 100 } end
  write(csv_path, csv.encode(rows, { columns = { "id", "name", "euros" } }))
end

local size = 250
local d = db.open(db_path)

step("schema", function()
  d:migrate { "create table customer (id integer primary key, name text not null, cents integer)" }
end)

-- A batch must have the same rows at every start: so they go by their numbers, and are not "the next ones".
local batch, moved, missing = {}, 0, 0
local function move(number)
  local done = step("customers " .. number, function()
    local without = 0
    d:transaction(function()
      for _, row in ipairs(batch) do
        local cents = tonumber(row.euros) and tonumber(row.euros) * 100
        if not cents then without = without + 1 end
        d:exec("insert or replace into customer values (?, ?, ?)", tonumber(row.id), row.name, cents)
      end
    end)
    return { rows = #batch, without = without }
  end)
  moved, missing, batch = moved + done.rows, missing + done.without, {}
end

local number = 0
for row in csv.rows(csv_path) do
  batch[#batch + 1] = row
  if #batch == size then
    number = number + 1
    move(number)
  end
end
if #batch > 0 then move(number + 1) end

-- Checked in a step of its own, so that a start after this one does not count again.
local sum = step("check", function()
  local row = d:first("select count(*) as n, sum(cents) as cents from customer")
  if row.n ~= moved then error(("%d rows were moved, and %d are there"):format(moved, row.n)) end
  return row.cents
end)

step("notice", function(s)
  -- s.key is the same at every attempt: a service that takes an idempotency key is given it.
  print("notice: the shop has moved (key of " .. #s.key .. " characters)")
end, { once = true })

print(("%d customers moved, %d without an amount, %d cents in all"):format(moved, missing, sum))
