import {z} from 'zod'
import {weekdays} from '../domain/schedule/cron-expression.js'
import {addressProblem, proxyProblem} from '../domain/settings/address.js'
import {
  argv,
  count,
  duration,
  durations,
  oneOf,
  oneOrMore,
  secret,
  secrets,
  text,
  textOf,
  textOrSecret,
  textProblem,
  timezone,
} from './fields.js'
import {section} from './section.js'

const timeout = duration('Limit of one delivery')
const dayForm = `is not a day; write one of ${weekdays.join(', ')}`
const clockTime = /^([01]\d|2[0-3]):[0-5]\d$/
const clockForm = 'is not a time of day; write 22:00, in quotes'
const level = oneOf('Least severe level that this route takes', ['INFO', 'WARNING', 'CRITICAL'])

const address = (description: string) => textProblem(description, addressProblem)
const addressOrSecret = (description: string) => textOrSecret(description, addressProblem)

/** What every channel may have, and those that make requests. */
const common = {timeout, fallback: text('Name of the channel that takes what this one cannot deliver')}
const request = {
  ...common,
  proxy: textOrSecret('Address of the proxy: http://host:port', proxyProblem),
  ca: text('File with the certificates of further authorities'),
}

export const channel = z
  .discriminatedUnion('type', [
    section(
      {
        ...request,
        url: address('Address of the Bot API'),
        topic: count('Thread of a forum', {min: 1, max: 2_147_483_647}),
      },
      {type: z.literal('telegram'), chat: text('Chat id, in quotes'), token: secret('Token of the bot')},
    ),
    section(request, {type: z.literal('slack'), url: secret('Address of the incoming webhook')}),
    section(
      {
        ...request,
        method: oneOf('HTTP method', ['POST', 'PUT']),
        headers: z
          .record(
            textOf('Header', /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not the name of a header'),
            textOrSecret('Value of the header'),
          )
          .meta({description: 'Additional headers'}),
        secrets: secrets('Sign each message (Standard Webhooks); two while one replaces the other'),
      },
      {type: z.literal('webhook'), url: addressOrSecret('Address')},
    ),
    section(
      {
        ...request,
        port: count('Port', {min: 1, max: 65_535}),
        tls: oneOf('Encryption', ['none', 'starttls', 'implicit']),
        user: text('User name for the login'),
        password: secret('Password for the login'),
      },
      {
        type: z.literal('smtp'),
        host: text('Mail server'),
        from: text('Sender'),
        to: oneOrMore('Recipients', text('Address')),
      },
    ),
    section(
      {...request, url: address('Address of the Events API')},
      {type: z.literal('pagerduty'), routingKey: secret('Integration key')},
    ),
    section(request, {
      type: z.literal('ping'),
      url: addressOrSecret('Address to call, for example of healthchecks.io'),
    }),
    section(
      {...common, facility: text('Facility'), tag: text('Tag'), socket: text('Socket of the system log')},
      {type: z.literal('syslog')},
    ),
    section(common, {type: z.literal('file'), path: text('File to append to')}),
    section(
      {...request, url: address('Address of the server'), token: secret('Access token')},
      {type: z.literal('ntfy'), topic: text('Topic')},
    ),
    section(
      {
        ...request,
        user: text('User name, with a password'),
        password: secret('Password'),
        token: secret('Bearer token, instead of both'),
      },
      {type: z.literal('alertmanager'), url: address('Address of Alertmanager')},
    ),
    section(common, {type: z.literal('apprise'), url: secret('Address for apprise(1), such as tgram://…')}),
    section(common, {type: z.literal('command'), command: argv('Gets the alert as JSON on standard input')}),
  ])
  .meta({description: 'A channel for alerts'})

export const alertingSection = section({
  groupWait: duration('Time to wait for more alerts of a group before its first message', {minMs: 0}),
  groupInterval: duration('Time between two messages of a group that has changed'),
  repeat: durations(
    'Times from each message to the next one about a group that has not changed; the last one is repeated',
  ),
  cap: count('Most messages of one channel within an hour; what is more becomes one digest', {min: 1, max: 10_000}),
  inlineLimit: duration('How long a command that is not a run may send what waits'),
  quietHours: z
    .array(
      section(
        {
          days: oneOrMore('Days on which they begin (default: each day)', z.enum(weekdays, {error: dayForm})),
          timezone: timezone('Time zone of the times (default: that of the machine)'),
        },
        {from: textOf('Beginning', clockTime, clockForm), to: textOf('End', clockTime, clockForm)},
      ),
    )
    .meta({description: 'Hours in which only CRITICAL alerts are sent; the others become one digest'}),
  routes: z
    .array(
      section(
        {level, jobs: oneOrMore('Patterns of job names, with * (default: all)', text('Pattern'))},
        {to: oneOrMore('Names of channels', text('Channel'))},
      ),
    )
    .meta({description: 'The first route that matches takes the alert'}),
}).meta({description: 'Which alerts go to which channels, and how often'})
