import {mkdtempSync, realpathSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'

/** A private directory, removed after the test. */
export function tempDir(under = tmpdir()): string {
  const dir = realpathSync(mkdtempSync(join(under, 'guard-')))
  onTestFinished(() => removeDir(dir))
  return dir
}

/** What a program that is about to end still writes is found only by a removal that begins anew; `maxRetries` does not. */
export async function removeDir(dir: string): Promise<void> {
  for (let left = 100; ; left--) {
    try {
      rmSync(dir, {recursive: true, force: true})
      return
    } catch (error) {
      if (left === 0 || (error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
