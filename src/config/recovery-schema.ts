import {z} from 'zod'
import {argv, duration, globs, oneOf, oneOrMore, text, textOf} from './fields.js'
import {section} from './section.js'

const when = oneOrMore('Failure classes or outcomes for which the step is done (default: all)', z.string())
const fileName = /^(?!\.\.?$)[^/\0]+$/

export const recoveryStep = z
  .discriminatedUnion('do', [
    section(
      {when, minAge: duration('Age from which a lock without a process counts as stale', {minMs: 0})},
      {do: z.literal('clear-locks'), files: globs('Lock files')},
    ),
    section({when}, {do: z.literal('restart'), service: text('Name of a service')}),
    section(
      {when, timeout: duration('Time limit of the command')},
      {do: z.literal('exec'), command: argv('Command line')},
    ),
    section(
      {
        when,
        level: oneOf('Level', ['INFO', 'WARNING', 'CRITICAL']),
        message: text('Text of the alert'),
        file: textOf(
          'File in the log folder; {timestamp} and {job} are replaced',
          fileName,
          'is not a file name; write one without a folder',
        ),
      },
      {do: z.literal('alert')},
    ),
    section({when}, {do: z.literal('wait'), for: duration('How long to wait')}),
    section(
      {
        when,
        poll: duration('Time between two checks'),
        deadline: duration('Check again until the job is healthy or this time is over (default: check once)'),
      },
      {do: z.literal('verify')},
    ),
  ])
  .meta({description: 'One step of a recovery'})
