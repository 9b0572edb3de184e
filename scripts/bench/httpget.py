# The yardstick of http.lua with aiohttp: python3 httpget.py URL N AT-ONCE.
import asyncio, resource, sys, time
import aiohttp

async def main(url, n, at_once):
    left = n
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
        async def work():
            nonlocal left
            while left > 0:
                left -= 1
                async with session.get(url) as r:
                    assert len(await r.read()) == 1024
        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(at_once)))
        took = time.perf_counter() - began
    u = resource.getrusage(resource.RUSAGE_SELF)
    print(f"{(u.ru_utime + u.ru_stime) / n * 1e6:.2f} us cpu {took / n * 1e6:.2f} us")

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
