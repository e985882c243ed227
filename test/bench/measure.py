"""Runs commands one after the other and measures each. In Python, because Node cannot read the CPU time of a child.

Input: {"commands": [{"argv", "env", "cwd"}]} as JSON. Output: [{"cpuMs", "wallMs", "rssMiB", "status"}].
"""

import json
import os
import sys
import time


def measure(command):
    begun = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        try:
            null = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(null, stream)
            os.chdir(command["cwd"])
            os.execvpe(command["argv"][0], command["argv"], command["env"])
        finally:
            os._exit(127)
    _, status, usage = os.wait4(pid, 0)
    return {
        "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000,
        "wallMs": (time.perf_counter() - begun) * 1000,
        "rssMiB": usage.ru_maxrss / 1024,
        "status": os.waitstatus_to_exitcode(status),
    }


json.dump([measure(command) for command in json.load(sys.stdin)["commands"]], sys.stdout)
