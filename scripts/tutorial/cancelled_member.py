import asyncio


async def count(name):
    try:
        for i in range(1, 4):
            await asyncio.sleep(1)
            print(name, i, sep="\t")
    except asyncio.CancelledError:
        print(name, "cancelled", sep="\t")
        raise
    print(name, "ended", sep="\t")


async def main():
    b = asyncio.create_task(count("b"))
    asyncio.get_running_loop().call_later(1.5, b.cancel)
    others = asyncio.gather(count("a"), b, count("c"))
    try:
        await others
    except asyncio.CancelledError:
        print("gather:\tFalse\tcancelled")
    await asyncio.sleep(2)  # "a" and "c" run on, and nobody waits for them


asyncio.run(main())
