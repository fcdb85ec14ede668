#!/usr/bin/env python3
"""The same job with others, against the same lab, each measured as a whole process.

    python3 benches/peers/run.py [--devices 100] [--forks 50] [--latency 0] [--runs 3]

Needs `cargo build --release`, OpenSSH, and PyPI for the first run: the peers of requirements.txt are
installed into target/peers. The job: `get system status` and `diagnose fortitoken info` on every
unit, 50 tokens each, all answers read. Prints a table in Markdown: medians, and the spread.
"""

import argparse
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOOL = Path(os.environ.get("TOKENFLEET", ROOT / "target/release/tokenfleet"))
VENV = ROOT / "target/peers/venv"

PLAY = """
- hosts: all
  gather_facts: true
  tasks:
    - fortitoken_info:
  reports:
    - csv: tokens
"""

ANSIBLE_PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - raw: get system status
    - raw: diagnose fortitoken info
"""


def install():
    wanted = HERE / "requirements.txt"
    stamp = VENV / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != wanted.read_text():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        pip = [VENV / "bin/pip", "install", "--quiet", "--requirement", wanted]
        subprocess.run(pip, check=True)
        shutil.copy(wanted, stamp)


def start_lab(folder, devices, latency):
    lab = subprocess.Popen(
        [TOOL, "lab", "--uniform", "--devices", str(devices), "--latency", str(latency)]
        + ["--write-inventory", folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    lines = [lab.stdout.readline() for _ in range(devices)]
    (folder / "hosts.tsv").write_text("".join(lines))
    return lab


def peers(folder, forks):
    python = VENV / "bin/python"
    hosts = folder / "hosts.tsv"
    script = lambda name: [python, HERE / name, hosts, forks]
    (folder / "ansible.yml").write_text(ANSIBLE_PLAY)
    (folder / "play.yml").write_text(PLAY)
    askpass = folder / "askpass"
    askpass.write_text("#!/bin/sh\necho not-a-secret\n")
    askpass.chmod(0o755)
    options = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
    one = f'ssh {options} -p "$2" "auditor@$1" "$(printf \'get system status\\ndiagnose fortitoken info\')"'
    plain = (
        f"cut -f2 {shlex.quote(str(hosts))} | tr : ' ' | "
        f"xargs -P {forks} -L 1 sh -c {shlex.quote(one)} ssh | grep -c ^FTK"
    )
    ours = [TOOL, "run", "--forks", forks, "-i", folder / "hosts.yml"]
    ours += ["--known-hosts", folder / "known_hosts", "-o", folder / "reports"]
    ssh = {"SSH_ASKPASS": str(askpass), "SSH_ASKPASS_REQUIRE": "force"}
    ansible = {
        "ANSIBLE_HOST_KEY_CHECKING": "false",
        "ANSIBLE_SSH_ARGS": "",
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_PYTHON_INTERPRETER": "none",
        "PATH": f"{VENV / 'bin'}:{os.environ['PATH']}",
    }
    yield "tokenfleet, the same two commands", ours + ["--store", "none", folder / "play.yml"], {}
    yield (
        "tokenfleet, the whole audit (five commands, store, all reports)",
        ours + ["--store", folder / "runs.db", ROOT / "playbooks/fortitoken-audit.yml"],
        {},
    )
    yield "OpenSSH, one process each", ["sh", "-c", plain], ssh
    yield "asyncssh", script("asyncssh_peer.py"), {}
    yield "scrapli (asyncssh)", script("scrapli_peer.py"), {}
    yield "nornir + netmiko", script("nornir_peer.py"), {}
    yield (
        "ansible (raw)",
        [VENV / "bin/ansible-playbook", "-i", folder / "hosts.yml", "-f", forks]
        + [folder / "ansible.yml"],
        ansible,
    )


def measure(command, variables):
    """Seconds of wall and of CPU, those of its children included, peak MiB, and what it said."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **variables},
        cwd=ROOT,
    )
    said, trouble = drain(process)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - begun
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said + trouble


def drain(process):
    """All that it says, without reaping it: its costs are asked for afterwards."""
    parts = [b"", b""]

    def read(index, stream):
        parts[index] = stream.read()

    streams = enumerate([process.stdout, process.stderr])
    threads = [threading.Thread(target=read, args=each) for each in streams]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return parts[0].decode(errors="replace"), parts[1].decode(errors="replace")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--forks", type=int, default=50)
    parser.add_argument("--latency", type=int, default=0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="")
    wishes = parser.parse_args()
    install()
    folder = Path(tempfile.mkdtemp(prefix="peers-"))
    lab = start_lab(folder, wishes.devices, wishes.latency)
    try:
        print(
            f"{wishes.devices} units of 50 tokens, {wishes.forks} at a time, "
            f"{wishes.latency} ms a line, {wishes.runs} runs each\n"
        )
        print("| | CPU, ms a device | spread | wall, s | most memory of one process, MiB |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for name, command, variables in peers(folder, str(wishes.forks)):
            if wishes.only not in name:
                continue
            costs = [measure(command, variables) for _ in range(wishes.runs)]
            check(name, costs[-1][3], wishes.devices)
            cpu = [cost[1] * 1000 / wishes.devices for cost in costs]
            wall = statistics.median(cost[0] for cost in costs)
            memory = max(cost[2] for cost in costs)
            spread = f"{min(cpu):.2f} to {max(cpu):.2f}"
            print(
                f"| {name} | {statistics.median(cpu):.2f} | {spread} | {wall:.2f} | {memory:.0f} |",
                flush=True,
            )
    finally:
        lab.kill()
        lab.wait()
        shutil.rmtree(folder, ignore_errors=True)


def check(name, said, devices):
    """A peer that did not do the job is not measured."""
    tokens = str(devices * 50)
    done = {
        "tokenfleet": f"{devices} of {devices} hosts done" in said or tokens in said,
        "OpenSSH": tokens in said.split(),
        "ansible": said.count("ok=2") == devices,
    }.get(name.split(",")[0].split(" ")[0], f"{devices} {tokens}" in said)
    if not done:
        sys.exit(f"{name} did not do the job:\n{said[-2000:]}")


main()
