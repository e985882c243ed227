#!/usr/bin/env python3
"""A small daemon that answers on a Unix socket and writes a data file every second."""
import json
import os
import signal
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOCKET = os.path.join(HERE, "run", "uw_flow.sock")
DATA = os.path.join(HERE, "data", "flow.json")


def write_data():
    temporary = DATA + ".new"
    with open(temporary, "w") as file:
        json.dump({"at": time.time(), "pid": os.getpid()}, file)
    os.replace(temporary, DATA)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    for path in (SOCKET, DATA):
        os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.exists(SOCKET):
        os.unlink(SOCKET)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(SOCKET)
        server.listen()
        server.settimeout(1)
        while True:
            write_data()
            try:
                client, _ = server.accept()
            except socket.timeout:
                continue
            with client:
                client.sendall(b"ok\n")


if __name__ == "__main__":
    main()
