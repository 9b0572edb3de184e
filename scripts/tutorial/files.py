import asyncio
import os
import tempfile


async def read_file(path, n):
    with open(path, "rb") as f:  # everybody else stands still meanwhile
        data = f.read(n)
    await asyncio.sleep(n)
    return len(data)


async def write_file(path, data, n):
    with open(path, "w") as f:  # here, too
        written = f.write(data)
    await asyncio.sleep(n)
    return written


async def main():
    with tempfile.TemporaryDirectory() as dir:
        spam, eggs, bar = (os.path.join(dir, name) for name in ("spam", "eggs", "bar"))
        loop = asyncio.get_running_loop()
        start = loop.time()
        print("bytes:", *await asyncio.gather(
            read_file("/dev/urandom", 2),
            read_file("/dev/random", 3),
            read_file("/dev/zero", 4),
            write_file(spam, "spamspam", 2),
            write_file(eggs, "eggseggs", 3),
            write_file(bar, "barbar", 4)), sep="\t")
        print(f"seconds: {loop.time() - start:.0f}")
        print(*(open(path).read() for path in (spam, eggs, bar)), sep="\t")


asyncio.run(main())
