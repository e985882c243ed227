"""Leases for Python jobs, in the journal of Guardian (`guard`). Standard library only, Python 3.8 and later.

A lease says that a job runs, and until when; `guard watchdog` takes it for the truth about the job. Copy this file
next to your scripts:

    from job_lease import acquire, release

    def main():
        acquire("signal_router", ttl_seconds=720)
        try:
            ...  # work
            release("signal_router", status="ok")
        except Exception as error:
            release("signal_router", status="error", detail=str(error))
            raise

or, with the same effect:

    with acquire("signal_router", ttl_seconds=720) as lease:
        ...  # work; lease.renew() when it takes longer than the ttl

A second copy of the job gets `LeaseHeld`. When the journal itself cannot be used (disk full, directory not allowed)
the job goes on without a lease and says so on standard error; `acquire(..., strict=True)` raises `OSError` instead.
Below `guard run`, whose lease covers the same job already, `acquire` takes none of its own.

The journal is `leases.jsonl` in GUARD_STATE_DIR, else in $XDG_STATE_HOME/guard (~/.local/state/guard). Lines are
written, read back, and carried over generations by the same rules as guard's own.
"""

import base64
import errno
import json
import os
import re
import socket
import stat
import sys
import threading
import time

__all__ = ["acquire", "renew", "release", "Lease", "LeaseHeld", "LeaseFenced"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}\Z")
_GENERATION = re.compile(r"leases\.(\d{6,})\.jsonl\Z")
_LONGEST_LINE = 65536
# Ends a line that somebody else left without its newline. With the space, what had all but that is no record: its writer
# was told of an error.
_TORN_END = b" \n"
_LONGEST_DETAIL = 2000
_CHUNK = 1024 * 1024
_POLL_SECONDS = 0.25
# How far the wall clocks of two hosts may be apart before one takes the other's lease for expired.
_ALLOWANCE_MS = 60000
_MOST_JOBS = 20000
# Each turn lost means that somebody else completed a compaction.
_MOST_TURNS = 100
_WATCHED_GENERATIONS = 16


class LeaseHeld(RuntimeError):
    """Somebody else runs the job now."""


class LeaseFenced(RuntimeError):
    """The lease was lost; somebody else may have a newer token. Stop what it protects."""


class Lease:
    """A lease that this process holds. As a context manager it releases itself."""

    def __init__(self, journal, name, ttl_ms, strict=False):
        self._journal = journal
        self.name = name
        self.ttl_ms = ttl_ms
        self._pid = os.getpid()
        self._strict = strict
        self.claim = None
        #: Fencing token: grows with each grant and is never given twice. None without a lease of its own.
        self.token = None

    def renew(self):
        """Keeps the lease for another ttl. Raises LeaseFenced."""
        self._write({"kind": "renewed"}, False)

    def release(self, status="ok", detail=None):
        """Gives the lease back; twice is no mistake. `status` is "ok" or "error". Raises LeaseFenced."""
        if status not in ("ok", "error"):
            raise ValueError('status is "ok" or "error", not %r' % (status,))
        entry = {"kind": "released", "status": status}
        if detail is not None:
            entry["detail"] = str(detail)[:_LONGEST_DETAIL]
        if self._pid != os.getpid():
            # A forked child that leaves the block of its parent: the parent works on.
            return
        key = (os.getpid(), self.name)
        if _held.get(key) is self:
            del _held[key]
        self._write(entry, True)
        self.claim = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _traceback):
        if kind is None or (kind is SystemExit and error.code in (None, 0)):
            self.release()
            return
        try:
            self.release("error", "%s: %s" % (kind.__name__, error))
        except (LeaseFenced, OSError) as failure:
            # What the work died of says more.
            _warn("the lease of %s was not released: %s" % (self.name, failure))

    def _write(self, entry, durable):
        if self.claim is None:
            return
        try:
            verdict, _ = self._journal.commit(dict(entry, job=self.name, token=self.token, claim=self.claim), durable)
        except OSError as error:
            if self._strict:
                raise
            _warn("the lease of %s was not %s: %s" % (self.name, entry["kind"], error))
            return
        if verdict != "ok":
            raise LeaseFenced("token %s does not hold the lease of %s any more" % (self.token, self.name))


# By process and name: a forked child does not hold what its parent holds.
_held = {}


