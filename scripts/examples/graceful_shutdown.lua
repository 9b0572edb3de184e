-- A service that drains its queue before it ends: on Ctrl-C no new jobs are taken, those accepted are finished.
--
--   lull graceful_shutdown.lua          and press Ctrl-C, or wait five seconds
--
-- Ctrl-C cancels the main task: what waits in it unwinds, and the cleanup of `finally` runs, which may wait, for 30 s
-- here (a command that is asked to end has 5 s by default). The workers are spawned, so they are nobody's victims: they
-- end when the queue is closed and empty. It prints each job as it is done.

local jobs, done = sync.queue(100), 0

local function worker(id)
  for job in jobs:items() do
    sleep(0.8)
    done = done + 1
    print(("%3.1f s  job %d done by worker %d"):format(now(), job, id))
  end
end

local function serve()
  local workers = {}
  for id = 1, 2 do workers[id] = spawn(worker, id) end
  local accepted = 0
  finally(function()
    task.every(0.3, function()
      accepted = accepted + 1
      jobs:put(accepted)
    end)
  end, function(ok, err)
    print(("%3.1f s  closing (%s), %d jobs left"):format(now(), err.kind, jobs:size()))
    jobs:close()
    for _, w in ipairs(workers) do
      w:join()
    end
    print(("%3.1f s  drained: %d accepted, %d done"):format(now(), accepted, done))
  end, 30)
end

-- In place of somebody who presses Ctrl-C: the cancellation is the same.
task.move_on_after(serve, 5)
