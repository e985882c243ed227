import {existsSync, utimesSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {noNamespaces, withMounts} from '../support/namespaces.js'
import {createSandbox, form, until} from '../support/sandbox.js'

const title = (text: string) => `${text}${noNamespaces ? ` (skipped: needs ${noNamespaces})` : ''}`

const places = [
  ['there is no /proc', 'umount -l /proc'],
  ['/proc is an empty folder', 'mount -t tmpfs none /proc'],
] as const

describe.skipIf(noNamespaces !== undefined)(title('without /proc'), () => {
  test.each(places)('a job runs, and its exit code is passed on, where %s', async (_, mounts) => {
    const box = createSandbox()
    const ended = await box.sh(withMounts(mounts, 'guard run --job job -- sh -c "echo hi; exit 7"'))
    const stderr = form === 'node' ? '' : 'guard: there is no /proc, so the command runs without guard\n'
    expect(ended).toMatchObject({code: 7, stdout: 'hi\n', stderr})
    const {code} = await box.sh(withMounts(mounts, 'guard health'))
    expect(code === 70).toBe(form === 'standalone')
  })

  // The executable does nothing but run jobs there.
  if (form === 'node')
    test.each(places)('a lease is kept where %s', async (_, mounts) => {
      const box = createSandbox()
      const holder = box.startSh('guard lease acquire job --ttl 10m --pid $$ && echo ready && exec sleep 300')
      await until(() => holder.stdout().includes('ready'), 'it is ready')
      expect(await box.sh(withMounts(mounts, 'guard run --job job -- true'))).toMatchObject({code: 75})
      holder.kill('SIGKILL')
      await holder.ended
      expect(await box.sh(withMounts(mounts, 'guard run --job job -- true'))).toMatchObject({code: 75})
      expect(await box.sh('guard run --job job -- true')).toMatchObject({code: 0})
    })

  test.each(places)('an old lock file is kept, whether its process lives or not, where %s', async (_, mounts) => {
    const box = createSandbox()
    const locks = [process.pid, 4_194_304].map((pid) => box.write(`${pid}.lock`, `${pid}\n`))
    for (const lock of locks) utimesSync(lock, 0, 0)
    await box.sh(withMounts(mounts, `guard locks clear '*.lock'`))
    expect(locks.filter((lock) => existsSync(lock))).toEqual(locks)
  })
})