def acquire(name, ttl_seconds, holder=None, wait_seconds=0, state_dir=None, strict=False):
    """Takes the lease of a job. Raises LeaseHeld when another holds it to the end of the wait (seconds)."""
    if not _NAME.match(name):
        raise ValueError("%r is no name of a job: letters, digits and . _ : @ - only" % (name,))
    if holder is not None and not isinstance(holder, str):
        raise TypeError("a holder is a text, not %r" % (holder,))
    ttl_ms = int(ttl_seconds * 1000)
    if ttl_ms <= 0:
        raise ValueError("ttl_seconds must be more than 0")
    lease = Lease(None, name, ttl_ms, strict)
    if os.environ.get("GUARD_JOB") != name or not os.environ.get("GUARD_LEASE_TOKEN"):
        try:
            lease._journal = _Journal(state_dir or _default_state_dir())
            _claim_until(lease, holder or "%s:%d" % (socket.gethostname(), os.getpid()), wait_seconds)
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
    """Gives back the lease that this process acquired. Losing it meanwhile is said, and never hides the job's own end."""
    lease = _held.get((os.getpid(), name))
    if lease is None:
        _warn("there is no lease of %s to release" % name)
        return
    try:
        lease.release(status, detail)
    except (LeaseFenced, OSError) as error:
        _warn("the lease of %s was not released: %s" % (name, error))


def _claim_until(lease, holder, wait_seconds):
    deadline = time.monotonic() + wait_seconds
    while True:
        present = _try_claim(lease, holder)
        if present is None:
            return
        rest = deadline - time.monotonic()
        if rest <= 0:
            raise LeaseHeld("the lease of %s is held by %s (token %d)" % (lease.name, present["holder"], present["token"]))
        time.sleep(min(_POLL_SECONDS, rest))


def _try_claim(lease, holder):
    """Claims once, if nothing speaks against it. Returns the lease of whoever else holds it."""
    journal = lease._journal
    present = journal.read()["byJob"].get(lease.name)
    entry = {"kind": "claimed", "job": lease.name, "holder": holder, "ttlMs": lease.ttl_ms}
    if present and "released" not in present:
        survivor = _survivor_of(present)
        if survivor == "job" or (survivor != "none" and _state_of(present, _moment()) == "held"):
            return present
        if survivor == "none":
            entry["over"] = present["claimId"]
    myself = _identify(os.getpid())
    if myself:
        entry["process"] = myself
    # The deadline counts from before the append: the process may be stopped in between.
    before = _mono_ms()
    _, record_id = journal.commit(entry, True)
    granted = journal.state["byJob"].get(lease.name)
    if granted is None or granted["claimId"] != record_id:
        return granted
    lease.claim, lease.token = granted["claimId"], granted["token"]
    if _mono_ms() - before >= lease.ttl_ms:
        lease.renew()
    return None


# --- the fold: the same lines give everybody the same state ---------------------------------------------------------


def _empty_state():
    return {"grants": 0, "byJob": {}}


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_time(value):
    """Up to the latest time that a date of ECMAScript can show, ms: 1e300 is a number too."""
    return _is_number(value) and abs(value) <= 8.64e15


def _apply(state, record):
    texts = all(isinstance(record.get(key), str) for key in ("id", "kind", "job", "boot", "host"))
    if not texts or not _is_time(record.get("at")) or not _is_time(record.get("mono")) or not _NAME.match(record["job"]):
        return "void"
    step = {"claimed": _apply_claim, "renewed": _apply_renewal, "released": _apply_release}.get(record["kind"])
    return step(state, record) if step else "void"


def _apply_claim(state, claim):
    holder, ttl_ms, job = claim.get("holder"), claim.get("ttlMs"), claim["job"]
    if not isinstance(holder, str) or not _is_time(ttl_ms) or not ttl_ms > 0:
        return "void"
    present = state["byJob"].get(job)
    if present and present["claimId"] == claim["id"]:
        return "ok"
    if present and _state_of(present, claim) == "held" and claim.get("over") != present["claimId"]:
        return "void"
    state["grants"] += 1
    lease = {"job": job, "holder": holder, "token": state["grants"], "claimId": claim["id"], "ttlMs": ttl_ms}
    lease.update(claimedAt=claim["at"], claimedMono=claim["mono"])
    lease.update(_expiry(claim, ttl_ms))
    lease.update(_processes_of(claim))
    _put(state, lease)
    if len(state["byJob"]) > _MOST_JOBS:
        oldest = next(iter(state["byJob"].values()))
        if _state_of(oldest, claim) != "held":
            del state["byJob"][oldest["job"]]
    return "ok"


