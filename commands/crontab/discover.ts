import {defineCommand} from '../../src/cli/command/definition.js'
import {renderDiscovery} from '../../src/cli/render/crontab.js'
import {discoveryToJson, discoveryView} from '../../src/cli/render/crontab-view.js'
import {crontabFile, fileFlag, placeFlags, wireCrontabs} from '../../src/cli/wire/crontab.js'
import {discoverCrontabs} from '../../src/usecases/crontab/discover-crontabs.js'

export default defineCommand({
  summary: 'What cron runs here, what guard could run, and what never runs',
  description:
    "Reads the user's crontab, /etc/crontab, /etc/cron.d, and the folders of run-parts, and judges each line by the rules " +
    'of the cron that is installed. Exits with 1 if a line is wrong or a crontab cannot be read.',
  examples: ['guard crontab discover', 'guard crontab discover --file ./crontab.new', 'guard crontab discover --json'],
  flags: {file: fileFlag},
  async run({flags, json, show, openGuard}) {
    const guard = await openGuard()
    const discovery = discoverCrontabs(wireCrontabs(guard), {file: crontabFile(flags), flags: placeFlags(guard, flags)})
    if (discovery.counts.wrong + discovery.unreadable.length > 0) process.exitCode = 1
    if (json) return discoveryToJson(discovery)
    show(renderDiscovery, discoveryView(discovery))
    return undefined
  },
})
