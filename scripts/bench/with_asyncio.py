"""The workloads beside this file, in asyncio: with_asyncio.py WORKLOAD [SIZE...]. BENCH_LOOP=uvloop picks that loop."""
import asyncio
import os
import resource
import sys
from time import perf_counter as now


def report(name, ops, seconds):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:10} {ops:8d} operations {seconds / ops * 1e6:9.3f} us each {peak:7.1f} MB")


async def switch(tasks=1000, turns=1000):
    async def work():
        for _ in range(turns):
            await asyncio.sleep(0)

    start = now()
    async with asyncio.TaskGroup() as g:
        for _ in range(tasks):
            g.create_task(work())
    report("switch", tasks * turns, now() - start)


async def spawn_join(n=100000):
    async def nothing():
        pass

    start = now()
    await asyncio.gather(*[asyncio.create_task(nothing()) for _ in range(n)])
    report("spawn_join", n, now() - start)


async def sleepers(n=100000):
    start = now()
    await asyncio.gather(*[asyncio.create_task(asyncio.sleep(1)) for _ in range(n)])
    report("sleepers", n, now() - start - 1)


async def dozers(n=100000):
    async def doze():
        await asyncio.sleep(1)

    start = now()
    await asyncio.gather(*[asyncio.create_task(doze()) for _ in range(n)])
    report("dozers", n, now() - start - 1)


async def pingpong(n=200000):
    ping, pong = asyncio.Queue(1), asyncio.Queue(1)

    async def answer():
        for _ in range(n):
            await pong.put(await ping.get() + 1)

    async def ask():
        total = 0
        for i in range(n):
            await ping.put(i)
            total += await pong.get()
        return total

    start = now()
    total, _ = await asyncio.gather(ask(), answer())
    report("pingpong", n, now() - start)
    assert total == n * (n + 1) // 2


async def pipeline(n=500000):
    jobs, results = asyncio.Queue(100), asyncio.Queue(100)

    async def produce():
        for i in range(n):
            await jobs.put(i)
        for _ in range(8):
            await jobs.put(None)

    async def work():
        while (job := await jobs.get()) is not None:
            await results.put(job * 2)

    start = now()
    total = 0
    async with asyncio.TaskGroup() as g:
        g.create_task(produce())
        for _ in range(8):
            g.create_task(work())
        for _ in range(n):
            total += await results.get()
    report("pipeline", n, now() - start)
    assert total == n * (n - 1)


async def cancel(n=100000):
    tasks = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(n)]
    await asyncio.sleep(0.05)
    start = now()
    for t in tasks:
        t.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    report("cancel", n, now() - start)
    assert all(isinstance(r, asyncio.CancelledError) for r in results)


async def timeouts(n=100000):
    async def one():
        await asyncio.sleep(0)
        return 1

    total = 0
    start = now()
    for _ in range(n):
        total += await asyncio.wait_for(one(), 10)
    report("timeouts", n, now() - start)
    assert total == n


async def readfiles(folder, n=10000):
    limit = asyncio.Semaphore(64)

    def read(path):
        with open(path, "rb", buffering=0) as f:
            return f.read()

    async def one(i):
        async with limit:
            return len(await asyncio.to_thread(read, f"{folder}/f{i:05d}"))

    start = now()
    sizes = await asyncio.gather(*[one(i) for i in range(n)])
    report("readfiles", n, now() - start)
    assert sum(sizes) == n * 4096


async def startup():
    await asyncio.sleep(0)


if os.environ.get("BENCH_LOOP") == "uvloop":
    import uvloop

    uvloop.install()
workload, *sizes = sys.argv[1:]
asyncio.run(globals()[workload](*[int(s) if s.isdigit() else s for s in sizes]))
