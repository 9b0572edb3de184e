import asyncio


async def greet(name):
    print("greet: starts")
    await asyncio.sleep(1)
    return "hello", name


async def sleep_long():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("sleeper: cancelled")
        raise


async def fail():
    raise RuntimeError("broken")


async def main():
    greeting = asyncio.create_task(greet("Lull"))
    print("main: spawned", greeting.done(), sep="\t")
    print(*await greeting, sep="\t")
    print(greeting.done())

    sleeper = asyncio.create_task(sleep_long())
    await asyncio.sleep(1)
    print(sleeper.cancel("not needed"))
    try:
        await sleeper
    except asyncio.CancelledError:  # it, or I?
        print(False, "cancelled", sleeper.cancelled(), sep="\t")
    print(sleeper.cancel())

    try:
        await asyncio.create_task(fail())
    except RuntimeError as err:
        print(False, err, sep="\t")


asyncio.run(main())
