"""Leases for Python jobs, by calls of Guardian's `guard lease`. Standard library only, Python 3.8 and later.

A lease says that a job runs, and until when; `guard watchdog` relies on it. Copy this file next to your jobs:

    from job_lease import acquire, release

    with acquire("signal_router", ttl_seconds=720) as lease:
        ...  # work; lease.renew() if it takes longer than the ttl, lease.check() before steps that must not happen twice

or, without a block, `acquire("signal_router", 720)` and at the end `release("signal_router", "error", "no data")`.
With `renew_in_background=True` a thread renews it every third of its ttl; then even a hung job keeps it.

A second copy of the job gets `LeaseHeld`. If guard or its journal cannot be used, the job goes on without a lease and
warns on standard error; with `strict=True`, `OSError` is raised instead. Below `guard run`, which already holds a lease
for the job, none is acquired. guard is the argument `guard` (path or list), or GUARD_BIN, or `guard` on PATH.
"""

import functools
import json
import os
import subprocess
import sys
import threading
import time

__all__ = ["acquire", "renew", "release", "Lease", "LeaseHeld", "LeaseFenced"]

_CALL_SECONDS = 30
_CANNOT_START = "guard cannot be started (%s): install it, put it on PATH, or set GUARD_BIN=/path/to/guard"


class LeaseHeld(RuntimeError):
    """Another process holds the lease of the job."""


class LeaseFenced(RuntimeError):
    """The lease was lost, and another process may hold it. Stop the work that it protects."""


class Lease:
    """The lease of a job. As a context manager it releases itself."""

    def __init__(self, name, ttl_ms, guard, strict):
        self.name, self.ttl_ms = name, ttl_ms
        #: Fencing token, and the end of the lease, ISO 8601 in UTC. None without a lease of its own.
        self.token = self.expires_at = None
        self._guard, self._strict, self._pid = guard, strict, os.getpid()
        self._state, self._fenced, self._ended = "without a lease", None, threading.Event()

    def __repr__(self):
        if self.token is None:
            return "%s: %s" % (self.name, self._state)
        until = " until %s" % self.expires_at if self._state == "held" else ""
        return "lease of %s: token %d, %s%s" % (self.name, self.token, self._state, until)

    def renew(self):
        """Keeps the lease for another ttl. Raises LeaseFenced."""
        self._use("renew", "renewed")

    def check(self):
        """Raises LeaseFenced unless this process still holds the lease."""
        self._use("check", "checked")

    def release(self, status="ok", detail=None):
        """Releases the lease; a second call does nothing. `status` is "ok" or "error". Raises LeaseFenced."""
        if status not in ("ok", "error"):
            raise ValueError('status must be "ok" or "error", not %r' % (status,))
        if self._pid != os.getpid():  # A forked child must not release the lease of its parent.
            return
        if _held.get((self._pid, self.name)) is self:
            del _held[(self._pid, self.name)]
        self._ended.set()
        text = [] if detail is None else ["--detail=" + str(detail)[:2000].replace("\0", " ")]
        self._use("release", "released", "--status=" + status, *text)
        self._state = "released" if self._state == "held" else self._state

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _traceback):
        if kind is None or (kind is SystemExit and error.code in (None, 0)):
            self.release()
        else:
            _release_or_warn(self, "error", "%s: %s" % (kind.__name__, error))

    def _use(self, verb, done, *flags):
        if self._state != "held":
            return
        if self._fenced:
            raise LeaseFenced(self._fenced)
        try:
            self._call(verb, "--token=%d" % self.token, *flags)
        except OSError as error:
            if self._strict:
                raise
            _warn("the lease of %s was not %s: %s" % (self.name, done, error))

    def _call(self, verb, *flags, seconds=_CALL_SECONDS):
        answer = self._guard(["lease", verb, "--json", *flags, "--", self.name], seconds)
        self.token, self.expires_at = answer["token"], answer["expiresAt"]

    def _renew_until_ended(self):
        third, renewed = self.ttl_ms / 3000, time.monotonic()
        while not self._ended.wait(third):
            started = time.monotonic()
            try:
                self._call("renew", "--token=%d" % self.token, seconds=min(_CALL_SECONDS, max(1, third)))
                renewed = started
            except LeaseFenced as error:
                # A renewal that overlaps the release by this process is refused as well.
                if not self._ended.is_set():
                    self._fenced = str(error)
                    _warn(self._fenced)
                return
            except OSError as error:
                if time.monotonic() - renewed >= 2 * third:
                    return _warn("gave up renewing the lease of %s: %s" % (self.name, error))


