"""The workloads of processes.lua with asyncio: processes_with_python.py WORKLOAD SIZE."""
import asyncio
import sys


async def processes(n):
    slots = asyncio.Semaphore(8)

    async def one():
        async with slots:
            p = await asyncio.create_subprocess_exec("true", stdin=asyncio.subprocess.DEVNULL)
            if await p.wait():
                raise RuntimeError("it failed")

    await asyncio.gather(*(one() for _ in range(n)))


async def capture(size):
    p = await asyncio.create_subprocess_exec("head", "-c", str(size), "/dev/zero", stdout=asyncio.subprocess.PIPE)
    out, _ = await p.communicate()
    if len(out) != size:
        raise RuntimeError("some is missing")


asyncio.run({"processes": processes, "capture": capture}[sys.argv[1]](int(sys.argv[2])))
