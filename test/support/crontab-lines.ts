import type {CronKind} from '../../src/domain/crontab/cron-kind.js'
import type {LineState} from '../../src/domain/crontab/survey.js'

/** One line of a crontab, and what becomes of it. */
export interface LineCase {
  readonly line: string
  readonly hasUsers?: boolean
  /** By the rules of Debian's cron. */
  readonly state: LineState | 'plain'
  /** The line that install writes, where guard is `guard` and its job `j`. */
  readonly becomes?: string
  /** A part of the reason, or of the warning. */
  readonly said?: string
  /** Where other crons judge otherwise: their state, and a part of what is said. */
  readonly others?: Partial<Record<CronKind, readonly [LineState | 'plain', string?]>>
}

const run = 'guard run --job j --'
const quoted = `${run} "$SHELL" -c`
const long = 'x'.repeat(980)
const wrong = (line: string, said: string, others: LineCase['others'] = {}): LineCase => ({
  line,
  state: 'wrong',
  said,
  others,
})
const wraps = (line: string, becomes: string, more: Partial<LineCase> = {}): LineCase => ({
  line,
  state: 'wrappable',
  becomes,
  ...more,
})

/** Every form of a line that a crontab may have. */
export const lineCases: readonly LineCase[] = [
  wraps('0 5 * * * /opt/a.sh', `0 5 * * * ${run} /opt/a.sh`),
  wraps('0 5 * * * FOO=1 BAR="x y" /opt/a.sh', `0 5 * * * FOO=1 BAR="x y" ${run} /opt/a.sh`),
  wraps('0 5 * * * /opt/a.sh >> /l 2>&1', `0 5 * * * ${run} /opt/a.sh >> /l 2>&1`),
  wraps('0 5 * * * cd /x && ./a', `0 5 * * * cd /x && ${run} ./a`),
  wraps('0 5 * * * cd /x && A=1 ./a < in', `0 5 * * * cd /x && A=1 ${run} ./a < in`),
  wraps('0 5 * * * a; b | c', `0 5 * * * ${quoted} 'a; b | c'`),
  wraps('0 5 * * * test -x /x && /x', `0 5 * * * ${quoted} 'test -x /x && /x'`),
  wraps('0 5 * * * . /etc/p; a', `0 5 * * * ${quoted} '. /etc/p; a'`),
  wraps('0 5 * * * (a)', `0 5 * * * ${quoted} '(a)'`),
  wraps('0 5 * * * a && b', `0 5 * * * ${quoted} 'a && b'`),
  wraps('0 5 * * * date +\\%F', `0 5 * * * ${run} date +\\%F`),
  wraps('0 5 * * * p app > /b/app-$(date +\\%F).sql', `0 5 * * * ${run} p app > /b/app-$(date +\\%F).sql`),
  wraps('0 5 * * * mail -s x r%Hi%Bye', `0 5 * * * ${run} mail -s x r%Hi%Bye`),
  wraps('0 5 * * * echo a; cat%Hi%Bye', `0 5 * * * ${quoted} 'echo a; cat'%Hi%Bye`),
  wraps("0 5 * * * echo 'it''s'", `0 5 * * * ${quoted} 'echo '\\''it'\\'''\\''s'\\'''`),
  wraps('0 5 * * * a "$(echo "x")"', `0 5 * * * ${quoted} 'a "$(echo "x")"'`),
  wraps('0 5 * * * a `b`', `0 5 * * * ${quoted} 'a \`b\`'`),
  wraps('0 5 * * * a "\\$x $' + "{y}\" 'z # z' {} \\; # c", `0 5 * * * ${run} a "\\$x \${y}" 'z # z' {} \\; # c`),
  wraps('*/5 * * * * flock -n /l a', `*/5 * * * * ${run} flock -n /l a`),
  wraps('*/5 * * * * timeout 5m a', `*/5 * * * * ${run} timeout 5m a`),
  wraps('@daily a', `@daily ${run} a`, {others: {busybox: ['wrappable', 'built with']}}),
  wraps('@reboot a', `@reboot ${run} a`),
  wraps(' \t0 5\t* * *\ta  # c', ` \t0 5\t* * *\t${run} a  # c`),
  wraps('0 5 * * * /opt/\xc3\xa4\xff.sh \xa0', `0 5 * * * ${run} /opt/\xc3\xa4\xff.sh \xa0`),
  wraps('0 5 * * * a\r', `0 5 * * * ${quoted} 'a\r'`, {said: 'carriage return'}),
  wraps('*/70 * * * * a', `*/70 * * * * ${run} a`, {said: 'longer than its field'}),
  wraps('0~59 * * * * a', `0~59 * * * * ${run} a`, {
    said: 'reads 0~59 as 0',
    others: {cronie: ['wrappable'], busybox: ['wrong', 'refused']},
  }),
  wraps('0 0 * * 1#2 a', `0 0 * * 1#2 ${run} a`, {
    said: 'reads 1#2 as 1',
    others: {cronie: ['wrong', 'refused'], busybox: ['wrong', 'refused']},
  }),
  wraps('17 3 * * * www-data php x', `17 3 * * * www-data ${run} php x`, {hasUsers: true}),
  {...wrong('*/5 * * * * /opt/a.sh --all', 'refused: there is no user /opt/a.sh'), hasUsers: true},
  {...wrong('*/5 * * * * nobodys a', 'refused: there is no user nobodys'), hasUsers: true},
  {...wrong('*/5 * * * * /opt/a.sh', 'refused: it lacks the user or the command'), hasUsers: true},
  {...wrong('@daily', 'refused: it lacks the user or the command'), hasUsers: true},
  {line: '0 5 * * * a &', state: 'left', said: 'background'},
  {line: '0 5 * * *', state: 'left', said: 'no command'},
  {line: '0 5 * * * %input', state: 'left', said: 'no command', others: {busybox: ['wrappable']}},
  {line: `0 5 * * * ${long}`, state: 'left', said: 'script', others: {cronie: ['wrappable']}},
  {line: `0 5 * * * ${'x'.repeat(998)}`, state: 'left', said: 'script', others: {cronie: ['wrappable']}},
  wrong(`0 5 * * * ${'x'.repeat(999)}`, 'refused: its command has 999 bytes', {cronie: ['wrappable']}),
  wrong(`0 5 * * * x${' '.repeat(997)}\r`, 'refused: its command has 999 bytes', {cronie: ['wrappable']}),
  wrong(`0 5 * * * a%${'x'.repeat(997)}`, 'refused: its command has 999 bytes', {cronie: ['wrappable']}),
  wrong(`0 5 * * * guard run ${'x'.repeat(989)}`, 'refused: its command has 999 bytes', {cronie: ['wrapped']}),
  wraps(`0 5 * * * ${' '.repeat(990)}a`, `0 5 * * * ${' '.repeat(990)}${run} a`),
  {line: `0 5 * * * root${' '.repeat(990)}a`, state: 'left', said: 'script', hasUsers: true},
  {...wrong(`0 5 * * * root${' '.repeat(998)}ab`, 'refused: its command has 999 bytes'), hasUsers: true},
  {line: '17 * * * * root cd / && run-parts --report /etc/cron.hourly', state: 'left', said: 'system', hasUsers: true},
  {line: '5 5 * * * /usr/bin/guard run --job a -- /opt/a.sh', state: 'wrapped'},
  {line: `5 5 * * * A='b' '/usr/bin/guard' 'run' '--job' 'a' '/opt/a.sh'`, state: 'wrapped'},
  {line: '5 5 * * * /usr/bin/node /usr/lib/node_modules/guardian/dist/guard.cjs run a.sh', state: 'wrapped'},
  {line: '* * * * * cd /x && guard watchdog', state: 'wrapped'},
  wrong('@Daily a', 'write @daily'),
  wrong('@often a', 'write one of @yearly'),
  wrong('0 22-3 * * * a', 'never due: write 22-23,0-3', {busybox: ['wrappable']}),
  wrong('0 0 * * fri-sun a', 'never due: write 5-7', {busybox: ['wrappable'], cronie: ['wrappable', 'before 2025']}),
  wrong('0 0 30 2 * a', 'never due: it names day 30'),
  wrong('1/20 * * * * a', 'refused: write 1-59/20', {busybox: ['wrappable']}),
  wrong('*/0 * * * * a', 'refused'),
  wrong('60 * * * * a', 'refused'),
  wrong('? * * * * a', 'refused'),
  wrong('0 0 L * * a', 'refused'),
  wrong('H * * * * a', 'refused'),
  wrong('0 5 * *', 'refused'),
  wrong('hello', 'refused: it is neither'),
  wrong('-*/5 * * * * a', 'take away the -', {cronie: ['wrappable']}),
  wrong('A=', 'write A=""', {cronie: ['plain'], busybox: ['noted']}),
  wrong('A="x', 'quotes', {cronie: ['wrong']}),
  wrong(`A="${'x'.repeat(995)}"`, 'refused: it has 999 bytes', {cronie: ['plain'], busybox: ['noted']}),
  {line: ` A="${'x'.repeat(994)}" `, state: 'plain'},
  {line: `A=b${' '.repeat(999)}`, state: 'plain', others: {busybox: ['noted']}},
  {line: `A=${'x'.repeat(997)}`, state: 'noted', said: 'only its first 998', others: {cronie: ['plain']}},
  {line: 'MAILTO=""', state: 'plain'},
  {line: 'MAILTO=a, b', state: 'noted', said: 'without blanks'},
  {
    line: 'CRON_TZ=Europe/Berlin',
    state: 'noted',
    said: 'does not know CRON_TZ',
    others: {cronie: ['noted', 'go by the time of Europe/Berlin']},
  },
  {line: 'PATH=$PATH:/opt/bin', state: 'noted', said: 'expands nothing'},
  {line: '"A B"=c', state: 'plain', others: {busybox: ['noted']}},
  {line: 'A = x', state: 'plain', others: {busybox: ['noted']}},
  {line: "A='x y'", state: 'plain', others: {busybox: ['noted']}},
  {line: ' \t', state: 'plain'},
  {line: '  # 0 5 * * * guard', state: 'plain'},
]
