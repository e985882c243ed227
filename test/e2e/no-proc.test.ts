import {existsSync} from 'node:fs'
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
    expect(ended).toMatchObject({code: 7, stdout: 'hi\n'})
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

  test.each(places)('a lock file of a living process is kept where %s', async (_, mounts) => {
    const box = createSandbox()
    const lock = box.write('job.lock', `${process.pid}\n`)
    await box.sh(withMounts(mounts, `guard locks clear ${lock}`))
    expect(existsSync(lock)).toBe(true)
  })
})
