#!/usr/bin/env python3
"""Inventory of the FortiGates that NetBox knows, for `tokenfleet -i inventories/contrib/netbox.py`
(and for Ansible). Needs Python 3.9 and nothing else.

Environment:
  NETBOX_URL         https://netbox.example.net
  NETBOX_TOKEN       an API token that may read devices; or
  NETBOX_TOKEN_FILE  a file that holds it
  NETBOX_FILTER      which devices, as a query of /api/dcim/devices/
                     [default: manufacturer=fortinet&status=active]
  NETBOX_CA_FILE     certificates to trust instead of the system's
  NETBOX_INSECURE    yes: the certificate is not checked, and the token may go to anybody
  NETBOX_TIMEOUT     seconds for each request [default: 30]

Hosts are named as the devices are. `ansible_host` is the primary address; `serial`, `model`,
`site` and `netbox_id` are set as well. Groups are site_X, role_X, tenant_X, platform_X and tag_X
with the slugs of NetBox, a `-` written as `_`.
"""

import ipaddress
import json
import os
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request

PAGE = 200
MOST_BYTES = 64 << 20


class Trouble(Exception):
    """What is told on standard error before the end."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token must not follow a redirect to another host."""

    def redirect_request(self, request, stream, code, message, headers, url):
        return None


def setting(name, default=None):
    value = os.environ.get(f"NETBOX_{name}", "").strip()
    if value:
        return value
    if default is None:
        raise Trouble(f"NETBOX_{name} is not set")
    return default


def secret(name):
    path = setting(f"{name}_FILE", "")
    if not path:
        return setting(name)
    try:
        with open(path, encoding="utf-8") as file:
            value = file.read().strip()
    except OSError as error:
        raise Trouble(f"NETBOX_{name}_FILE cannot be read: {error.strerror}: {path}") from None
    if not value:
        raise Trouble(f"NETBOX_{name}_FILE is empty: {path}")
    return value


def base_url():
    url = setting("URL").rstrip("/")
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Trouble(f"NETBOX_URL is no URL: {url}")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise Trouble("NETBOX_URL begins with http://, which would send the token in clear text")
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
            raise Trouble(f"NETBOX_CA_FILE cannot be used: {error}") from None
    if setting("INSECURE", "no").lower() in ("yes", "true", "1"):
        print("netbox: the certificate is not checked (NETBOX_INSECURE)", file=sys.stderr)
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
        raise Trouble(f"NETBOX_TIMEOUT is no number of seconds from 1 to 3600: {text}")
    return seconds


def get(web, url, token, seconds):
    # Tokens of NetBox 4.5 say of themselves that they are of the second kind.
    scheme = "Bearer" if token.startswith("nbt_") else "Token"
    headers = {"Authorization": f"{scheme} {token}", "Accept": "application/json"}
    where = url.split("?")[0]
    try:
        with web.open(urllib.request.Request(url, headers=headers), timeout=seconds) as answer:
            body = answer.read(MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        hint = {
            401: "the token is not accepted",
            403: "the token may not read devices, or is not known",
            404: "there is no NetBox at this URL",
        }.get(error.code, "see NetBox's log")
        if 300 <= error.code < 400:
            hint = "a redirect is not followed: correct NETBOX_URL"
        raise Trouble(f"{where} answered {error.code}: {hint}") from None
    except urllib.error.URLError as error:
        raise Trouble(f"{where} cannot be reached: {error.reason}") from None
    except TimeoutError:
        raise Trouble(f"{where} did not answer within {seconds:g} seconds") from None
    except OSError as error:
        raise Trouble(f"{where} cannot be reached: {error}") from None
    if len(body) > MOST_BYTES:
        raise Trouble(f"{where} answered with more than {MOST_BYTES >> 20} MiB")
    try:
        return json.loads(body)
    except ValueError:
        raise Trouble(f"{where} did not answer with JSON") from None


def devices():
    url, token, web, seconds = base_url(), secret("TOKEN"), opener(), timeout()
    query = setting("FILTER", "manufacturer=fortinet&status=active")
    found = {}
    offset = 0
    while True:
        page = f"{url}/api/dcim/devices/?{query}&limit={PAGE}&offset={offset}&ordering=id"
        answer = get(web, page, token, seconds)
        try:
            count, results = int(answer["count"]), list(answer["results"])
        except (KeyError, TypeError, ValueError):
            raise Trouble(f"{url} answered with something else than a list of devices") from None
        for device in results:
            found[device["id"]] = device
        offset += len(results)
        if offset >= count or not results:
            break
    if len(found) != count:
        raise Trouble(f"NetBox told of {count} devices and gave {len(found)}: it changed, run again")
    return list(found.values())


def slug(device, field):
    return ((device.get(field) or {}).get("slug") or "").replace("-", "_")


def groups_of(device):
    # NetBox calls it `role` since 3.6.
    names = [
        ("site", slug(device, "site")),
        ("role", slug(device, "role") or slug(device, "device_role")),
        ("tenant", slug(device, "tenant")),
        ("platform", slug(device, "platform")),
    ]
    names += [("tag", tag["slug"].replace("-", "_")) for tag in device.get("tags") or []]
    return [f"{kind}_{name}" for kind, name in names if name]


def variables_of(device):
    variables = {"netbox_id": device["id"]}
    address = (device.get("primary_ip") or {}).get("address")
    if address:
        variables["ansible_host"] = address.split("/")[0]
    kind = device.get("device_type") or {}
    for name, value in (
        ("serial", device.get("serial")),
        ("model", kind.get("model")),
        ("site", (device.get("site") or {}).get("name")),
    ):
        if value:
            # What others typed into NetBox is no template.
            variables[name] = {"__ansible_unsafe": value}
    return variables


def inventory():
    groups, hosts = {}, {}
    for device in devices():
        name = device.get("name")
        if not name:
            raise Trouble(f"the device {device['id']} has no name: give it one in NetBox")
        if name in hosts:
            raise Trouble(f"two devices are called {name}: add a filter, or rename one of them")
        hosts[name] = variables_of(device)
        if "ansible_host" not in hosts[name]:
            print(f"netbox: {name} has no primary address, its name is used", file=sys.stderr)
        for group in groups_of(device) or ["ungrouped"]:
            groups.setdefault(group, {"hosts": []})["hosts"].append(name)
    if not hosts:
        raise Trouble("no device matches NETBOX_FILTER")
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
        print(f"netbox: {trouble}", file=sys.stderr)
        sys.exit(1)
