/**
 * One of many processes that compete for a lease until they are killed. It writes each answer that it gets to its own
 * file before it goes on, and the test compares these facts with the journal.
 */
import {openSync, writeSync} from 'node:fs'
import {hostname} from 'node:os'
import {GuardError} from '../../src/errors.js'
import {openJournal} from '../../src/journal/open.js'
import {leaseStream} from '../../src/journal/streams.js'
import {systemClock} from '../../src/system/host/clock.js'
import {createStamper, readBootId} from '../../src/system/host/host.js'
import {newId} from '../../src/system/host/ids.js'
import {livingProcessOf} from '../../src/system/process/holder-liveness.js'
import {identifyProcess} from '../../src/system/process/identity.js'
import {checkLease, releaseLease, renewLease} from '../../src/usecases/lease/held-lease.js'
import {type LeaseDeps, tryLease} from '../../src/usecases/lease/lease.js'

const [dir = '', factsFile = '', job = ''] = process.argv.slice(2)
const facts = openSync(factsFile, 'a')
const writeFact = (fact: object) => writeSync(facts, `${JSON.stringify(fact)}\n`)

const limits = {
  limit: {bytes: 6000, records: 1000, timesSnapshot: 0},
  retention: {maxAgeMs: 86_400_000, maxBytes: 1e9},
}
const leases = openJournal(dir, {...leaseStream, ...limits}, createStamper(systemClock, newId))
const here = {host: hostname(), boot: readBootId()}
const deps: LeaseDeps = {
  clock: systemClock,
  leases,
  here,
  lostToken: () => undefined,
  livingProcessOf: (lease) => livingProcessOf(lease, here),
}
const self = identifyProcess(process.pid)
const ttlMs = 400

writeFact({fact: 'began'})

for (;;) {
  const tried = await tryLease(deps, {job, holder: `${process.pid}`, ttlMs, process: self, waitMs: 0})
  if ('granted' in tried) await hold(tried.granted.token, tried.granted.claimId)
  else await systemClock.sleep(Math.random() * 5)
  leases.note({kind: 'noise', by: process.pid}, 'buffered')
  leases.compactIfDue()
}

async function hold(token: number, claimId: string): Promise<void> {
  writeFact({fact: 'granted', token, claimId})
  try {
    for (let turn = 0; turn < 3; turn++) {
      // The holder acts until its ttl ends; the test checks that no two holders act at the same time.
      const lease = checkLease(deps, {job, token})
      const from = systemClock.mono()
      await systemClock.sleep(Math.random() * 3)
      const to = Math.min(systemClock.mono(), lease.expiresMono)
      if (to > from) writeFact({fact: 'acted', token, from, to})
      renewLease(deps, {job, token})
    }
    releaseLease(deps, {job, token, status: 'ok', detail: undefined})
    writeFact({fact: 'released', token, claimId})
  } catch (error) {
    if (!(error instanceof GuardError && error.kind === 'fenced')) throw error
    writeFact({fact: 'fenced', token})
  }
}
