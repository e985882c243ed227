"""Mounts a file system that never answers, and keeps it so until this process ends: python3 silent-mount.py DIR READY"""

import ctypes
import os
import signal
import sys

libc = ctypes.CDLL(None, use_errno=True)
target, ready = sys.argv[1:]
server = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={server},rootmode=40000,user_id=0,group_id=0,allow_other"
if libc.mount(b"silent", target.encode(), b"fuse", 0, options.encode()) != 0:
    raise OSError(ctypes.get_errno(), "mount")
open(ready, "w").close()
signal.pause()
