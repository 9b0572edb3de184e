-- How many points of a grid stay in the Mandelbrot set: floats in locals.
local size, most, inside = 400, 50, 0
for row = 0, size - 1 do
  local ci = 2 * row / size - 1
  for column = 0, size - 1 do
    local cr, zr, zi, left = 3 * column / size - 2, 0, 0, most
    while left > 0 and zr * zr + zi * zi <= 4 do
      zr, zi = zr * zr - zi * zi + cr, 2 * zr * zi + ci
      left = left - 1
    end
    if left == 0 then inside = inside + 1 end
  end
end
assert(inside == 42461, inside)
