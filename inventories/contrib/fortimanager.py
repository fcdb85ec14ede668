#!/usr/bin/env python3
"""Inventory of the FortiGates that a FortiManager manages, for
`tokenfleet -i inventories/contrib/fortimanager.py` (and for Ansible). It only reads. Needs Python
3.9 and nothing else.

Environment:
  FORTIMANAGER_URL            https://fmg.example.net
  FORTIMANAGER_TOKEN          the key of an API user (FortiManager 7.2.2 and later); or
  FORTIMANAGER_TOKEN_FILE     a file that holds it; or a login:
  FORTIMANAGER_USER           its name, with
  FORTIMANAGER_PASSWORD       its password, or
  FORTIMANAGER_PASSWORD_FILE  a file that holds it
  FORTIMANAGER_ADOM           the administrative domain [default: root]
  FORTIMANAGER_CA_FILE        certificates to trust instead of the system's
  FORTIMANAGER_INSECURE       yes: the certificate is not checked, and the secret may go to anybody
  FORTIMANAGER_TIMEOUT        seconds for each request [default: 30]

The user needs the right to read the device manager over JSON-RPC (`rpc-permit read`), nothing else.

Hosts are named as FortiManager names the devices; a cluster is one host. `ansible_host` is the
address by which FortiManager reaches it; `serial`, `model`, `fortios_version`, `ha_mode` and
`ha_serials` are set as well. Groups are adom_X, and fmg_X for each device group; a `-`, a blank or
a dot is written as `_`.
"""

import ipaddress
import json
import os
import re
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request

PAGE = 500
MOST_BYTES = 64 << 20
FIELDS = [
    "name", "ip", "sn", "os_type", "os_ver", "mr", "patch", "platform_str", "ha_mode", "mgmt_mode",
    "flags",
]


class Trouble(Exception):
    """What is told on standard error before the end."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A secret must not follow a redirect to another host."""

    def redirect_request(self, request, stream, code, message, headers, url):
        return None


def setting(name, default=None):
    value = os.environ.get(f"FORTIMANAGER_{name}", "").strip()
    if value:
        return value
    if default is None:
        raise Trouble(f"FORTIMANAGER_{name} is not set")
    return default


def secret(name, default=None):
    path = setting(f"{name}_FILE", "")
    if not path:
        return setting(name, default)
    try:
        with open(path, encoding="utf-8") as file:
            value = file.read().strip()
    except OSError as error:
        raise Trouble(f"FORTIMANAGER_{name}_FILE cannot be read: {error.strerror}: {path}") from None
    if not value:
        raise Trouble(f"FORTIMANAGER_{name}_FILE is empty: {path}")
    return value


def base_url():
    url = setting("URL").rstrip("/")
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Trouble(f"FORTIMANAGER_URL is no URL: {url}")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise Trouble("FORTIMANAGER_URL begins with http://, which would send secrets in clear text")
    return url


def is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def opener():
    context = ssl.create_default_context()
    authorities = setting("CA_FILE", "")
    if authorities:
        try:
            context.load_verify_locations(authorities)
        except OSError as error:
            raise Trouble(f"FORTIMANAGER_CA_FILE cannot be used: {error}") from None
    if setting("INSECURE", "no").lower() in ("yes", "true", "1"):
        print("fortimanager: the certificate is not checked (FORTIMANAGER_INSECURE)", file=sys.stderr)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), NoRedirect)


def timeout():
    text = setting("TIMEOUT", "30")
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 3600:
        raise Trouble(f"FORTIMANAGER_TIMEOUT is no number of seconds from 1 to 3600: {text}")
    return seconds


