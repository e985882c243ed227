import {rmSync} from 'node:fs'

/** What a process that is about to end still writes is found only by a removal that begins anew; `maxRetries` does not. */
export async function removeFolder(dir: string): Promise<void> {
  for (let left = 200; ; left--) {
    try {
      rmSync(dir, {recursive: true, force: true})
      return
    } catch (error) {
      if (left === 0 || (error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
