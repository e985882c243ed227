import {existsSync, mkdirSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import type {EscalationFile} from '../../../src/domain/incident/escalation-file.js'
import {escalationFile} from '../../../src/system/host/escalation-file.js'
import {tempDir} from '../../support/temp-dir.js'

const escalation = {
  job: 'scan',
  incident: 'i1',
  verdict: 'stalled',
  reason: 'silent',
  opened_at: '2026-01-05T12:00:00.000Z',
  escalated_at: '2026-01-05T13:00:00.000Z',
  alerts: 1,
}

test('the file lists the escalations, is written only on change, and is removed with the last escalation', () => {
  const dir = tempDir()
  const path = join(dir, 'openclaw_escalation.json')
  const write = escalationFile(path)

  write(undefined)
  expect(existsSync(path)).toBe(false)
  write({escalations: [escalation]})
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({escalations: [escalation]})
  const {ino} = statSync(path)
  write({escalations: [escalation]})
  expect(statSync(path).ino).toBe(ino)
  expect(readdirSync(dir)).toEqual(['openclaw_escalation.json'])
  write(undefined)
  expect(readdirSync(dir)).toEqual([])
})

test.each<[string, EscalationFile | undefined]>([
  ['written', {escalations: [escalation]}],
  ['removed', undefined],
])('a file that cannot be %s is a failure to write, which ends no watch', (_what, artefact) => {
  const dir = tempDir()
  const path = join(dir, 'openclaw_escalation.json')
  mkdirSync(join(path, 'in the way'), {recursive: true})
  const failure = expect.objectContaining({kind: 'io', message: expect.stringContaining(path)})
  expect(() => escalationFile(path)(artefact)).toThrow(failure)
})
