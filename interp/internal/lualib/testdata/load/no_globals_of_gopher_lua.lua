for name in pairs(_G) do
  if name:match("^_") then print(name) end
end
