for i = 1, 1500000 do local s = "k" .. i .. ":" .. (i + 1) end
