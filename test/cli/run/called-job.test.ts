import {expect, test} from 'vitest'
import {globalFlags} from '../../../src/cli/command/flag.js'
import {runOptions} from '../../../src/cli/run/run-options.js'
import {parseCrontab} from '../../../src/domain/crontab/line.js'
import {nameOfCall, wrappingOf} from '../../../src/domain/crontab/wrap.js'

/** The job of a line of a crontab that calls guard, where no settings name it. */
function jobOfLine(command: string): string | undefined {
  const [line] = parseCrontab(`0 5 * * * ${command}\n`, false)
  const wrapping = line?.view.kind === 'job' ? wrappingOf('debian', line.view) : undefined
  const noJobs = {hasJob: () => false, jobOfFile: () => undefined}
  return wrapping?.kind === 'wrapped' ? nameOfCall(wrapping.call, noJobs, {}) : undefined
}

test.each(Object.entries({...runOptions, ...globalFlags}).filter(([name]) => name !== 'job'))(
  'in a line of a crontab the word behind --%s is taken for its job where the flag takes none',
  (name, {type}) => {
    expect(jobOfLine(`guard run --${name} scan.sh backup.sh`)).toBe(type === 'boolean' ? 'scan' : 'backup')
  },
)
