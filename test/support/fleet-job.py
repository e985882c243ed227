"""A job of a fleet: it works for some time on a resource that refuses old tokens, and writes down when.

fleet-job.py FACTS RESOURCE SECONDS [stubborn|careless]: FACTS gets JSON lines, by the machine's monotonic clock, which is
the same for all hosts of a test; RESOURCE holds the highest token that it has seen; a stubborn job ignores TERM, a careless
one goes on where it is refused. JOB_SECONDS in the environment counts more than SECONDS.
"""
import fcntl
import json
import os
import select
import signal
import sys
import time

facts_path, resource_path, seconds = sys.argv[1:4]
seconds = float(os.environ.get('JOB_SECONDS', seconds))
if 'stubborn' in sys.argv[4:]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
facts = os.open(facts_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
resource = os.open(resource_path, os.O_RDWR | os.O_CREAT, 0o600)
guard = os.getppid()
token = int(os.environ.get('GUARD_LEASE_TOKEN', '0'))


def write(fact, **more):
    line = {'fact': fact, 'host': os.environ['TEST_HOST'], 'run': os.environ['GUARD_RUN_ID'], 'token': token, **more}
    os.write(facts, (json.dumps(line) + '\n').encode())


def act():
    """Returns whether the resource accepts this holder: it refuses one with a lower token than it has seen."""
    fcntl.flock(resource, fcntl.LOCK_EX)
    try:
        highest = int(os.pread(resource, 32, 0) or b'0')
        if token < highest:
            write('refused', at=time.monotonic(), highest=highest)
            return False
        os.pwrite(resource, b'%d' % token, 0)
        write('acted', at=time.monotonic())
        return True
    finally:
        fcntl.flock(resource, fcntl.LOCK_UN)


write('began', at=time.monotonic(), guard=guard)
end = time.monotonic() + seconds
while time.monotonic() < end and (act() or 'careless' in sys.argv[4:]):
    # Not sleep(): libfaketime changes the time at which it ends.
    select.select([], [], [], 0.02)
write('ended', at=time.monotonic())
