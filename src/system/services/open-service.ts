import type {ServiceSettings} from '../../domain/settings/service.js'
import type {RunCommand} from '../process/run-command.js'
import {commandService} from './command.js'
import {processComposeService} from './process-compose.js'
import {processComposeApiService} from './process-compose-api.js'
import type {Service} from './service.js'
import {supervisorService} from './supervisor.js'
import {systemdService} from './systemd.js'

/** The service of these settings; nothing is called yet. A new manager starts with a line here. */
export function openService(settings: ServiceSettings, runCommand: RunCommand): Service {
  switch (settings.manager) {
    case 'process-compose':
      return settings.url === undefined
        ? processComposeService(settings, runCommand)
        : processComposeApiService({...settings, url: settings.url})
    case 'supervisor':
      return supervisorService(settings, runCommand)
    case 'systemd':
      return systemdService(settings, runCommand)
    case 'command':
      return commandService(settings, runCommand)
  }
}
