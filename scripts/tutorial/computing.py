import asyncio


async def busy():
    while True:
        pass


async def main():
    try:
        await asyncio.wait_for(busy(), timeout=0.2)
    except TimeoutError:
        print("timeout")  # never printed: nothing else runs any more


asyncio.run(main())
