import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {createSandbox, isRoot} from '../support/sandbox.js'

/** What a job sees, and what its caller sees, is what both would see without guard: `sh -c '…' 2>&1 | cat` under cron. */

const probe = join(import.meta.dirname, '../support/inherited-state.py')

describe('a job inherits what its caller has', () => {
  const state = `python3 ${probe} plain "$(printf 'caf\\351')" ''`

  test.each([
    ['as it is', ''],
    ['limits', 'ulimit -Sn 300; ulimit -Sc 0; ulimit -Ss 4096; ulimit -t 600'],
    ['ignored signals', "trap '' HUP USR1 QUIT"],
    ['an ignored SIGPIPE', "trap '' PIPE"],
    ['umask and nice value', 'umask 027; renice -n 3 $$ > /dev/null'],
    ...(isRoot ? [['an OOM score', 'echo 300 > /proc/self/oom_score_adj']] : []),
    ['descriptors', 'exec 3< /etc/hostname 7> seven 12<> twelve'],
    ['an environment that is not UTF-8', "export LATIN=$(printf 'caf\\351\\n\\n.') TEXT='two\nlines %s \\'"],
    ['options of Node and bun', 'export NODE_OPTIONS=--no-warnings NODE_EXTRA_CA_CERTS=/none BUN_OPTIONS=--smol'],
    ['a directory that is not UTF-8', 'mkdir -p "$(printf \'d\\351\')" && cd "$(printf \'d\\351\')"'],
  ])('%s', async (_, preparation) => {
    const {write, sh} = createSandbox()
    // bash, since other shells know descriptors below 10 alone.
    write('bare.sh', `${preparation}\n${state} 2>&1 < /dev/null | cat\n`)
    write('guarded.sh', `${preparation}\nguard run --job j -- ${state} 2>&1 < /dev/null | cat\n`)
    const bare = await sh('exec bash bare.sh')
    const guarded = await sh('exec bash guarded.sh')
    expect(JSON.parse(guarded.stdout)).toEqual(JSON.parse(bare.stdout))
  })
})

test('what the shell that starts guard changes, any shell changes', async () => {
  const {write, sh} = createSandbox()
  const caller = `import os, signal
for number in (signal.SIGCHLD, signal.SIGUSR1): signal.signal(number, signal.SIG_IGN)
os.environ.update(PWD='/nowhere', IFS='x', OPTIND='5', PPID='0')
os.execvp('CALLED', ['CALLED', ARGUMENTS, 'python3', '${probe}'])
`
  const stateUnder = async (called: string, ...args: readonly string[]) => {
    const words = args.map((arg) => `'${arg}'`).join(', ')
    write('caller.py', caller.replaceAll('CALLED', called).replace('ARGUMENTS', words))
    const {stdout} = await sh('exec python3 caller.py 2>&1 | cat')
    const {status, environment} = JSON.parse(stdout)
    return {ignored: status.SigIgn, environment: {...environment, PPID: Number(environment.PPID) > 0}}
  }
  expect(await stateUnder('guard', 'run', '--job', 'j', '--')).toEqual(await stateUnder('sh', '-c', 'exec "$@"', 'sh'))
})

