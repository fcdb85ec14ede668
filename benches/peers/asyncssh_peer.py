"""The two commands on every host with asyncssh: one shell each, read up to the prompt."""

import asyncio
import sys

import asyncssh

from common import COMMANDS, PROMPT, hosts, report


async def ask(host, places):
    async with places:
        async with asyncssh.connect(
            host.address,
            host.port,
            username=host.user,
            password=host.password,
            known_hosts=None,
            client_keys=None,
            config=None,
        ) as connection:
            process = await connection.create_process(term_type="vt100", term_size=(512, 32767))
            text = await until_prompt(process)
            for command in COMMANDS:
                process.stdin.write(command + "\r")
                text += await until_prompt(process)
            process.stdin.write("exit\r")
            return text


async def until_prompt(process):
    text = ""
    while not PROMPT.search(text):
        part = await process.stdout.read(65536)
        if not part:
            raise EOFError("the device closed the session")
        text += part
    return text


async def main():
    places = asyncio.Semaphore(int(sys.argv[2]))
    answers = await asyncio.gather(*(ask(host, places) for host in hosts(sys.argv[1])))
    report(answers)


asyncio.run(main())
