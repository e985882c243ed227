import {listNames} from '../health/list-names.js'
import {type Finding, finding} from './finding.js'

/** A service of the settings, as its manager answered under cron's PATH. */
export interface AskedService {
  readonly name: string
  readonly manager: string
  readonly state: 'up' | 'starting' | 'down' | 'failed' | 'unknown' | 'uncheckable'
  readonly detail: string
}

/** A manager that does not answer under cron cannot restart anything when a recovery asks. */
export function judgeServices(services: readonly AskedService[]): readonly Finding[] {
  const silent = services.filter(({state}) => state === 'unknown')
  const down = services.filter(({state}) => state === 'down' || state === 'failed')
  const well = services.filter((service) => !silent.includes(service) && !down.includes(service))
  return [
    ...silent.map((service) =>
      finding('services', 'wrong', `${service.manager} does not answer for ${service.name}`, {
        proof: service.detail,
        ...startOf(service),
      }),
    ),
    ...down.map(({name, state, detail, manager}) =>
      finding('services', state === 'failed' ? 'wrong' : 'look', `Service ${name} is ${state}`, {
        proof: detail,
        mend: statusOf(manager),
      }),
    ),
    ...(well.length > 0 ? [finding('services', 'well', `services (${listNames(well.map(({name}) => name))})`)] : []),
  ]
}

const starts: Readonly<Record<string, string>> = {
  supervisor: 'sudo service supervisor start',
  systemd: 'systemctl status',
  'process-compose': 'process-compose up -D',
}

const statuses: Readonly<Record<string, string>> = {
  supervisor: 'supervisorctl status',
  systemd: 'systemctl status',
  'process-compose': 'process-compose process list',
}

function startOf({name, manager, detail}: AskedService): {readonly mend: string; readonly note?: string} {
  if (/not in PATH$/.test(detail))
    return {mend: 'guard config show', note: `install it, or write its whole path: services.${name}.command`}
  return {mend: starts[manager] ?? 'guard config show'}
}

function statusOf(manager: string): string {
  return statuses[manager] ?? 'guard config show'
}
