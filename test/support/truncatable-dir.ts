import {execFileSync} from 'node:child_process'
import {mkdirSync, statfsSync} from 'node:fs'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'
import {tempDir} from './temp-dir.js'

const supported: readonly number[] = [0xef53, 0x58465342]

/** A folder on ext4 or XFS, which can truncate the head of a file. If the temporary folder is on neither, in an image. */
export function truncatableDir(): string {
  const dir = tempDir()
  if (supported.includes(statfsSync(dir).type)) return dir
  const [image, mounted] = [join(dir, 'image'), join(dir, 'mounted')]
  mkdirSync(mounted)
  execFileSync('truncate', ['-s', '256M', image])
  execFileSync('mkfs.ext4', ['-q', '-F', image])
  execFileSync('mount', ['-o', 'loop', image, mounted])
  onTestFinished(() => void execFileSync('umount', [mounted]))
  return mounted
}
