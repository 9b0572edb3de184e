import asyncio


async def nested():
    await asyncio.sleep(1)
    return 42


async def main():
    job = nested()
    print(await job)

    try:
        await job  # a coroutine runs once, too
    except RuntimeError:
        print(False, "error", sep="\t")

    # Whoever calls it has to be async, and has to say await: nested() alone does nothing.
    print(await nested())
    print(await asyncio.create_task(nested()))

    # list.sort calls plain functions only. None of them may wait.
    print(*sorted([3, 1, 2]))


asyncio.run(main())
