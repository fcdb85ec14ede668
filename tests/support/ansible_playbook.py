"""Answers many calls of `ansible-playbook`, each in a fork of one process, since a start takes long.

Standard input: a JSON list of {"folder": ..., "arguments": [...]}. Standard output: a JSON list of
{"out": text, "error": text, "code": number}, in the same order.
"""

import json
import os
import sys
import tempfile

os.environ["ANSIBLE_NOCOLOR"] = "true"
# One host after another: with more, the order of the lines of a task is left to chance.
os.environ["ANSIBLE_FORKS"] = "1"
# The facts are those of this machine.
os.environ["ANSIBLE_GATHERING"] = "explicit"

import ansible.executor.playbook_executor  # noqa: E402,F401
import ansible.plugins.strategy.linear  # noqa: E402,F401
from ansible.cli.playbook import PlaybookCLI  # noqa: E402


def begin(call):
    """Starts a call, and gives its process and the files of its two streams."""
    out, error = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    process = os.fork()
    if process == 0:
        code = 250
        try:
            os.dup2(out.fileno(), 1)
            os.dup2(error.fileno(), 2)
            os.chdir(call["folder"])
            PlaybookCLI.cli_executor(["ansible-playbook", *call["arguments"]])
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return process, out, error


def end(begun):
    process, out, error = begun
    _, status = os.waitpid(process, 0)
    texts = []
    for stream in (out, error):
        stream.seek(0)
        texts.append(stream.read().decode())
    return {"out": texts[0], "error": texts[1], "code": os.waitstatus_to_exitcode(status)}


calls = json.load(sys.stdin)
answers, under_way = [], []
for call in calls:
    if len(under_way) >= (os.cpu_count() or 1):
        answers.append(end(under_way.pop(0)))
    under_way.append(begin(call))
answers.extend(end(begun) for begun in under_way)
json.dump(answers, sys.stdout)
