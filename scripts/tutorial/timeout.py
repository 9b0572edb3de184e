import asyncio


async def very_long_function():
    try:
        await asyncio.sleep(3600)
    except BaseException:  # a cancellation is an exception: this swallows the time-out,
        raise              # if it forgets to raise it again
    print("yay!")


async def add(a, b):
    await asyncio.sleep(0.5)
    return a + b


async def main():
    try:
        await asyncio.wait_for(very_long_function(), timeout=1.0)
    except TimeoutError:
        print("timeout!")
    print(await asyncio.wait_for(add(40, 2), timeout=1.0))


asyncio.run(main())
