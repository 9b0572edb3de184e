-- The next instant lies behind the one that is given, which is the time now by default; zones are by name.
local function show_next(expr, from, zone, n)
  from = time.parse(from, "%Y-%m-%d %H:%M:%S", zone)
  local all = {}
  for i = 1, n or 1 do
    from = cron.next(expr, from, zone)
    all[i] = time.format(from, "%a %F %T %z", zone)
  end
  print(expr, table.concat(all, ", "))
end
print(time.format(cron.next("@daily"), "rfc3339", "UTC"))
show_next("0 12 * * *", "2024-05-01 12:00:00", "UTC")
show_next("0 12 * * *", "2024-05-01 11:59:59", "UTC")
show_next("*/15 9-17 * * mon-fri", "2024-05-03 17:40:00", "Europe/Berlin", 3)
show_next("0 0 31 * *", "2024-01-31 00:00:00", "UTC", 3)
show_next("0 0 29 2 *", "2024-02-29 00:00:00", "UTC", 2)
-- Berlin's clock goes from 2 to 3 on 31 March, and from 3 back to 2 on 27 October.
show_next("30 2 * * *", "2024-03-30 12:00:00", "Europe/Berlin", 2)
show_next("30 2 * * *", "2024-10-26 12:00:00", "Europe/Berlin", 2)
show_next("30 * * * *", "2024-10-27 01:00:00", "Europe/Berlin", 4)
show_next("0 */2 * * *", "2024-03-31 00:00:00", "Europe/Berlin", 2)
print(cron.next("* * * * * *", 0.999), cron.next("* * * * * *", -0.5))
