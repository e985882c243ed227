import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {splitCommand} from '../../src/domain/crontab/line.js'
import {cronObstacle} from '../support/cron.js'
import {crontabObstacle, withoutCrontabs} from '../support/crontab-space.js'
import {createSandbox, guardBin, type Sandbox, until} from '../support/sandbox.js'

/** Debian's cron itself runs each form of a command, bare and as install has wrapped it, and mails what it prints. */

const obstacle =
  cronObstacle ?? crontabObstacle ?? (existsSync('/usr/sbin/sendmail') ? undefined : 'there is no sendmail to replace')

/** Each prints something, which cron mails. DIR is the sandbox. */
const forms = [
  'show 1',
  'FOO=1 BAR="x y" show 2 "$FOO"',
  'show 3 2>&1 >> DIR/out; cat DIR/out',
  'show 4 2>DIR/err',
  'cd DIR/sub && ./show 5',
  'cd DIR/sub && FOO=1 ./show 6 < DIR/profile',
  'show 7a; show 7b | cat',
  'test -x DIR/show && DIR/show 8',
  '. DIR/profile; show 9 "$P"',
  'show 10 +\\%F "a\\%b" \'c\\%d\'',
  'show 11 +\\%F; show "a\\%b" \'c\\%d\' \\\\',
  'show 12 r%Hi%Bye',
  'show 13a; show 13b%Hi%there',
  "echo 'it''s' 14",
  'show 15 $(date +\\%Y) "$HOME" DIR/s*w ~ # comment',
  'flock -n DIR/l show 16',
  'timeout 5m show 17',
  '(show 18; exit 3)',
  'show 19 \\\\ \'a\\\\b\' "c\\\\d"',
  ' \tshow 20 \t tabs',
  'show 21 \xc3\xa4\xff',
  'PATH=DIR/sub:$PATH show 22',
  'show 23\r',
  "sh -c 'show 24 \"$1\"' x 'y z'",
  'false || show 25',
  'show 26 {a,b} `show inner`',
  'if show 27; then exit 5; fi',
]

const inBash = ["show 30 {a,b} $'a\\tb'", '[[ a == a ]] && show 31 <(echo x)', 'show 32 |& cat', 'show 33 $((1 + 2))']

function crontabOf(box: Sandbox): string {
  const lines = (texts: readonly string[]) =>
    texts.map((text) => `@reboot ${text.replaceAll('DIR', box.dir)}\n`).join('')
  return `MAILTO=nobody\nPATH=${box.dir}:/usr/bin:/bin\n${lines(forms)}SHELL=/bin/bash\n${lines(inBash)}`
}

const show = `#!/bin/sh
echo "in $PWD, FOO is $FOO"
for word; do printf '[%s]\\n' "$word"; done
cat
`

function prepare(box: Sandbox): void {
  box.write('show', show, 0o755)
  box.write('sub/show', show, 0o755)
  box.write('profile', 'P="from the profile"\n')
  box.write(
    'sendmail',
    `#!/bin/sh\nfile=$(mktemp ${box.dir}/mail.XXXXXX) && cat > "$file" && mv "$file" ${box.dir}/mails/\n`,
    0o755,
  )
  writeFileSync(box.path('crontab'), crontabOf(box), 'latin1')
}

/** The bodies of the mails that cron sends for a crontab. */
async function mailsOf(box: Sandbox, install: string): Promise<readonly string[]> {
  const count = forms.length + inBash.length
  mkdirSync(box.path('mails'))
  const cron = box.startSh(
    withoutCrontabs(
      `mount --bind ${box.dir}/sendmail /usr/sbin/sendmail && crontab crontab && ${install} && exec /usr/sbin/cron -f`,
    ),
  )
  let said = ''
  void cron.ended.then(({stdout, stderr}) => {
    said = stdout + stderr
  })
  await until(() => said !== '' || readdirSync(box.path('mails')).length >= count, `${count} mails`, 150_000)
  expect(said).toBe('')
  cron.kill('SIGTERM')
  return readdirSync(box.path('mails'))
    .map((name) =>
      readFileSync(box.path(`mails/${name}`), 'latin1')
        .split('\n\n')
        .slice(1)
        .join('\n\n'),
    )
    .sort()
}

/** The exit codes of the commands, which cron keeps to itself, as its shell has them. */
function exitCodesOf(box: Sandbox): readonly (number | null)[] {
  const env = {PATH: `${box.dir}:/usr/bin:/bin`, HOME: '/root', SHELL: '/bin/sh'}
  const codes = (shell: string, texts: readonly string[]) =>
    texts.map((text) => {
      const {shell: command} = splitCommand(text.replaceAll('DIR', box.dir))
      const bytes = Buffer.from(command.replaceAll('\\%', '%'), 'latin1').toString()
      return spawnSync(shell, ['-c', bytes], {env, input: ''}).status
    })
  return [...codes('/bin/sh', forms), ...codes('/bin/bash', inBash)].sort()
}

test.skipIf(obstacle !== undefined)(
  `a wrapped command has the words, the input, the output and the place of the bare one${obstacle ? ` (${obstacle})` : ''}`,
  async () => {
    const [bare, wrapped] = [createSandbox(), createSandbox()]
    prepare(bare)
    prepare(wrapped)
    const expected = await mailsOf(bare, 'true')
    const install = `${guardBin} crontab install --yes > installed && crontab -l > after`
    const mails = await mailsOf(wrapped, install)
    expect(mails.map((mail) => mail.replaceAll(wrapped.dir, 'DIR'))).toEqual(
      expected.map((mail) => mail.replaceAll(bare.dir, 'DIR')),
    )
    const after = readFileSync(wrapped.path('after'), 'latin1')
    expect(after.match(/ run --state-dir /g)).toHaveLength(forms.length + inBash.length)
    const ended = wrapped.journal('runs.jsonl').filter(({kind}) => kind === 'ended')
    expect(ended).toHaveLength(forms.length + inBash.length)
    const codes = ended.map(({exitCode}) => exitCode).sort()
    expect(codes).toEqual(exitCodesOf(bare))
    expect(codes.filter((code) => code !== 0)).toEqual([3, 5])
  },
  360_000,
)
