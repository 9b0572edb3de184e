-- The first to succeed decides; failures before it do not matter.
print(task.any{
  function() error("no", 0) end,
  function() return sleep(2, "slow") end,
  function() sleep(1) return "good", "more" end,
})
print(now())
