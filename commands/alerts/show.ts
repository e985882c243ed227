import {defineCommand} from '../../src/cli/command/definition.js'
import {alertToJson, renderAlert} from '../../src/cli/render/alert.js'
import {wireAlerts} from '../../src/cli/wire/alerts/alerts.js'
import {findAlert} from '../../src/usecases/alert/read-alerts.js'

export default defineCommand({
  summary: 'All about one alert',
  examples: ['guard alerts show 3kXw', 'guard alerts show 3kXw --json'],
  args: {id: {required: true, summary: 'id of the alert, or the first characters of it, at least 4'}},
  async run({args, show, openGuard}) {
    const guard = await openGuard()
    const alert = findAlert(wireAlerts(guard), args.id)
    show(renderAlert, alert)
    return alertToJson(alert)
  },
})
