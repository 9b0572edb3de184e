import asyncio


async def something():
    await asyncio.sleep(2)
    print("something: done")


async def waiter(task):
    try:
        await asyncio.shield(task)
        print("never printed")
    except asyncio.CancelledError:
        print("waiter: cancelled")
        raise


async def main():
    task = asyncio.create_task(something())  # keep a reference, or it may vanish
    w = asyncio.create_task(waiter(task))
    await asyncio.sleep(1)
    w.cancel()
    try:
        await w
    except asyncio.CancelledError:
        print(False, "cancelled", sep="\t")
    print("main: done")
    await task  # else it is cancelled when main returns


asyncio.run(main())
