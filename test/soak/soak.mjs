// npm run soak [-- --minutes N] [--seed N] [--cron]: guard with real processes, a real clock and real files. Some twenty
// jobs, each of another kind, and their watchdog are started in the same instant, again and again. At the end everything
// that guard said is held against what really happened, which the jobs and this program have noted themselves.
//
// --minutes N  how long it lasts (1); at least 36 ticks, whose length depends on the machine
// --seed N     when the jobs begin, and which of their runs go wrong (1)
// --cron       with Debian's cron instead, in real minutes: five jobs in a crontab that nobody else sees; needs root. 15
//              minutes show all
//
// GUARD_FORM=node|standalone chooses the form of the program. Exits with 0 if all that was said was true, else 1; then
// the folder of the soak is kept and named.
import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {rolldown} from 'rolldown'

const repository = join(import.meta.dirname, '../..')
const dir = mkdtempSync(join(tmpdir(), 'guard-soak-program-'))
try {
  const build = await rolldown({
    input: join(import.meta.dirname, 'main.ts'),
    platform: 'node',
    external: [/^node:/],
    resolve: {extensionAlias: {'.js': ['.ts']}},
    logLevel: 'silent',
  })
  await build.write({file: join(dir, 'soak.mjs'), format: 'esm', codeSplitting: false})
  await build.close()
  const args = [join(dir, 'soak.mjs'), '--repository', repository, ...process.argv.slice(2)]
  process.exitCode = spawnSync(process.execPath, args, {stdio: 'inherit'}).status ?? 1
} finally {
  rmSync(dir, {recursive: true, force: true})
}
