-- The script of a shell gets its values as $1, $2 and by the environment: nothing in them is executed.
local evil = "it's $(echo bad) `echo bad` \"; echo bad #\n*"
local r = process.sh { 'printf "%s|%s" "$1" "$V"', evil, env = { V = evil }, stdout = "capture" }
print(r.stdout == evil .. "|" .. evil)
print((process.read { "sh", "-c", "printf %s " .. process.quote(evil) }) == evil)
print(process.quote("plain"), process.quote("it's"), process.quote { "rm", "a b" })
