import {defineCommand} from '../src/cli/command/definition.js'
import {showStatus, watchStatus} from '../src/cli/show-status.js'
import {jobStates} from '../src/domain/diagnose/job-status.js'

export default defineCommand({
  summary: 'How every job is, those that need you first; or all about one job',
  description:
    'With the name of one job: its schedule, its last runs, lease, breaker, budget, incident, outputs and last lines. With patterns (* for any characters) the list of those jobs. Exits with 0 when all is healthy, 1 when something is in trouble, 2 when a human was called.',
  usage: 'status [PATTERN…] [--all] [--state S] [--group none] [--watch D]',
  examples: [
    'guard status',
    'guard status backup',
    "guard status 'import_*' --all",
    'guard status --state failing --json',
  ],
  rest: true,
  flags: {
    all: {type: 'boolean', summary: 'list every job, whatever the height of the terminal'},
    state: {type: 'text', summary: 'only jobs in this state', choices: jobStates, helpValue: 'S'},
    group: {
      type: 'text',
      summary: 'jobs in trouble by one cause are one entry, or each its own',
      choices: ['cause', 'none'],
      default: 'cause',
    },
    watch: {type: 'duration', summary: 'show it again after each such interval, until interrupted', minMs: 500},
  },
  async run({flags, rest, json, show, print, openGuard}) {
    const request = {patterns: rest, ...flags, json, show, print, openGuard}
    return flags.watch === undefined ? showStatus(request) : watchStatus(request, flags.watch)
  },
})
