---@meta lull.test
-- What files with tests have: `test`, `expect`, `fake` and `output`.

---Tests for `lull test`, in files whose names end in `_test.lua`. `test(name, fn)` defines one, in the file itself. Each test runs in a runtime of its own, into which the file is loaded anew, and in virtual time: nothing passes from one to the next, they run at once on all cores, and one that sleeps for hours takes no time.
---
---A test fails by an error, by an error that nobody has awaited, by what is left behind its end (tasks, processes, open files, held locks: each with the place where it was made), by a deadlock, and when it takes longer than its time-out.
---@class test
---@overload fun(name: string, fn: fun())
---@overload fun(name: string, opts: test_options, fn: fun(item?: any))
test = {}

---@class test_options
---@field skip? string|boolean why it is not run
---@field timeout? number seconds of the machine's clock (default 10, or `--timeout`)
---@field clock? "virtual"|"real" the clock that it goes by (default `"virtual"`)
---@field each? any[] a test for each item, which `fn` gets; it is named after the item, or the item's field `name`

---Calls `fn` before every test of the file, in its runtime. Several are called in their order. It stands in the file itself, as tests do.
---@param fn fun()
function test.before(fn) end

---Calls `fn` after every test of the file, however that has ended, as `finally` does: after a time-out it has five seconds. Several are called in the reverse order.
---@param fn fun()
function test.after(fn) end

---The end of a script that `test.run` has run.
---@class test_run
---@field status integer its exit status
---@field stdout string
---@field stderr string what it wrote there, and the report of its errors as `lull` prints it
---@field err? error why it failed; nil if it did not

---Runs a script as a run of its own, as `lull path ...` does, with what the test has faked: environment, commands, standard input, the time of day. The time that passes on its clock passes for the test, too. It waits.
---
---With `{ journal = true }` before the path it runs as with `lull --journal`, in a journal of the test's own: another call with the same script and arguments goes on with a run that has not ended well. `kill_at` kills it (status 137, and nothing of it runs on) at the end of the step of that name, before that is recorded: so the step has happened, and will again.
---
---```lua
---test("pays once", function()
---  fake.http { ["POST https://bank.example.org/pay"] = "paid" }
---  expect(test.run({ journal = true, kill_at = "pay" }, "payout.lua").status):equal(137)
---  expect(test.run({ journal = true }, "payout.lua").status):equal(0)
---  local calls = fake.calls("POST https://bank.example.org/pay")
---  expect(calls[1].headers["idempotency-key"]):equal(calls[2].headers["idempotency-key"])
---end)
---```
---
---Raises kind `io` if the script cannot be read. An error of the script itself is in the result.
---
---```lua
---test("refuses nonsense", function()
---  local r = test.run("deploy.lua", "--nonsense")
---  expect(r.status):equal(2)
---  expect(r.stderr):contains("--nonsense")
---end)
---```
---@async
---@overload fun(opts: test_run_options, path: string, ...): test_run
---@param path string
---@param ... string|number its arguments
---@return test_run
function test.run(path, ...) end

---@class test_run_options
---@field journal? boolean whether it has a journal (false)
---@field kill_at? string a step at whose end it is killed

---`expect(v)` says what a value has to be, in a test: `expect(n):equal(3)`. Where it is not, an error of kind `expectation` says how it differs, line by line for tables and long strings. Plain `assert` and `error` make a test fail as well.
---@class expect
---@overload fun(v: any): expectation
expect = {}

---As `expect(v)`, for what a value must not be: `expect.no(list):contains("x")`.
---@param v any
---@return expectation
function expect.no(v) end

---@class expectation
local expectation = {}

---The value is equal to `w`: tables by what is in them, all the way down, whatever the order of their keys; metatables have no say, nor has the `n` of a list of `task.map`, `gather` or `table.pack` that has no holes. Functions and objects are equal to themselves alone, NaN to NaN.
---@param w any
function expectation:equal(w) end

---The value is `w` itself: the same table, not an equal one.
---@param w any
function expectation:is(w) end

---A string, a number or the text of an error value matches a pattern of Lua's, as `string.find` has them.
---@param pattern string
function expectation:matches(pattern) end

---A string has a piece in it, as it stands; a list has an item that is equal to `x`; a table has equal values under all names that the table `x` has.
---@param x any
function expectation:contains(x) end

---A number is at most `eps` away from `n`.
---@param n number
---@param eps number
function expectation:near(n, eps) end

---The value is neither nil nor false.
function expectation:truthy() end

---The value is nil or false.
function expectation:falsy() end

---The value has a type: Lua's name of one, or an object's, such as `"task"`.
---@param name string
function expectation:has_type(name) end