class FortiManager:
    """A session over JSON-RPC. Only `get` is ever asked for, beside login and logout."""

    def __init__(self):
        self.where = base_url() + "/jsonrpc"
        self.web = opener()
        self.seconds = timeout()
        self.token = secret("TOKEN", "")
        self.session = None

    def __enter__(self):
        if not self.token:
            data = {"user": setting("USER"), "passwd": secret("PASSWORD")}
            answer = self.call("exec", {"url": "/sys/login/user", "data": data})
            self.session = answer.get("session")
            if not self.session:
                raise Trouble("the login gave no session")
        return self

    def __exit__(self, *_):
        if self.session:
            try:
                self.call("exec", {"url": "/sys/logout"})
            except Trouble as trouble:
                print(f"fortimanager: the logout failed: {trouble}", file=sys.stderr)

    def call(self, method, parameters):
        question = {"id": 1, "method": method, "params": [parameters], "verbose": 1}
        if self.session:
            question["session"] = self.session
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.where, json.dumps(question).encode(), headers)
        what = f"{self.where} {parameters['url']}"
        try:
            with self.web.open(request, timeout=self.seconds) as stream:
                body = stream.read(MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            hint = "see FortiManager's log"
            if error.code in (401, 403):
                hint = "the secret is not accepted, or may not use JSON-RPC"
            if 300 <= error.code < 400:
                hint = "a redirect is not followed: correct FORTIMANAGER_URL"
            raise Trouble(f"{what} answered {error.code}: {hint}") from None
        except urllib.error.URLError as error:
            raise Trouble(f"{what} cannot be reached: {error.reason}") from None
        except TimeoutError:
            raise Trouble(f"{what} did not answer within {self.seconds:g} seconds") from None
        except OSError as error:
            raise Trouble(f"{what} cannot be reached: {error}") from None
        if len(body) > MOST_BYTES:
            raise Trouble(f"{what} answered with more than {MOST_BYTES >> 20} MiB")
        try:
            answer = json.loads(body)
            status = answer["result"][0]["status"]
            code, message = status["code"], status["message"]
        except (ValueError, KeyError, IndexError, TypeError):
            raise Trouble(f"{what} did not answer as FortiManager does") from None
        if code != 0:
            raise Trouble(f"{what} answered {code}: {message}")
        return answer

    def all(self, url, **more):
        """Every row of a table, page by page."""
        rows = []
        while True:
            parameters = {"url": url, "range": [len(rows), PAGE], **more}
            page = self.call("get", parameters)["result"][0].get("data") or []
            rows.extend(page)
            if len(page) < PAGE:
                return rows


def group_name(kind, name):
    return f"{kind}_" + re.sub(r"[^0-9A-Za-z_]", "_", name)


def is_unmanaged(device):
    """Why a row is no FortiGate that can be audited; None for one that can."""
    if device.get("os_type", "fos") not in ("fos", 0):
        return "is no FortiGate"
    if device.get("mgmt_mode") in ("unreg", 0):
        return "is not authorised"
    flags = device.get("flags") or []
    if "is_model" in (flags if isinstance(flags, list) else [flags]):
        return "is a model device that has not been seen yet"
    return None


def unsafe(value):
    """What others typed into FortiManager is no template."""
    if isinstance(value, list):
        return [unsafe(item) for item in value]
    return {"__ansible_unsafe": value} if isinstance(value, str) else value


def variables_of(device):
    variables = {}
    if device.get("ip") and device["ip"] != "0.0.0.0":
        variables["ansible_host"] = device["ip"]
    version = [device.get("os_ver"), device.get("mr"), device.get("patch")]
    if version[0] not in (None, "unknown"):
        parts = [str(version[0]).split(".")[0], *version[1:]]
        variables["fortios_version"] = ".".join(str(p) for p in parts if p not in (None, -1))
    serials = [unit["sn"] for unit in device.get("ha_slave") or [] if unit.get("sn")]
    for name, value in (
        ("serial", device.get("sn")),
        ("model", device.get("platform_str")),
        ("ha_mode", device.get("ha_mode")),
        ("ha_serials", serials),
    ):
        if value not in (None, "", []):
            variables[name] = unsafe(value)
    return variables


def inventory():
    adom = setting("ADOM", "root")
    table = f"/dvmdb/adom/{urllib.parse.quote(adom, safe='')}"
    with FortiManager() as manager:
        devices = manager.all(f"{table}/device", fields=FIELDS, loadsub=1)
        device_groups = manager.all(f"{table}/group", option=["object member"])
    hosts, groups = {}, {group_name("adom", adom): {"hosts": []}}
    for device in devices:
        name = device.get("name")
        reason = is_unmanaged(device) if name else "has no name"
        if reason:
            print(f"fortimanager: {name or device.get('sn')} {reason}, and is left out", file=sys.stderr)
            continue
        if name in hosts:
            raise Trouble(f"FortiManager told of {name} twice: it changed, run again")
        hosts[name] = variables_of(device)
        if "ansible_host" not in hosts[name]:
            print(f"fortimanager: {name} has no address, its name is used", file=sys.stderr)
        groups[group_name("adom", adom)]["hosts"].append(name)
    for group in device_groups:
        members = [member.get("name") for member in group.get("object member") or []]
        # A device is named once for each of its VDOMs.
        members = [name for name in dict.fromkeys(members) if name in hosts]
        if members:
            groups[group_name("fmg", group["name"])] = {"hosts": members}
    if not hosts:
        raise Trouble(f"the administrative domain {adom} holds no FortiGate")
    return {**groups, "_meta": {"hostvars": hosts}}


def main():
    if sys.argv[1:] == ["--list"]:
        print(json.dumps(inventory(), indent=1))
    elif len(sys.argv) == 3 and sys.argv[1] == "--host":
        # All variables are in the answer to --list.
        print("{}")
    else:
        print(__doc__, file=sys.stderr)
        raise Trouble("call it with --list, or let -i do so")


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        print(f"fortimanager: {trouble}", file=sys.stderr)
        sys.exit(1)
