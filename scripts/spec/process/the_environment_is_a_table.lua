-- process.env is the environment of this runtime: os.getenv and what is started go by it; env is for one command.
process.env.LULL_SPEC = "a"
print(os.getenv("LULL_SPEC"), (process.read { "sh", "-c", "echo $LULL_SPEC $MORE", env = { MORE = 1 } }))
print((process.read { "sh", "-c", "echo [$LULL_SPEC]", env = { LULL_SPEC = false } }))
process.env.LULL_SPEC = nil
print(os.getenv("LULL_SPEC"), process.which("sh") ~= nil, process.which("no-such-program"))
print(process.pid > 0, process.cpus > 0, type(process.os), type(process.arch))