def _apply_renewal(state, record):
    lease = _own_lease(state, record)
    if not lease:
        return "void"
    following = dict(lease)
    expiry = _expiry(record, lease["ttlMs"])
    if lease["boot"] == record["boot"]:
        for key in ("expiresAt", "expiresMono"):
            expiry[key] = max(lease[key], expiry[key])
    else:
        # After a reboot nothing that was known of the old processes holds.
        following.pop("process", None)
        following.pop("jobProcess", None)
        following["claimedMono"] = record["mono"]
    following.update(expiry)
    following.update(_processes_of(record))
    _put(state, following)
    return "ok"


def _apply_release(state, record):
    lease = _own_lease(state, record)
    if not lease or record.get("status") not in ("ok", "error"):
        return "void"
    released = {"at": record["at"], "status": record["status"]}
    if record["boot"] == lease["boot"]:
        released["mono"] = record["mono"]
    if isinstance(record.get("detail"), str):
        released["detail"] = record["detail"]
    _put(state, dict(lease, seenAt=record["at"], released=released))
    return "ok"


def _own_lease(state, record):
    lease = state["byJob"].get(record["job"])
    token = record.get("token")
    # True is 1 in Python, and no token.
    mine = lease and lease["claimId"] == record.get("claim") and _is_number(token) and lease["token"] == token
    return lease if mine and "released" not in lease else None


def _expiry(record, ttl_ms):
    at, mono = record["at"], record["mono"]
    clocks = {"seenAt": at, "expiresAt": at + ttl_ms, "expiresMono": mono + ttl_ms}
    return dict(clocks, boot=record["boot"], host=record["host"])


def _processes_of(record):
    parsed = {key: _parse_process(record.get(key)) for key in ("process", "jobProcess")}
    return {key: value for key, value in parsed.items() if value}


def _parse_process(value):
    if not isinstance(value, dict) or not isinstance(value.get("start"), str):
        return None
    pid = value.get("pid")
    # A pid of 1e999 is infinite in every reader, and no number of a process.
    if not _is_number(pid) or pid in (float("inf"), float("-inf")) or pid != int(pid) or pid < 1:
        return None
    process = {"pid": int(pid), "start": value["start"]}
    if isinstance(value.get("namespace"), str):
        process["namespace"] = value["namespace"]
    return process


def _put(state, lease):
    state["byJob"].pop(lease["job"], None)
    state["byJob"][lease["job"]] = lease


def _state_of(lease, now):
    if "released" in lease:
        return "released"
    if lease["boot"] == now["boot"]:
        expired = now["mono"] >= lease["expiresMono"]
    else:
        expired = lease["host"] == now["host"] or now["at"] >= lease["expiresAt"] + _ALLOWANCE_MS
    return "expired" if expired else "held"


def _leases_in(columns):
    """The leases of a snapshot that keeps them field by field, as guard does when there are many."""
    # Texts are parted once, not for each row.
    lists = _words_as_lists(columns)
    return [_cell(lists, row) for row in range(len(lists["is"]["job"]))]


def _words_as_lists(column):
    if isinstance(column, list):
        return column
    if "is" in column:
        return {"is": {name: _words_as_lists(field) for name, field in column["is"].items()}}
    return column["words"].split(" ") if "words" in column else column


def _cell(column, row):
    """What stands in a row of a column; None where there is nothing."""
    if isinstance(column, list):
        return column[row]
    if "few" in column:
        return column["few"].get(str(row), column.get("else"))
    if "is" in column:
        fields = {}
        for name, field in column["is"].items():
            # The field that another stands over comes before it.
            over = fields[field["over"]] if isinstance(field, dict) and "over" in field else None
            fields[name] = _cell(field, row) if over is None else over + _cell(field["plus"], row)
        return {name: value for name, value in fields.items() if value is not None} or None
    number = column["plus" if "plus" in column else "at"][row]
    if number is None:
        return None
    return column["from"] + number if "plus" in column else column["of"][number]