/** Each prints the same, and ends with the same code. */
const programs: readonly (readonly [language: string, program: string])[] = [
  ['sh', 'echo out; echo err >&2; echo out again'],
  ['sh', 'exit 7'],
  ['sh', 'kill -TERM $$'],
  ['sh', 'kill -KILL $$'],
  ['sh', 'kill -ABRT $$'],
  ['sh', 'printf "no newline"'],
  ['sh', 'printf "\\000\\001\\377\\376"'],
  ['sh', 'echo x > /dev/stderr; echo y > /dev/stdout; echo z > /dev/fd/1'],
  ['sh', 'echo one | tee /dev/stderr'],
  ['sh', 'cat'],
  ['sh', 'read line; echo "line: $line"; cat'],
  ['sh', '[ -t 0 ] || echo no terminal; [ -t 1 ] || echo none; [ -t 2 ] || echo none at all'],
  ['sh', '[ -p /dev/stdout ] && echo a pipe'],
  ['sh', 'ulimit -Sn; ulimit -Hn; ulimit -c'],
  ['sh', 'trap'],
  ['sh', 'umask; pwd; echo "$0 $#"'],
  ['sh', '(sleep 0.5; echo late) & echo early; wait'],
  ['sh', 'yes | head -2'],
  ['sh', 'seq 100000 | tail -1'],
  ['sh', 'ulimit -f 1; seq 5000 | tail -1; seq 5000 | wc -c'],
  ['sh', 'nonsense-that-is-no-program'],
  ['sh', 'exec 2>&-; echo out'],
  ['sh', 'exec >&-; echo err >&2; exit 4'],
  ['sh', 'stty 2>/dev/null || echo no terminal'],
  ['bash', 'echo $BASH; echo <(true) | grep -c /dev/fd'],
  ['bash', 'coproc cat; kill %1; wait; echo over'],
  ['bash', 'set -o pipefail; false | true; echo $?'],
  ['bash', 'exec 9>&1; echo nine >&9'],
  ['python3', 'print("text"); raise SystemExit(5)'],
  ['python3', 'import sys; sys.stdout.buffer.write(bytes(range(256)))'],
  ['python3', '1/0'],
  ['python3', 'import os; os.sendfile(1, os.open("text", 0), 0, 5)'],
  ['python3', 'import sys; print(sys.stdin.read().upper())'],
  ['python3', 'import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)'],
  ['python3', 'import subprocess; print(subprocess.run(["sh", "-c", "exit 3"]).returncode)'],
  ['python3', 'import os; print(os.isatty(0), os.isatty(1), os.stat(1).st_mode >> 12)'],
  ['python3', 'import os; print(os.get_blocking(1), os.get_blocking(2), os.get_blocking(0))'],
  ['python3', 'import multiprocessing as m; p = m.Process(target=print, args=("child",)); p.start(); p.join()'],
  ['python3', 'import os; os.abort()'],
  ['perl', '$| = 1; print "out\\n"; print STDERR "err\\n"; exit 9'],
  ['perl', 'print STDOUT join(",", map { $SIG{$_} // "default" } qw(INT TERM HUP)), "\\n"'],
  ['perl', 'open(my $again, ">", "/dev/stderr") or die; print $again "opened\\n"'],
  ['perl', 'my $pid = fork; if (!$pid) { print "child\\n"; exit 3 } waitpid $pid, 0; print $? >> 8, "\\n"'],
  ['awk', 'BEGIN { print "out"; print "err" > "/dev/stderr"; exit 6 }'],
  ['awk', '{ print NR ": " $0 }'],
  ['node', 'process.stdout.write("out\\n", () => process.exit(3))'],
  ['node', 'console.log(process.stdout.isTTY, process.argv.length); console.error("err")'],
  ['node', 'process.stdin.pipe(process.stdout)'],
  ['node', 'require("child_process").execFileSync("sh", ["-c", "echo child"], {stdio: "inherit"})'],
  ['node', 'throw new Error("thrown")'],
]

const flagOf: Readonly<Record<string, string>> = {perl: '-e', awk: '--', node: '-e'}

describe('a program prints and ends as without guard', () => {
  test.each(programs.filter(([language]) => spawnSync(language, ['-c', 'exit']).error === undefined))(
    '%s: %s',
    async (language, program) => {
      const {sh, write} = createSandbox()
      write('text', 'first line\nsecond\n')
      const line = `${language} ${flagOf[language] ?? '-c'} ${quoted(program)}`
      const call = async (guard: string) => {
        const {stdout} = await sh(`{ ${guard} ${line}; echo "ended with $?"; } 2>&1 < text | cat`)
        // Not the program's: the shell says so of a child that a signal has ended.
        return stdout.replace(/^(Terminated|Killed|Aborted).*\n/m, '')
      }
      expect(await call('guard run --job j --')).toEqual(await call(''))
    },
  )
})

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
