-- A job made in a task is reported at the end of the run like one of main.
local f = async(function() end)
spawn(function() local _job = f() end)
