for i = 1, 1500000 do local _s = "k" .. i .. ":" .. (i + 1) end
