// Kills the process at its n-th write to a journal of the scheduler or of the leases, before or after the write.
const fs = require('node:fs')

const [when, nth] = (process.env.GUARD_TEST_KILL ?? '').split(' ')
delete process.env.GUARD_TEST_KILL
let count = 0
const write = fs.writeSync
fs.writeSync = (fd, ...rest) => {
  const isJournal = /\/(scheduler|leases)\.[\w.]*jsonl$/.test(pathOf(fd))
  if (isJournal) count += 1
  const isNow = isJournal && count === Number(nth)
  if (isNow && when === 'before') process.kill(process.pid, 'SIGKILL')
  const written = write(fd, ...rest)
  if (isNow && when === 'after') process.kill(process.pid, 'SIGKILL')
  return written
}

function pathOf(fd) {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}
