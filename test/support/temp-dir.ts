import {mkdtempSync, realpathSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'

/** A private directory, removed after the test. */
export function tempDir(under = tmpdir()): string {
  const dir = realpathSync(mkdtempSync(join(under, 'guard-')))
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}))
  return dir
}
