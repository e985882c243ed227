import {mkdtempSync, realpathSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'
import {removeFolder} from './remove-folder.js'

/** A private directory, removed after the test. */
export function tempDir(under = tmpdir()): string {
  const dir = realpathSync(mkdtempSync(join(under, 'guard-')))
  onTestFinished(() => removeFolder(dir))
  return dir
}
