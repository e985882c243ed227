import {z} from 'zod'
import {argv, duration, globs, oneOf, oneOrMore, text, textOf} from './fields.js'
import {section} from './section.js'

const when = oneOrMore('Failure classes or outcomes that the step is for (default: any)', z.string())
const fileName = /^(?!\.\.?$)[^/\0]+$/

export const recoveryStep = z
  .discriminatedUnion('do', [
    section(
      {when, minAge: duration('A lock that names no process counts as stale from this age', {minMs: 0})},
      {do: z.literal('clear-locks'), files: globs('Lock files')},
    ),
    section({when}, {do: z.literal('restart'), service: text('Name of a service')}),
    section({when, timeout: duration('Limit of the command')}, {do: z.literal('exec'), command: argv('Command line')}),
    section(
      {
        when,
        level: oneOf('Level', ['INFO', 'WARNING', 'CRITICAL']),
        message: text('What the alert says'),
        file: textOf(
          'File in the log folder; {timestamp} and {job} are filled in',
          fileName,
          'is no name of a file; write one without a folder',
        ),
      },
      {do: z.literal('alert')},
    ),
    section({when}, {do: z.literal('wait'), for: duration('How long')}),
    section(
      {
        when,
        poll: duration('Time between two checks'),
        deadline: duration('Check again until it is healthy or this time is over (default: check once)'),
      },
      {do: z.literal('verify')},
    ),
  ])
  .meta({description: 'One step of the recovery'})
