import {describe, expect, test} from 'vitest'
import type {OwnFile} from '../../../src/system/host/replace-file.js'
import {
  type CrashedRunsDeps,
  inspectCrashedRuns,
  markCrashedRuns,
} from '../../../src/usecases/recovery/mark-crashed-runs.js'
import {fakeClock} from '../../support/fake-clock.js'

const running = '{"phase_status": "running", "pid": 7, "phase": "plan"}'

/** The machine with these files, of which no process is left, but those of `alive`. */
function machine(files: Readonly<Record<string, string | Error | 'folder' | 'gone'>>, alive: readonly number[] = []) {
  const clock = fakeClock()
  const replaced: Record<string, string> = {}
  const read: string[] = []
  const deps: CrashedRunsDeps = {
    settings: {files: ['/srv/*/state.json'], staleAfterMs: 3_600_000},
    clock,
    findPaths: async () => ({paths: Object.keys(files), unreadable: []}),
    distrustOf: () => undefined,
    readFile: (path) => {
      read.push(path)
      const text = files[path] ?? 'gone'
      if (text instanceof Error) throw text
      return text === 'folder' || text === 'gone' ? text : ({text, modifiedAt: clock.now()} as OwnFile)
    },
    replaceFile: (path, _read, text) => {
      replaced[path] = text
      return 'replaced'
    },
    findOwner: (pid) => {
      const owner = {pid, program: 'agent', names: [], startedAt: 0, state: 'alive'} as const
      return {pidReuses: alive.includes(pid) ? [owner] : [], partialView: undefined}
    },
    readLocalNames: () => ({hosts: ['web-17'], boot: 'boot-1'}),
    alone: (work) => work(),
  }
  const mark = (more: Partial<CrashedRunsDeps> = {}) => markCrashedRuns({...deps, ...more})
  return {deps, replaced, read, mark}
}

const path = '/srv/a/state.json'
const crashed = {path, is: 'failed', reason: 'its process 7 is gone'}
const fault = (message: string) => Object.assign(new Error(message), {syscall: 'open'})

describe('a file in which another program keeps its state', () => {
  test('is marked as failed if its run goes on and its owner is gone', async () => {
    const {mark, replaced} = machine({[path]: running})
    expect(await mark()).toEqual([crashed])
    expect(JSON.parse(replaced[path] ?? '')).toMatchObject({
      ...{phase_status: 'failed', pid: 7},
      recovery: {timestamp: '2026-01-05T12:00:00.000Z', reason: crashed.reason, recovery_phase: 'plan'},
    })
  })

  test.each<[string, Readonly<Record<string, string>>, readonly number[], readonly object[]]>([
    ['whose owner lives is left', {[path]: running}, [7], [{is: 'left', reason: 'its process 7 (agent) is running'}]],
    ['without an owner is left until it is stale', {[path]: '{"phase_status": "running"}'}, [], [{is: 'left'}]],
    ['that is half written is left', {[path]: '{"phase_st'}, [], [{is: 'left', reason: 'is not a JSON object'}]],
    ['whose run has ended is nothing to tell of', {[path]: '{"phase_status": "done", "pid": 7}'}, [], []],
    ['that is a folder is nothing to tell of', {[path]: 'folder'}, [], []],
    ['that is gone by now is nothing to tell of', {[path]: 'gone'}, [], []],
  ])('%s, and nothing is written', async (_title, files, alive, found) => {
    const {mark, replaced} = machine(files, alive)
    expect(await mark()).toMatchObject(found)
    expect(replaced).toEqual({})
  })

  test('that was written again since it was read is left', async () => {
    const {mark} = machine({[path]: running})
    const reason = 'was written again meanwhile'
    expect(await mark({replaceFile: () => 'changed'})).toEqual([{path, is: 'left', reason}])
  })

  test('is looked at without writing, or naming another guard, where only a look is asked for', async () => {
    const {deps, replaced} = machine({[path]: running})
    expect(await inspectCrashedRuns({...deps, alone: async () => undefined})).toMatchObject([crashed])
    expect(replaced).toEqual({})
  })
})

describe('is refused, and not read,', () => {
  test('a file in a folder that another user may change', async () => {
    const {mark, read} = machine({[path]: running, '/state.json': running})
    const seen: string[] = []
    const distrustOf = (folder: string) => {
      seen.push(folder)
      return `${folder} is writable by all`
    }
    expect(await mark({distrustOf})).toMatchObject([
      {path, is: 'refused', reason: '/srv/a is writable by all'},
      {path: '/state.json', is: 'refused', reason: '/ is writable by all'},
    ])
    expect([seen, read]).toEqual([['/srv/a', '/'], []])
  })

  test('a folder that cannot be searched', async () => {
    const {mark} = machine({})
    const findPaths = async () => ({paths: [], unreadable: ['/srv/b']})
    expect(await mark({findPaths})).toEqual([{path: '/srv/b', is: 'refused', reason: 'cannot be read'}])
  })
})

describe('one file that fails', () => {
  test('when it is read keeps no other from being marked', async () => {
    const {mark} = machine({'/srv/0/state.json': fault('/srv/0/state.json is a link'), [path]: running})
    expect(await mark()).toEqual([{path: '/srv/0/state.json', is: 'refused', reason: 'is a link'}, crashed])
  })

  test('when it is written keeps no other from being marked', async () => {
    const {mark, deps} = machine({'/srv/0/state.json': running, [path]: running})
    const replaceFile: typeof deps.replaceFile = (...call) => {
      if (call[0] !== path) throw fault('no space left')
      return deps.replaceFile(...call)
    }
    expect(await mark({replaceFile})).toMatchObject([{is: 'refused', reason: 'no space left'}, crashed])
  })

  test('by a fault of guard hides nothing', async () => {
    await expect(machine({[path]: new TypeError('broken')}).mark()).rejects.toThrow('broken')
  })
})

describe('of two guards', () => {
  test('the later one leaves what the earlier one marks, and tells of all else', async () => {
    const {mark, replaced} = machine({[path]: running, '/srv/b/state.json': '{'})
    expect(await mark({alone: async () => undefined})).toEqual([
      {path, is: 'left', reason: 'another guard is at it'},
      {path: '/srv/b/state.json', is: 'left', reason: 'is not a JSON object'},
    ])
    expect(replaced).toEqual({})
  })

  test('neither waits for the other where nothing has crashed', async () => {
    const {mark} = machine({[path]: running}, [7])
    const alone = () => Promise.reject(new Error('not asked for'))
    expect(await mark({alone})).toMatchObject([{is: 'left'}])
  })
})
