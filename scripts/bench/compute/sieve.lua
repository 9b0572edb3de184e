for r = 1, 6 do
  local prime = {}
  for i = 1, 300000 do prime[i] = true end
  for i = 2, 547 do
    if prime[i] then
      for j = i * i, 300000, i do prime[j] = false end
    end
  end
end
