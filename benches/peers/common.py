"""What all peers share: the commands, the hosts, and how they say what they have read."""

import re
from collections import namedtuple

COMMANDS = ["get system status", "diagnose fortitoken info"]

PROMPT = re.compile(r"(?:^|\n)\S+ [#$] $")

Host = namedtuple("Host", "name address port user password")


def hosts(path):
    """The lines that `tokenfleet lab` prints."""
    with open(path) as lines:
        for line in lines:
            name, place, user, password = line.rstrip("\n").split("\t")
            address, port = place.rsplit(":", 1)
            yield Host(name, address, int(port), user, password)


def report(answers):
    """The number of answers, and of tokens in them: all peers must say the same."""
    answers = list(answers)
    tokens = sum(len(re.findall(r"^[ \r]*FTK\w+\s", text, re.MULTILINE)) for text in answers)
    print(len(answers), tokens)
