"""Answers many calls of `ansible-inventory` in one process, since a start takes half a second.

Standard input: a JSON list of {"folder": ..., "arguments": [...]}. Standard output: a JSON list of
{"out": text} or {"error": text}, in the same order.
"""

import json
import os
import sys

os.environ["ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED"] = "true"
os.environ["ANSIBLE_LOCALHOST_WARNING"] = "false"
os.environ["ANSIBLE_NOCOLOR"] = "true"

from ansible.cli.inventory import InventoryCLI  # noqa: E402
from ansible.utils import display as display_module  # noqa: E402
from ansible.utils.context_objects import GlobalCLIArgs  # noqa: E402
from ansible import context  # noqa: E402
from ansible.utils.vars import load_extra_vars  # noqa: E402
from ansible.parsing.vault import VaultSecretsContext  # noqa: E402

printed = []
display_module.Display().display = lambda text, *rest, **more: (
    None if more.get("stderr") else printed.append(text)
)


def forget():
    """Clears what is kept between calls, by paths that are relative to the folder."""
    GlobalCLIArgs._Singleton__instance = None
    context.CLIARGS = context.CLIArgs({})
    VaultSecretsContext._current = None
    load_extra_vars.extra_vars = None
    for module in list(sys.modules.values()):
        for name in ("CANONICAL_PATHS", "FOUND", "NAK"):
            if hasattr(module, name):
                getattr(module, name).clear()


def answer(folder, arguments):
    os.chdir(folder)
    printed.clear()
    forget()
    try:
        command = InventoryCLI(["ansible-inventory", *arguments])
        command.parse()
        command.run()
    except SystemExit as end:
        if end.code:
            return {"error": f"exit {end.code}"}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {"out": "\n".join(printed)}


calls = json.load(sys.stdin)
json.dump([answer(call["folder"], call["arguments"]) for call in calls], sys.stdout)
