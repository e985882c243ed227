import {z} from 'zod'
import {argv, duration, flag, secret, text, textOf} from './fields.js'
import {budgetSection} from './job-schema.js'
import {section} from './section.js'

const common = {
  timeout: duration('Time limit of one call of the manager'),
  upWithin: duration('Time in which the service must be up after a restart'),
  stayUp: duration('How long the service must then stay up', {minMs: 0}),
  budget: budgetSection,
}

const command = argv('Command line tool of the manager')

export const service = z
  .discriminatedUnion('manager', [
    section(
      {
        ...common,
        command,
        url: textOf(
          'Address of its REST API, used instead of the command',
          /^https?:\/\/[^@\s]+$/,
          'is not an address; write http://host:port',
        ),
        token: secret('Token of the REST API'),
      },
      {manager: z.literal('process-compose'), name: text('Name of the process')},
    ),
    section(
      {...common, command, config: text('Configuration file of supervisord')},
      {manager: z.literal('supervisor'), program: text('Name of the program, as supervisorctl shows it')},
    ),
    section(
      {...common, command, user: flag('Use the systemd of the user instead of the system')},
      {manager: z.literal('systemd'), unit: text('Unit, for example trading-bot.service')},
    ),
    section(
      {
        ...common,
        check: argv('Command that exits with 0 while the service is up'),
        cwd: text('Working directory of both commands'),
      },
      {manager: z.literal('command'), restart: argv('Command that restarts the service')},
    ),
  ])
  .meta({description: 'A service that can be restarted'})