---A function raises an error when it is called: one whose text matches a pattern of Lua's, or that has fields equal to those of a table (`message` may be a pattern), or any. Cancellations go on. It returns what was raised. `expect.no(fn):raises()` returns what the function does.
---
---```lua
---test("is too slow", function()
---  expect(function() wait_for(sleep, 1, 5) end):raises{ kind = "timeout" }
---end)
---```
---@async
---@param what? string|table
---@return any
function expectation:raises(what) end

---A function takes `s` seconds of the clock that the test goes by: in virtual time exactly, but for a microsecond.
---@async
---@param s number
---@param eps? number how many seconds more or less there may be
function expectation:takes(s, eps) end

---The value is what it was when the tests ran first: its text, or a table's as a constructor, is kept in `testdata/NAME.snap` beside the file. A snapshot that is missing is written, and with `--ci` a failure; `--update` writes all anew. It is named after the test, and a further name.
---@param name? string
function expectation:snapshot(name) end

---Stand-ins: a test puts them in the place of the world outside. All of it is gone when the test has ended.
---@class fake
fake = {}

---Makes a temporary folder with files, and returns its path. A string is a file, a table a folder; names may have `/` in them.
---
---```lua
---test("counts lines", function()
---  local dir = fake.dir{ ["a.txt"] = "one\ntwo\n", logs = { ["b.txt"] = "" } }
---  expect(test.run("count.lua", dir).stdout):equal("2\n")
---end)
---```
---@async
---@param files? table
---@return string
function fake.dir(files) end

---Sets variables of the environment, for `os.getenv` and for what is started; `false` takes one away.
---@param vars table<string, string|number|false>
function fake.env(vars) end

---Gives standard input: what is read there from now on.
---@param text string
function fake.stdin(text) end

---Sets the time of day, which goes on from there with the test's clock: seconds since 1970, or a text such as `"2026-01-31T08:00:00Z"`. `now` and what sleeps are left alone.
---@param time number|string
function fake.now(time) end

---Fakes a command for `os.execute`, `io.popen` and `process`, also inside a shell's text, wherever it is found by its name, whatever `PATH` a call gives: a folder with it stands first there. `fn(args, input)` gets the list of its arguments and its standard input, up to 64 MiB, and returns its output, its status (0, or a table with `status`, as `process.read` returns) and what it writes to standard error; it may wait, and time passes meanwhile. A text is what the command prints. An error in `fn` fails the test. It needs a POSIX shell, and the right to start processes.
---
---```lua
---test("pushes", function()
---  fake.command("git", function(args) return "pushed " .. args[2] .. "\n" end)
---  expect(process.read { "git", "push", "main" }):equal("pushed main")
---  expect(fake.calls("git")):equal { { args = { "push", "main" }, input = "" } }
---end)
---```
---@async
---@param name string
---@param what string|fun(args: string[], input: string): string?, any, string?
function fake.command(name, what) end

---Leaves no command but those that are faked: any other is not found, and one that is named by its path, or by another `PATH`, raises kind `denied`. The text of a shell runs, and finds no others either; what it starts by a path is not seen.
---@async
function fake.only() end

---Answers requests of `http` in the place of others, without the network, whatever the clock is. A key is a method and a URL; without a method it stands for all of them, and its path is a pattern as `http.serve` has it (`/jobs/{id}`, `/files/{path...}`; a path that ends in `/` stands for all below it, none for all of the host). A value is a handler as `http.serve` takes it, which may wait and time passes meanwhile, or what such a one would return: a text, a table (JSON), a status. Called again it adds to what there is.
---
---From then on a request to anything else raises kind `denied`; servers that the test has started are asked as ever. `fake.http{}` fakes nothing, and so forbids the network to `http`. An error in a handler fails the test (the client gets status 500), but for one like `{ status = 404 }`. Websockets are answered likewise, by keys that begin with `ws:` or `http:`; a script of `test.run` has no websockets, and gets an answer when all of it is there.
---
---```lua
---test("finds the second page", function()
---  fake.http {
---    ["GET https://api.example.org/users"] = function(req) return { { name = "user " .. req.query.page } } end,
---    ["DELETE https://api.example.org/users/{id}"] = 204,
---  }
---  expect(http.get("https://api.example.org/users?page=2"):json()[1].name):equal("user 2")
---  http.delete("https://api.example.org/users/7")
---  expect(fake.calls("DELETE https://api.example.org/users/{id}")[1].url):equal("https://api.example.org/users/7")
---end)
---```
---@param answers table<string, string|table|integer|fun(req: http.server_request): ...>
function fake.http(answers) end

---A call of a faked command, which has `args` and `input`, or a request that `fake.http` has answered, which has the others.
---@class fake_call
---@field args? string[]
---@field input? string standard input
---@field method? string
---@field url? string
---@field headers? table<string, string> by names in lower case
---@field body? string

---The calls so far of a faked command, or of a key of `fake.http`, oldest first.
---@param name string
---@return fake_call[]
function fake.calls(name) end

---Everything that was printed to standard output since this was asked for last, in a test.
---@return string
function output() end
