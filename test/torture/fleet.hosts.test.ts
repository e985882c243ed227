import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect, test} from 'vitest'
import {type CutProxy, startCutProxy} from '../support/cut-proxy.js'
import {
  type FleetHost,
  faketimeObstacle,
  fleetHost,
  fleetJob,
  type HostEnd,
  type HostRun,
} from '../support/fleet-hosts.js'
import {type Postgres, postgresObstacle, postgresOfFile} from '../support/postgres.js'
import {givenSeed} from '../support/random.js'
import {tempDir} from '../support/temp-dir.js'
import {auditGrants, type Disturbance, factsIn, faultsOf, grantsOf, monoS} from './fleet-facts.js'
import {applySchema, fleetUrl} from './fleet-schema.js'

/**
 * Ten hosts, real clocks an hour off, compete for one job, while they and the server are killed and stopped. Their jobs
 * and the server write down what happened.
 */

const isLong = process.env['GUARD_TORTURE'] === 'long'
const hosts = 10
const kills = Number(process.env['GUARD_KILLS'] ?? (isLong ? 600 : 3))
const fewestGrants = isLong ? 100 : 6

/** It goes on no longer than this, because many kills take long on a busy machine. */
const longestS = isLong ? Number(process.env['GUARD_TORTURE_MINUTES'] ?? 45) * 60 : 90

const ttlS = 3
const server = postgresOfFile()

let random = givenSeed
/** Park and Miller's minimal standard generator. */
function draw(below: number): number {
  random = (random * 48_271) % 2_147_483_647
  return random % below
}

/** Most work for a moment; some for longer than the ttl, and some of these do not end with TERM. */
const works = (index: number) => (index % 5 < 3 ? ['0.4'] : ['4', index % 2 === 0 ? 'stubborn' : 'obedient'])

const settingsOf = (root: string, index: number) => ({
  fleet: {timeout: '700ms', wait: '1s'},
  jobs: {
    nightly: {
      command: fleetJob(join(root, 'facts'), join(root, 'resource'), ...works(index)),
      ...{scope: 'fleet', ttl: `${ttlS}s`, killAfter: '300ms'},
      ...(index % 2 === 0 && {overlap: 'wait', wait: '3s'}),
    },
  },
})

interface Contender {
  readonly host: FleetHost
  run: HostRun | undefined
}

/** 0 ran, 74 the store was away, 75 another has it, 77 fenced; and the signals of this test. */
const isExpected = ({code, signal}: HostEnd) => signal === 'SIGKILL' || [0, 74, 75, 77].includes(code ?? -1)

async function contend(contender: Contender, isOver: () => boolean, unexpected: string[]): Promise<void> {
  while (!isOver()) {
    contender.run = contender.host.start(['run', '--quiet', 'nightly'])
    const end = await contender.run.ended
    contender.run = undefined
    if (!isExpected(end)) unexpected.push(`${contender.host.name}: ${end.code ?? end.signal} ${end.stderr}`)
    await sleep(draw(150))
  }
}

interface Done {
  killed: number
  orphaned: number
  stopped: number
  frozen: number
  cut: number
  restarted: number
  away: number
}

interface Field {
  readonly contenders: readonly Contender[]
  readonly root: string
  readonly proxy: CutProxy
  readonly disturbed: Disturbance[]
  readonly done: Done
}

/** Longer than the ttl, so that another host may hold the lease when it ends. */
const longS = ttlS + 1

/** The contender whose job works now, or any whose guard runs. */
function victimOf({contenders, root}: Field): (Contender & {readonly run: HostRun}) | undefined {
  const running = contenders.filter((one) => one.run !== undefined)
  const last = factsIn(join(root, 'facts')).findLast(({fact}) => fact === 'began' || fact === 'ended')
  const holder = running.find(({host}) => last?.fact === 'began' && host.name === last.host)
  return (holder ?? running[draw(running.length)]) as (Contender & {readonly run: HostRun}) | undefined
}

const later = (work: () => void) => void sleep(longS * 1000).then(work)

