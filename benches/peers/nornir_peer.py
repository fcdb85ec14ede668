"""The two commands on every host with nornir and netmiko's driver for FortiOS."""

import sys

from nornir.core import Nornir
from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.plugins.runners import ThreadedRunner
from nornir_netmiko.tasks import netmiko_send_command

from common import COMMANDS, hosts, report


def ask(task):
    answers = (task.run(netmiko_send_command, command_string=command) for command in COMMANDS)
    return "\n".join(answer.result for answer in answers)


inventory = Inventory(
    hosts=Hosts(
        {
            host.name: Host(
                name=host.name,
                hostname=host.address,
                port=host.port,
                username=host.user,
                password=host.password,
                platform="fortinet",
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
