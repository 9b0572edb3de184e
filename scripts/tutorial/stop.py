import asyncio


async def answer():
    try:
        await asyncio.sleep(2)
        print(42)
    except asyncio.CancelledError:
        print("answer: cancelled")
        raise


def stop(loop):
    print("stop")
    loop.stop()  # the loop ends; "answer" is left as it is
    print("main: last words")


loop = asyncio.new_event_loop()
task = loop.create_task(answer())
loop.call_later(1, stop, loop)
loop.run_forever()
task.cancel()  # or: "Task was destroyed but it is pending!"
loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
loop.close()
