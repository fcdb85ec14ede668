"""The two commands on every host with scrapli, on its transport of asyncssh."""

import asyncio
import sys

from scrapli.driver.generic import AsyncGenericDriver

from common import COMMANDS, hosts, report


async def ask(host, places):
    async with places:
        async with AsyncGenericDriver(
            host=host.address,
            port=host.port,
            auth_username=host.user,
            auth_password=host.password,
            auth_strict_key=False,
            transport="asyncssh",
            comms_prompt_pattern=r"^\S+ [#$] $",
            ssh_config_file=False,
        ) as device:
            answers = await device.send_commands(COMMANDS)
            return answers.result


async def main():
    places = asyncio.Semaphore(int(sys.argv[2]))
    answers = await asyncio.gather(*(ask(host, places) for host in hosts(sys.argv[1])))
    report(answers)


asyncio.run(main())
