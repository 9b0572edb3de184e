-- Options are checked, and an unknown one names those that there are.
local function try(opts) print((select(2, pcall(task.retry, print, opts)).message:gsub("^bad argument #2 to 'retry' ", ""))) end
try{ attempts = 0 }
try{ attempts = 1.5 }
try{ delay = -1 }
try{ timeout = 0 }
try{ jitter = 2 }
try{ when = 1 }
try{ delay = "1" }
try{ atempts = 3 }