# --- who lives -------------------------------------------------------------------------------------------------------


def _mono_ms():
    return int(time.clock_gettime(time.CLOCK_MONOTONIC) * 1000)


def _boot_id():
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip()
    except OSError:
        # No Linux: the time of the boot, to ten seconds, says the same.
        return "since-%d" % round((time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)) / 10)


def _moment():
    return {"at": int(time.time() * 1000), "mono": _mono_ms(), "boot": _boot_id(), "host": socket.gethostname()}


def _namespace():
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return None


def _identify(pid):
    """A process by its number and start time, which no other ever has; None when that cannot be told here."""
    start = _start_of(pid)
    if start is None:
        return None
    namespace = _namespace()
    return dict({"pid": pid, "start": start}, **({"namespace": namespace} if namespace else {}))


def _start_of(pid):
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            text = file.read().decode("latin-1")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # proc(5): the program's name may itself hold spaces and brackets. A zombie runs no more.
    fields = text[text.rindex(")") + 2 :].split(" ")
    return None if fields[0] in "ZX" and int(fields[17]) <= 1 else fields[19]


def _survivor_of(lease):
    guard, job = (_process_state(lease.get(key), lease) for key in ("process", "jobProcess"))
    if job == "alive":
        return "job"
    if guard == "alive":
        return "guard"
    if "unknown" in (guard, job) or (guard is None and job is None):
        return "unknown"
    # Between the start of a job and the record of its process only its environment tells that it is there.
    return "job" if job is None and _is_run_alive(lease["holder"]) else "none"


def _process_state(process, lease):
    if not process:
        return None
    here = _moment()
    if lease["host"] != here["host"] or not os.path.isdir("/proc/self"):
        return "unknown"
    if lease["boot"] != here["boot"]:
        return "gone"
    if process.get("namespace") != _namespace():
        return "unknown"
    return "alive" if _start_of(process["pid"]) == process["start"] else "gone"


def _is_run_alive(holder):
    wanted = ("GUARD_RUN_ID=%s" % holder).encode()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/environ" % pid, "rb") as file:
                if wanted in file.read().split(b"\0"):
                    return True
        except OSError:
            continue
    return False


# --- the journal -----------------------------------------------------------------------------------------------------