# By process and name, because a forked child does not hold the leases of its parent.
_held = {}


def acquire(
    name, ttl_seconds, holder=None, wait_seconds=0, state_dir=None, strict=False, guard=None, renew_in_background=False
):
    """Acquires the lease of a job. Raises LeaseHeld if another process still holds it after `wait_seconds`."""
    if holder is not None and not isinstance(holder, str):
        raise TypeError("holder must be a str, not %r" % (holder,))
    ttl_ms = int(ttl_seconds * 1000)
    program = guard or os.environ.get("GUARD_BIN") or "guard"
    program = [os.fspath(program)] if isinstance(program, (str, os.PathLike)) else list(program)
    place = {} if state_dir is None else {"GUARD_STATE_DIR": os.fspath(state_dir)}
    lease = Lease(name, ttl_ms, functools.partial(_call_guard, program, place), strict)
    if os.environ.get("GUARD_JOB") == name and os.environ.get("GUARD_LEASE_TOKEN"):
        lease._state = "under the lease of guard run"
    else:
        wait = max(0, min(wait_seconds, 1e8))
        flags = ["--ttl=%dms" % ttl_ms, "--wait=%dms" % (wait * 1000), "--pid=%d" % os.getpid()]
        try:
            lease._call("acquire", *flags, *(["--holder=" + holder] if holder else []), seconds=_CALL_SECONDS + wait)
            lease._state = "held"
            if renew_in_background:
                threading.Thread(target=lease._renew_until_ended, daemon=True).start()
        except OSError as error:
            if strict:
                raise
            _warn("%s runs without a lease: %s" % (name, error))
    _held[(os.getpid(), name)] = lease
    return lease


def renew(name):
    """Keeps the lease that this process acquired for another ttl. Raises LeaseFenced, KeyError."""
    _held[(os.getpid(), name)].renew()


def release(name, status="ok", detail=None):
    """Releases the lease that this process acquired. A lost lease causes only a warning."""
    lease = _held.get((os.getpid(), name))
    if lease is None:
        _warn("there is no lease of %s to release" % name)
    else:
        _release_or_warn(lease, status, detail)


def _release_or_warn(lease, status, detail):
    """A failed release must not hide the error of the job."""
    try:
        lease.release(status, detail)
    except (LeaseFenced, OSError) as error:
        _warn("the lease of %s was not released: %s" % (lease.name, error))


def _call_guard(program, place, arguments, seconds):
    """Returns the answer of guard. Raises LeaseHeld, LeaseFenced, ValueError, OSError."""
    # Encoded here, because a lone surrogate or LC_ALL=C must not make a release fail.
    command = program + [argument.encode("utf-8", "replace") for argument in arguments]
    call, pipe, env = " ".join(["guard"] + arguments[:2]), subprocess.PIPE, {**os.environ, **place}
    try:
        ended = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise TimeoutError("%s gave no answer within %g s" % (call, seconds)) from None
    except OSError as error:
        raise OSError(error.errno, _CANNOT_START % error.strerror, program[0]) from None
    code, said = ended.returncode, ended.stderr.decode("utf-8", "replace")
    try:
        answer = json.loads(ended.stdout.decode("utf-8"))
        if code == 0 and "token" in answer:
            sys.stderr.write(said)
            return answer
        message, hints = answer["error"]["message"], answer["error"]["hints"]
    except (ValueError, TypeError, KeyError):
        raise OSError("%s ended with %d: %s" % (call, code, said.strip() or "no answer")) from None
    error = {64: ValueError, 75: LeaseHeld, 77: LeaseFenced}.get(code)
    raise error(message) if error else OSError("; ".join([message] + hints))


def _warn(text):
    sys.stderr.write("job_lease: %s\n" % text)
