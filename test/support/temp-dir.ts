import {mkdtempSync, realpathSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'

/** A folder of the test's own, removed when the test ends. */
export function tempDir(under = tmpdir()): string {
  const dir = realpathSync(mkdtempSync(join(under, 'guard-')))
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}))
  return dir
}
