import {expect, test} from 'vitest'
import {createSlots} from '../../../src/system/host/slots.js'
import {noCronMachine, onCronMachine} from '../../support/cron-machine.js'
import {createSandbox} from '../../support/sandbox.js'

/** Debian's cron itself goes through the nights in which the clock is set, at a faster clock of its own. */

const minuteMs = 60_000

/** Few minutes: after each that the clock has left out, cron waits for ten seconds. */
const expressions = [
  ...['30 * * * *', '*/15 2 * * *', '0-30/30 1-3 * * *', '0-59/20 * * * *', '30 2 * * *', '0 3 * * *', '45 1 * * *'],
  ...['0,30 1-3 * * *', '20 */2 * * *', '30 1,2,3 * * *', '30 2 * * sun', '30 2 1 * sun', '0 2 */2 * 0', '50 2 * * *'],
]

interface Night {
  /** How the clock is set in it. */
  readonly title: string
  readonly timezone: string
  readonly from: string
  readonly minutes: number
  /** So many seconds of cron are one of ours. */
  readonly speed: number
}

const nights: readonly Night[] = [
  {title: 'forward by an hour', timezone: 'Europe/Berlin', from: '2026-03-29T00:50Z', minutes: 45, speed: 60},
  {title: 'back by an hour', timezone: 'Europe/Berlin', from: '2026-10-25T00:35Z', minutes: 90, speed: 120},
  {
    title: 'forward by half an hour',
    timezone: 'Australia/Lord_Howe',
    from: '2026-10-03T15:20Z',
    minutes: 45,
    speed: 60,
  },
  {title: 'back by half an hour', timezone: 'Australia/Lord_Howe', from: '2026-04-04T14:35Z', minutes: 60, speed: 90},
]
/** The first minute that is compared; cron has begun by then. */
const firstMinute = 5

/** Started at each minute, by expression. */
type Starts = Readonly<Record<string, readonly string[]>>

test.skipIf(noCronMachine !== undefined)(
  `where the clock is set forward or back, Debian's cron starts what the slots say${noCronMachine ? ` (${noCronMachine})` : ''}`,
  // cron catches up differently on a machine that stops for seconds; then the night is of no use.
  {timeout: 240_000, retry: 2},
  async () => {
    const started = await Promise.all(nights.map(startedByCron))
    for (const [index, night] of nights.entries())
      expect(started[index], `${night.title} in ${night.timezone}`).toEqual(computed(night))
  },
)

function computed(night: Night): Starts {
  const slots = createSlots()
  const [fromMs, toMs] = [minuteOf(night, firstMinute), minuteOf(night, night.minutes)]
  const startsOf = (expression: string) => {
    const schedule = {expression, timezone: night.timezone}
    const found: string[] = []
    for (let at = slots.next(schedule, fromMs - 1); at !== undefined && at < toMs; at = slots.next(schedule, at))
      found.push(new Date(at).toISOString())
    return found
  }
  return Object.fromEntries(expressions.map((expression) => [expression, startsOf(expression)]))
}

const minuteOf = ({from}: Night, minute: number) => Date.parse(from) + minute * minuteMs

/**
 * When cron has started the jobs. Each job writes the id of its parent, which cron has forked, so the ids have the order in
 * which cron started the jobs, however slow the machine is; a job of each minute tells which minute it was.
 */
async function startedByCron(night: Night): Promise<Starts> {
  const box = createSandbox()
  const log = box.write('log', '')
  const line = (schedule: string, name: string) => `${schedule} echo ${name} $PPID >> ${log}`
  const jobs = expressions.map((expression, index) => line(expression, `${index}`))
  // cron goes through a crontab from its end, so the minute is told first, and then where the comparison begins and ends.
  const marks = [line(clockAt(night, firstMinute), 'first'), line(clockAt(night, night.minutes), 'last')]
  const crontab = ['MAILTO=""', ...jobs, ...marks, line('* * * * *', 'minute'), ''].join('\n')
  const clock = `faketime -f '@${minuteOf(night, 0) / 1000} x${night.speed}'`
  const script = [
    `FAKETIME_FMT=%s TZ=${night.timezone} ${clock} /usr/sbin/cron -f &`,
    `timeout 100 sh -c 'until grep -q last ${log}; do sleep 0.2; done'`,
    // A job of a minute before may be slower than the last one.
    'kill $(cat /run/crond.pid); wait || true; while pgrep -x cron >/dev/null; do sleep 0.1; done',
    `cat ${log}`,
  ]
  // faketime keeps its clock there by process id, which is the same on each of these machines.
  const before = ['mount -t tmpfs none /dev/shm']
  const {stdout, stderr} = await onCronMachine(box, script.join('\n'), {crontab, before})
  const forks = stdout
    .trim()
    .split('\n')
    .map((text) => text.split(' '))
  forks.sort(([, one], [, other]) => Number(one) - Number(other))
  const names = forks.map(([name]) => name)
  const [first, last] = [names.indexOf('first'), names.indexOf('last')]
  const minutes = names.slice(first, last).filter((name) => name === 'minute').length
  expect(minutes, `cron has left out minutes, because the machine was slow\n${stderr}`).toBe(
    night.minutes - firstMinute,
  )
  let minute = firstMinute
  const found = new Map(expressions.map((expression) => [expression, new Set<string>()]))
  for (const name of names.slice(first + 1, last)) {
    if (name === 'minute') minute++
    else found.get(expressions[Number(name)] ?? '')?.add(new Date(minuteOf(night, minute)).toISOString())
  }
  return Object.fromEntries(Array.from(found, ([expression, times]) => [expression, [...times]]))
}

/** A schedule of what the clock shows then. */
function clockAt(night: Night, minute: number): string {
  const time = {timeZone: night.timezone, hour: 'numeric', minute: 'numeric', hourCycle: 'h23'} as const
  const [hours, minutes] = new Intl.DateTimeFormat('en', time).format(minuteOf(night, minute)).split(':').map(Number)
  return `${minutes} ${hours} * * *`
}
