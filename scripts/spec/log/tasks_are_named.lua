-- An event names its task, unless that is the main one or a field says otherwise; in JSON it tells its number, its run and where it was spawned as well.
log.info("main")
await(spawn(function()
  task.current():name("fetch h3")
  log.info("from a task")
  log.info("with a field of its own", { task = "mine" })
end))
task.map({ "a", "b" }, function(item) sleep(item == "a" and 2 or 1) log.info("item " .. item) end)
log.setup { format = "json" }
task.map({ "a" }, function() log.with({ n = 1 }).info("in JSON") end)
