"""Prints what a process has inherited, as JSON: what a wrapper could have changed."""

import json
import os
import resource

LIMITS = [name for name in dir(resource) if name.startswith("RLIMIT_")]


def text_of(name):
    try:
        with open("/proc/self/" + name) as file:
            return file.read().strip()
    except OSError as error:
        return str(error.errno)


def status():
    fields = dict(line.split(":", 1) for line in text_of("status").splitlines())
    names = ["SigBlk", "SigIgn", "NoNewPrivs", "Seccomp", "CapInh", "CapEff", "CapBnd", "CapAmb", "Umask", "Cpus_allowed"]
    return {name: fields[name].strip() for name in names}


def descriptors():
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink("/proc/self/fd/" + name)
        except OSError:
            continue
        if name not in ("1", "2") and not target.startswith("/proc/"):
            found[name] = target
    return found


def environment():
    return {
        name.decode("latin1"): value.decode("latin1")
        for name, value in os.environb.items()
        if not name.startswith(b"GUARD_") and name != b"_"
    }


print(
    json.dumps(
        {
            "status": status(),
            "limits": {name: resource.getrlimit(getattr(resource, name)) for name in LIMITS},
            "nice": os.nice(0),
            "scheduler": os.sched_getscheduler(0),
            "files": {name: text_of(name) for name in ["oom_score_adj", "coredump_filter", "personality", "cgroup"]},
            "descriptors": descriptors(),
            "directory": os.getcwdb().decode("latin1"),
            "environment": environment(),
            "arguments": [os.fsencode(word).decode("latin1") for word in __import__("sys").argv[1:]],
            "is pipe": [os.path.exists("/proc/self/fd/%d" % fd) for fd in (1, 2)],
        },
        indent=0,
        sort_keys=True,
    )
)
