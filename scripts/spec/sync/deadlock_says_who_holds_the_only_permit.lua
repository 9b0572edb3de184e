-- A deadlock says who has the one permit of a semaphore, where that task is, and which tasks wait for each other.
local gate, db = sync.semaphore { n = 1, name = "gate" }, sync.lock { name = "db" }
spawn(function() gate:with(function() sleep(1) db:acquire() end) end):name("through the gate")
spawn(function() db:with(function() sleep(2) gate:acquire() end) end):name("in the database")
spawn(function() sleep(1) gate:acquire() end):name("another")
