-- Asks for a URL so many times, so many at once, and prints the processor's time and the clock's for each; see http.lua.
local url, n, at_once = ...
local left = tonumber(n)
local began = now()
group(function(g)
  for _ = 1, tonumber(at_once) do
    g:spawn(function()
      while left > 0 do
        left = left - 1
        assert(#http.get(url).body == 1024)
      end
    end)
  end
end)
print(("%.2f us cpu %.2f us"):format(os.clock() / n * 1e6, (now() - began) / n * 1e6))
