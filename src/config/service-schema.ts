import {z} from 'zod'
import {argv, duration, flag, secret, text, textOf} from './fields.js'
import {budgetSection} from './job-schema.js'
import {section} from './section.js'

const common = {
  timeout: duration('Limit of one call of the manager'),
  upWithin: duration('After a restart the service must be up within this time'),
  stayUp: duration('… and then stay up for so long', {minMs: 0}),
  budget: budgetSection,
}

const command = argv('The manager’s command line tool')

export const service = z
  .discriminatedUnion('manager', [
    section(
      {
        ...common,
        command,
        url: textOf(
          'Address of its REST API, used instead of the command',
          /^https?:\/\/[^@\s]+$/,
          'is no address; write http://host:port',
        ),
        token: secret('Token of the REST API'),
      },
      {manager: z.literal('process-compose'), name: text('Name of the process')},
    ),
    section(
      {...common, command, config: text("supervisord's configuration file")},
      {manager: z.literal('supervisor'), program: text('Name of the program, as supervisorctl shows it')},
    ),
    section(
      {...common, command, user: flag("Ask the user's systemd, not the system's")},
      {manager: z.literal('systemd'), unit: text('Unit, as trading-bot.service')},
    ),
    section(
      {...common, check: argv('Exits 0 while the service is up'), cwd: text('Working directory of both')},
      {manager: z.literal('command'), restart: argv('Restarts the service')},
    ),
  ])
  .meta({description: 'Something that can be restarted'})