class _Journal:
    """leases.jsonl with its generations in .gen/; no lock anywhere, the order of the lines decides."""

    def __init__(self, state_dir):
        self._fd = None
        self._dir = _open_state_dir(state_dir)
        self._lock = threading.Lock()
        self._owner = None
        self._reset()

    def __del__(self):
        self._leave()

    def _reset(self):
        self.state = _empty_state()
        self._generation = None
        self._offset = 0
        self._seal = None
        self._restored = False
        self._carried = {}

    def read(self):
        with self._lock:
            self._enter()
            return self.state

    def commit(self, entry, durable):
        """Appends a record and reads back up to it: that is the commit. Returns what the fold says, and the id."""
        with self._lock:
            record = dict({"v": 1, "id": _new_id()}, **_moment())
            record.update(entry)
            line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
            if len(line) > _LONGEST_LINE:
                raise OSError(errno.EMSGSIZE, "a record of a lease has %d bytes" % len(line))
            for _ in range(_MOST_TURNS):
                self._enter()
                self._append(line)
                if durable:
                    _sync(self._fd)
                verdict = self._catch_up(record["id"])
                if verdict and self._stands():
                    return verdict, record["id"]
            raise OSError(errno.EBUSY, "the journal changes faster than a line can be written to it", self._dir)

    def _enter(self):
        """Opens the newest generation at its end. One that is sealed gets its successor first."""
        if self._owner != os.getpid():
            # A forked child shares its parent's descriptor, not its place.
            self._leave()
            self._owner = os.getpid()
        for _ in range(_MOST_TURNS):
            if self._fd is None or self._seal or not self._has_kept():
                self._leave()
                if not self._open_newest():
                    self._adopt()
                    continue
            self._catch_up(None)
            if not self._seal:
                return
            self._publish()
        raise OSError(errno.EBUSY, "the journal changes faster than it can be opened", self._dir)

    def _leave(self):
        if self._fd is not None:
            os.close(self._fd)
        self._fd = None
        self._reset()

    def _open_newest(self):
        while True:
            generations = self._generations()
            if not generations:
                return False
            # Retention removes generations, but never the newest: when it is gone, look again.
            if self._open(max(generations)):
                return True

    def _open(self, generation):
        """Opens and folds a generation. False when there is none of this number."""
        try:
            self._fd = os.open(self._name(generation), os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        self._generation = generation
        self._catch_up(None)
        if generation > 1 and not self._restored:
            self._rebuild()
        return True

    def _rebuild(self):
        """Where a file was emptied and its snapshot is lost, the generation before still says what stood in it."""
        self._offset, self._seal, self._carried, self.state = 0, None, {}, _empty_state()
        before = _Journal(self._dir)
        before._owner = os.getpid()
        try:
            if before._open(self._generation - 1) and before._seal:
                self.state = before.state
                self._carried = dict(before._carried)
                self._carried[before._generation] = before._offset
        finally:
            before._leave()

    def _generations(self):
        try:
            names = os.listdir(os.path.join(self._dir, ".gen"))
        except FileNotFoundError:
            return []
        return [int(match.group(1)) for match in map(_GENERATION.match, names) if match]

    def _name(self, generation):
        return os.path.join(self._dir, ".gen", "leases.%06d.jsonl" % generation)

    def _stable(self):
        return os.path.join(self._dir, "leases.jsonl")

    def _fresh(self):
        return os.path.join(self._dir, ".gen", ".new-leases-%s" % _new_id())

    def _adopt(self):
        """The first generation is a second name for the file that is there, or for an empty one."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(self._stable(), flags, 0o600)
        try:
            head = os.pread(fd, _CHUNK, 0).split(b"\n")
        finally:
            os.close(fd)
        first = _parse_line(head[0]) if len(head) > 1 else None
        number = first.get("generation") if first and first.get("kind") == "snapshot" else 1
        _link(self._stable(), self._name(number if isinstance(number, int) and number > 0 else 1))
        self._sync_folders()

    def _append(self, line):
        """One write, behind a newline of its own where the last line has none."""
        size = os.fstat(self._fd).st_size
        if size > 0 and os.pread(self._fd, 1, size - 1) != b"\n":
            line = _TORN_END + line
        written = os.write(self._fd, line)
        if written < len(line):
            raise OSError(errno.ENOSPC, "the disk took %d of %d bytes of a record" % (written, len(line)), self._dir)

    def _catch_up(self, until):
        """Folds on to the end, to the seal, or to the record `until`, whose verdict is returned. Only whole lines count."""
        size = _CHUNK
        while not self._seal:
            chunk = os.pread(self._fd, size, self._offset)
            end = chunk.rfind(b"\n") + 1
            for line in chunk[:end].split(b"\n")[:-1]:
                first = self._offset == 0
                self._offset += len(line) + 1
                record = _parse_line(line)
                verdict = self._take(record, first) if record else None
                if self._seal:
                    return None
                if record and until is not None and record.get("id") == until:
                    return verdict
            if len(chunk) < size:
                return None
            size = _CHUNK if end else size * 2
        return None

    def _take(self, record, first):
        kind = record.get("kind") if _is_own(record) else None
        if kind == "snapshot":
            return self._restore(record) if first else "void"
        if kind == "seal":
            self._seal = record
            return "ok"
        if kind == "carry":
            return self._carry(record)
        return _apply(self.state, record)

    def _restore(self, record):
        if record.get("generation") != self._generation or not isinstance(record.get("carriedTo"), list):
            return "void"
        saved = record["state"]
        leases = _leases_in(saved["columns"]) if "columns" in saved else saved["leases"]
        self.state = {"grants": saved["grants"], "byJob": {lease["job"]: lease for lease in leases}}
        self._carried = {generation: to for generation, to in record["carriedTo"]}
        self._restored = True
        return "ok"

    def _carry(self, record):
        generation, start, end, lines = (record.get(key) for key in ("generation", "from", "to", "lines"))
        if not all(map(_is_number, (generation, start, end))) or not isinstance(lines, list):
            return "void"
        if self._carried.get(generation) != start or end < start:
            return "void"
        self._carried[generation] = end
        for line in lines:
            carried = _parse_line(line.encode("utf-8", "surrogatepass")) if isinstance(line, str) else None
            if carried:
                _apply(self.state, carried)
        return "ok"

    def _publish(self):
        """Finishes what a compactor began. The snapshot is a function of the lines, so it does not matter who is first."""
        carried = (list(self._carried.items()) + [(self._generation, self._offset)])[-_WATCHED_GENERATIONS:]
        state = {"grants": self.state["grants"], "leases": list(self.state["byJob"].values())}
        snapshot = {key: self._seal.get(key) for key in ("v", "at", "mono", "boot", "host")}
        snapshot.update(id="%s-snapshot" % self._seal["id"], kind="snapshot", generation=self._generation + 1)
        snapshot.update(carriedTo=carried, state=state)
        fresh = self._fresh()
        fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            rest = json.dumps(snapshot, separators=(",", ":")).encode() + b"\n"
            while rest:
                rest = rest[os.write(fd, rest) :]
            os.fsync(fd)
        finally:
            os.close(fd)
        # Never a rename: somebody may have published, and others may have appended to it already.
        _link(fresh, self._name(self._generation + 1))
        os.unlink(fresh)
        self._sync_folders()
        self._alias()

    def _alias(self):
        """Lets the stable name stand for the newest generation; a file of somebody else's there is guard's to put aside."""
        generations = self._generations()
        present = _identity(self._stable())
        wanted = _identity(self._name(max(generations)))
        if wanted is None or present == wanted:
            return
        if present is None:
            _link(self._name(max(generations)), self._stable())
        elif present in [_identity(self._name(generation)) for generation in generations]:
            fresh = self._fresh()
            _link(self._name(max(generations)), fresh)
            os.rename(fresh, self._stable())
            try:
                # A rename onto another name of the same file does nothing and leaves both.
                os.unlink(fresh)
            except FileNotFoundError:
                pass
            self._sync_folders()

    def _is_in_place(self):
        status = os.fstat(self._fd)
        return _identity(self._name(self._generation)) == (status.st_dev, status.st_ino)

    def _has_kept(self):
        """Whether the file still holds all that was read of it. Somebody may have emptied it (`>leases.jsonl`)."""
        return self._is_in_place() and os.fstat(self._fd).st_size >= self._offset

    def _stands(self):
        """Its file is in place, or was sealed behind the record and then let go; else the directory was replaced."""
        if self._is_in_place():
            return True
        self._catch_up(None)
        return self._seal is not None

    def _sync_folders(self):
        for folder in (self._dir, os.path.join(self._dir, ".gen")):
            fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)


def _parse_line(line):
    """Where garbage stands before a record, the record is what parses from the last `{"`. None for garbage alone."""
    text = line.decode("utf-8", "replace")
    record = _parse_object(text)
    at = len(text)
    for _ in range(64):
        if record is not None or at <= 0:
            break
        at = text.rfind('{"', 0, at + 1)
        if at < 0:
            break
        record = _parse_object(text[at:])
    return None if record is not None and text.endswith(" ") and _is_own(record) else record


def _is_own(record):
    """Tells a record that was stamped by the rules of the journal from one that somebody else appended."""
    return _is_number(record.get("v")) and record["v"] == 1 and isinstance(record.get("id"), str)


def _parse_object(text):
    if not text.lstrip().startswith("{"):
        return None
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None


def _refuse_constant(name):
    raise ValueError("%s is not JSON" % name)


# macOS has no fdatasync.
_sync = os.fdatasync if hasattr(os, "fdatasync") else os.fsync


def _link(path, to):
    try:
        os.link(path, to)
    except (FileExistsError, FileNotFoundError):
        # Somebody else was first.
        pass


def _identity(path):
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    return (status.st_dev, status.st_ino)


def _new_id():
    return base64.urlsafe_b64encode(os.urandom(9)).decode()


def _default_state_dir():
    given = os.environ.get("GUARD_STATE_DIR")
    if given:
        return given
    base = os.environ.get("XDG_STATE_HOME") or ""
    return os.path.join(base if os.path.isabs(base) else os.path.expanduser("~/.local/state"), "guard")


def _open_state_dir(path):
    wanted = os.path.realpath(path)
    for folder in (wanted, os.path.join(wanted, ".gen")):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        status = os.lstat(folder)
        if stat.S_ISLNK(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise PermissionError(errno.EPERM, "others may write to the state directory", folder)
    return wanted


def _warn(text):
    sys.stderr.write("job_lease: %s\n" % text)