/** What may happen to the contender that holds the lease, most often. */
const harm: Readonly<
  Record<
    'killed' | 'orphaned' | 'stopped' | 'frozen',
    (field: Field, victim: Contender & {readonly run: HostRun}) => void
  >
> = {
  killed: (_, {host}) => {
    // Once more for what has begun meanwhile.
    for (let times = 0; times < 2; times++) host.signalAll('SIGKILL')
  },
  orphaned: ({disturbed}, {run}) => {
    disturbed.push({guard: run.pid, at: monoS()})
    run.child.kill('SIGKILL')
  },
  stopped: ({disturbed}, {run}) => {
    disturbed.push({guard: run.pid, at: monoS()})
    run.child.kill('SIGSTOP')
    later(() => run.child.kill('SIGCONT'))
  },
  frozen: ({disturbed}, {host, run}) => {
    disturbed.push({guard: run.pid, at: monoS()})
    host.signalAll('SIGSTOP')
    later(() => host.signalAll('SIGCONT'))
  },
}

/** What may happen to the server, and to the way of two hosts to it. */
const outage: Readonly<Record<'restarted' | 'away' | 'cut', (field: Field, postgres: Postgres) => Promise<void>>> = {
  restarted: async (_, postgres) => {
    await postgres.kill()
    await postgres.start()
  },
  away: async (_, postgres) => {
    await postgres.kill()
    await sleep(longS * 1000)
    await postgres.start()
  },
  cut: async ({proxy}) => {
    proxy.cut()
    later(proxy.mend)
  },
}

const course = ['killed', 'orphaned', 'cut', 'stopped', 'killed', 'restarted', 'frozen', 'away'] as const

async function disturb(field: Field, turn: number): Promise<void> {
  const what = course[turn % course.length] ?? 'killed'
  if (what in outage) await outage[what as keyof typeof outage](field, server())
  else {
    const victim = victimOf(field)
    if (!victim) return
    harm[what as keyof typeof harm](field, victim)
  }
  field.done[what] += 1
}

const obstacle = postgresObstacle ?? faketimeObstacle

test.skipIf(obstacle !== undefined)(
  `of ${hosts} hosts with clocks an hour off no two hold a lease at once, and no token is given twice or goes back, under kills, stops and outages (${obstacle ?? 'real'})`,
  {timeout: (longestS + 60) * 1000},
  async () => {
    const root = tempDir()
    await applySchema(server())
    await auditGrants(server())
    const proxy = await startCutProxy(server().port)
    const contenders = Array.from({length: hosts}, (_, index): Contender => {
      const clock = [0, 3600, -3600][index % 3] ?? 0
      const url = fleetUrl(server(), index % 4 === 0 ? proxy.port : server().port)
      const options = {url, settings: settingsOf(root, index), clock}
      return {host: fleetHost(root, `host-${index}`, options), run: undefined}
    })
    const done: Done = {killed: 0, orphaned: 0, stopped: 0, frozen: 0, cut: 0, restarted: 0, away: 0}
    const field: Field = {contenders, root, proxy, disturbed: [], done}
    const unexpected: string[] = []
    let isOver = false
    const loops = contenders.map((contender) => contend(contender, () => isOver, unexpected))
    const until = monoS() + longestS
    const grants = () => grantsOf(server())
    for (let turn = 0; monoS() < until && unexpected.length === 0; turn++) {
      await sleep(200 + draw(600))
      await disturb(field, turn)
      const isRound = turn % course.length === course.length - 1
      if (isRound && done.killed + done.orphaned >= kills && (await grants()).length >= fewestGrants) break
    }
    isOver = true
    await Promise.all(loops)
    for (const {host} of contenders) host.signalAll('SIGKILL')

    const facts = factsIn(join(root, 'facts'))
    const given = await grants()
    expect(unexpected).toEqual([])
    expect(faultsOf(facts, given, field.disturbed)).toEqual([])
    expect(given.length).toBeGreaterThanOrEqual(fewestGrants)
    const refused = facts.filter(({fact}) => fact === 'refused').length
    if (isLong) console.log({...done, grants: given.length, refused})
  },
)
