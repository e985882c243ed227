import {closeSync, openSync, readFileSync, writeSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, onTestFinished, test} from 'vitest'
import {type JobOutput, openJobOutput} from '../../../src/system/output/job-output.js'
import {tempDir} from '../../support/temp-dir.js'

/** The output of a job that writes `text`, passed on to two files. */
async function outputTo(stdout: string, stderr: string, text: string) {
  const dir = tempDir()
  const targets = [openSync(stdout, 'a'), openSync(stderr, 'a')] as const
  onTestFinished(() => targets.forEach(closeSync))
  const said: string[] = []
  const logFile = join(dir, 'log')
  const output = openJobOutput({
    ...{logFile, header: undefined, spool: join(dir, 'spool'), targets, isShared: false},
    warn: (problem) => said.push(problem),
  })
  write(output, text)
  output.follow(true)
  await output.drained()
  return {output, said, log: () => readFileSync(logFile, 'utf8')}
}

function write(output: JobOutput, text: string): void {
  const streams = output.openStreams()
  writeSync(Number(streams.stdout), text)
  streams.close()
}

describe('the output of a job', () => {
  test('is whole where its reader takes all of it', async () => {
    const {output, said} = await outputTo(join(tempDir(), 'out'), join(tempDir(), 'err'), 'out\n')
    expect(await output.lost()).toBeUndefined()
    await output.finish(true)
    expect(said).toEqual([])
  })

  test('is lost in part where its reader has no space for it, which is known before the end of the run', async () => {
    const {output, said, log} = await outputTo('/dev/full', join(tempDir(), 'err'), 'out\n')
    expect(await output.lost()).toBe('ENOSPC: no space left on device, write')
    await output.finish(true)
    expect(said).toEqual(['a part of the output could not be passed on: ENOSPC: no space left on device, write'])
    expect(log()).toBe('out\n')
  })
})
