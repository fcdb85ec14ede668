"""The two commands on every host with nornir and netmiko. netmiko's driver for FortiOS switches
paging off in the configuration of the device, which the lab does not let it: this is its generic
one, whose terminal has a thousand rows."""

import sys

from nornir.core import Nornir
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.plugins.runners import ThreadedRunner
from nornir_netmiko.connections import Netmiko
from nornir_netmiko.tasks import netmiko_send_command

from common import COMMANDS, hosts, report


def ask(task):
    ask = lambda command: task.run(
        netmiko_send_command, command_string=command, expect_string=r"\S+ [#$] $"
    )
    answers = (ask(command) for command in COMMANDS)
    return "\n".join(answer.result for answer in answers)


ConnectionPluginRegister.register("netmiko", Netmiko)
inventory = Inventory(
    hosts=Hosts(
        {
            host.name: Host(
                name=host.name,
                hostname=host.address,
                port=host.port,
                username=host.user,
                password=host.password,
                platform="generic",
                connection_options={
                    "netmiko": ConnectionOptions(extras={"default_enter": "\r"}),
                },
            )
            for host in hosts(sys.argv[1])
        }
    ),
    groups=Groups(),
    defaults=Defaults(),
)
nornir = Nornir(inventory=inventory, runner=ThreadedRunner(num_workers=int(sys.argv[2])))
results = nornir.run(task=ask)
report(result[0].result for result in results.values() if not result.failed)
