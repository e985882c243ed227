/** The process that a lock file names as its owner, as far as its text says. */
export interface LockOwner {
  readonly pid: number
  readonly host?: string
  /** Boot id under which the pid was given. */
  readonly boot?: string
}

/** Linux gives no larger number (PID_MAX_LIMIT); what is larger is a time or a port number, not a process. */
const largestPid = 4_194_304

type Reader = (text: string) => LockOwner | undefined

/**
 * Finds the owner in a lock file's text: a pid alone (pid files, UUCP, Chrome), first of several lines (PostgreSQL),
 * `pid host` (filelock, zc.lockfile), `pid=…` among other keys, or JSON with a pid (restic).
 *
 * @returns undefined if it names no process
 */
export function ownerInText(text: string): LockOwner | undefined {
  return firstOf([ownerInJson, pidAndHost, pidOnFirstLine, pidAmongKeys], text.trim())
}

/** Finds the owner in a lock made as a symbolic link to nowhere: Firefox, Emacs, Mercurial, Chromium. */
export function ownerInLink(target: string): LockOwner | undefined {
  return firstOf([linkOfEmacs, linkWithColon, linkOfChromium, pidAndHost, pidOnFirstLine], target)
}

function firstOf(readers: readonly Reader[], text: string): LockOwner | undefined {
  for (const read of readers) {
    const owner = read(text)
    if (owner) return owner
  }
  return undefined
}

function ownerInJson(text: string): LockOwner | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return ownerInObject(JSON.parse(text) as Readonly<Record<string, unknown>>)
  } catch {
    // A half-written file may still contain `"pid": 7`.
    return undefined
  }
}

/** Finds the owner in an object that has a pid, or in its `owner`, `holder`, `process` or `lock`. */
export function ownerInObject(object: Readonly<Record<string, unknown>>): LockOwner | undefined {
  const field = (names: readonly string[]) =>
    Object.entries(object).find(([key]) => names.includes(key.toLowerCase().replaceAll(/[_-]/g, '')))?.[1]
  const own = ownerOf(field(['pid', 'processid']), field(['host', 'hostname', 'node']), field(['boot', 'bootid']))
  if (own) return own
  const inner = field(['owner', 'holder', 'process', 'lock'])
  return typeof inner === 'object' && inner !== null ? ownerInObject(inner as typeof object) : undefined
}

const pidAndHost: Reader = (text) => {
  const match = /^(\d+)(?:[ \t;,@]+|\r?\n)([A-Za-z0-9][A-Za-z0-9._-]*)$/.exec(text)
  return match ? ownerOf(match[1], match[2]) : undefined
}

const pidOnFirstLine: Reader = (text) => ownerOf(/^\s*(\d+)[ \t]*(?:\r?\n|$)/.exec(text)?.[1])

const pidAmongKeys: Reader = (text) =>
  ownerOf(/\bpid\b["']?\s*(?:[:=]\s*)?["']?(\d+)/i.exec(text)?.[1], /\bhost(?:name)?\s*[:=]\s*(\S+)/i.exec(text)?.[1])

/** `user@host.pid:boot-time`, as Emacs writes it. */
const linkOfEmacs: Reader = (target) => {
  const match = /^[^@]*@(.+)\.(\d+)(?::\d+)?$/.exec(target)
  return match ? ownerOf(match[2], match[1]) : undefined
}

/** `host:+pid` (Firefox), `host:pid` and `host/namespace:pid` (Mercurial). */
const linkWithColon: Reader = (target) => {
  const match = /^([^:/]+)(?:\/[0-9a-f]+)?:\+?(\d+)$/.exec(target)
  return match ? ownerOf(match[2], match[1]) : undefined
}

/** `host-pid`. */
const linkOfChromium: Reader = (target) => {
  const match = /^([^/]+)-(\d+)$/.exec(target)
  return match ? ownerOf(match[2], match[1]) : undefined
}

function ownerOf(pid: unknown, host?: unknown, boot?: unknown): LockOwner | undefined {
  const number = typeof pid === 'string' && /^\d+$/.test(pid) ? Number(pid) : pid
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 1 || number > largestPid) return undefined
  return {
    pid: number,
    ...(typeof host === 'string' && host !== '' && {host}),
    ...(typeof boot === 'string' && boot !== '' && {boot}),
  }
}
