import type {Argv, BudgetSettings} from './job.js'
import type {Secret} from './secret.js'

interface Common {
  /** Limit of one call of the manager. */
  readonly timeoutMs: number
  /** After a restart the service must be up within this time … */
  readonly upWithinMs: number
  /** … and then stay up for this long. */
  readonly stayUpMs: number
  /** Restarts of this service by all jobs together. */
  readonly budget: BudgetSettings
}

/** A service that can be restarted, by its manager. Paths are absolute. */
export type ServiceSettings =
  | (Common & {
      readonly manager: 'process-compose'
      readonly name: string
      readonly command: Argv
      /** Address of the REST API; if set, it is used instead of the command. */
      readonly url?: string
      readonly token?: Secret
    })
  | (Common & {
      readonly manager: 'supervisor'
      readonly program: string
      readonly command: Argv
      /** supervisord's configuration file, for `supervisorctl -c`. */
      readonly config?: string
    })
  | (Common & {readonly manager: 'systemd'; readonly unit: string; readonly command: Argv; readonly user: boolean})
  | (Common & {
      readonly manager: 'command'
      readonly restart: Argv
      /** Exits 0 while the service is up; without it only the restart's exit code is known. */
      readonly check?: Argv
      readonly cwd?: string
    })
