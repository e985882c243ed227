import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {loadSettings} from '../../src/config/settings.js'
import {createSandbox} from '../support/sandbox.js'

const broken = (name: string, text: string) => {
  const {dir} = createSandbox()
  writeFileSync(join(dir, name), text, {mode: 0o600})
  return {dir, load: () => loadSettings({cwd: dir, env: {}, home: dir, version: '1', configFlag: join(dir, name)})}
}

test.each([
  ['.guardianrc', 'stateDir: state\njobs: {scan\n', 'state'],
  ['.guardianrc', 'jobs: [\nstateDir: "my state" # here\n', 'my state'],
  ['.guardianrc', 'jobs:\n  a: &x [*x]\nstateDir: ./state\n', 'state'],
  ['.guardianrc.json', '{"jobs": {,\n  "stateDir": "st\\u0061te"}', 'state'],
  ['.guardianrc', 'jobs:\n  stateDir: other\n  a: {b\n', undefined],
  ['.guardianrc', 'jobs: {a: {env: {"stateDir": "other"}}\n# "stateDir": "old"\nstateDir: state\n', 'state'],
  ['.guardianrc', 'jobs: {a: {env: {"stateDir": "other"}}\n', undefined],
  ['.guardianrc', 'stateDir: [\n', undefined],
  ['.guardianrc', 'stateDir: "\n', undefined],
])('%s with %j keeps its state in %s, though nothing else of it can be used', async (name, text, expected) => {
  const {dir, load} = broken(name, text)
  const {stateDir, wrong} = await load()
  expect(stateDir).toBe(expected && join(dir, expected))
  expect(wrong?.refusal).toContain(name)
})
