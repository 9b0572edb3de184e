local sqrt = math.sqrt
local function advance(bodies, n, dt)
  for i = 1, n do
    local a = bodies[i]
    local x, y, z, m = a.x, a.y, a.z, a.m
    local vx, vy, vz = a.vx, a.vy, a.vz
    for j = i + 1, n do
      local b = bodies[j]
      local dx, dy, dz = x - b.x, y - b.y, z - b.z
      local d2 = dx * dx + dy * dy + dz * dz
      local f = sqrt(d2)
      f = dt / (f * d2)
      local bm = b.m * f
      vx, vy, vz = vx - dx * bm, vy - dy * bm, vz - dz * bm
      bm = m * f
      b.vx, b.vy, b.vz = b.vx + dx * bm, b.vy + dy * bm, b.vz + dz * bm
    end
    a.vx, a.vy, a.vz = vx, vy, vz
    a.x, a.y, a.z = x + dt * vx, y + dt * vy, z + dt * vz
  end
end
local bodies = {}
for i = 1, 5 do bodies[i] = { x = i * 1.5, y = i * i * .7, z = -i * .3, vx = .1 * i, vy = .2, vz = -.1 * i, m = 1 / i } end
for i = 1, 30000 do advance(bodies, 5, 0.01) end
