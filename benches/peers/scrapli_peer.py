"""The two commands on every host with scrapli, on its transport of asyncssh. It cannot ask for a
terminal without pages, so that pages are turned here, as FortiOS wants it."""

import asyncio
import sys

from scrapli.driver.generic import AsyncGenericDriver

from common import COMMANDS, PROMPT, hosts, report

MORE = "--More-- "


async def ask(host, places):
    async with places:
        async with AsyncGenericDriver(
            host=host.address,
            port=host.port,
            auth_username=host.user,
            auth_password=host.password,
            auth_strict_key=False,
            transport="asyncssh",
            ssh_config_file=False,
            comms_return_char="\r",
            comms_prompt_pattern=r"^\S+ [#$]\s*$",
        ) as device:
            text = ""
            for command in COMMANDS:
                device.channel.write(command + "\r")
                text += await answer(device, command)
            return text


async def answer(device, command):
    text = ""
    # The prompt alone may still be the one before.
    while command not in text or not PROMPT.search(text):
        text += (await device.channel.read()).decode()
        if text.endswith(MORE):
            text = text.removesuffix(MORE)
            device.channel.write(" ")
    return text


async def main():
    places = asyncio.Semaphore(int(sys.argv[2]))
    answers = await asyncio.gather(*(ask(host, places) for host in hosts(sys.argv[1])))
    report(answers)


asyncio.run(main())
