import asyncio
import datetime


async def display_date():
    loop = asyncio.get_running_loop()
    finish = loop.time() + 5.0
    while True:
        print(datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S"))
        if loop.time() + 1.0 >= finish:
            break
        await asyncio.sleep(1)


asyncio.run(display_date())
