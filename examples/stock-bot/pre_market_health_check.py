#!/usr/bin/env python3
"""Checks the daemon before the market opens. Exit code 0: healthy, 1: degraded, 2: unhealthy."""
import json
import os
import socket
import sys
import time

from uw_flow_daemon import DATA, SOCKET


def ask_daemon():
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        client.connect(SOCKET)
        return client.recv(16).strip() == b"ok"


def data_age():
    with open(DATA) as file:
        return time.time() - json.load(file)["at"]


def main():
    try:
        alive = ask_daemon()
    except OSError as error:
        print(f"UW flow: connection_error: {error}", file=sys.stderr)
        return 2
    if not alive:
        print("UW flow: socket answered nothing: UW check fail")
        return 2
    age = data_age()
    if age > 10:
        print(f"UW flow: data is {age:.0f} s old")
        return 1
    lock = os.path.join(os.path.dirname(DATA), "..", "state", "metadata.lock")
    print(f"UW flow: ok, data is {age:.1f} s old, metadata {'locked' if os.path.exists(lock) else 'free'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
