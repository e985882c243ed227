import type {Server} from 'node:http'
import type {AccessRules} from '../../../http/access.js'
import {createApplication} from '../../../http/application.js'
import {EventStreams} from '../../../http/event-streams.js'
import {KeyCheck} from '../../../http/key-check.js'
import {closeServer, createHttpServer} from '../../../http/server.js'
import {readHostName} from '../../../system/host/host.js'
import {version} from '../../build-info.js'
import type {Guard} from '../../guard.js'
import {reportFault} from '../../output/report-error.js'
import {freshGuard} from '../../settings/fresh-guard.js'
import {wireApi} from './api.js'
import {changeFeed} from './change-feed.js'
import {allowedHosts, listen, type Place} from './listen.js'

interface ServeOptions {
  readonly place: Place
  /** Undefined: nothing can be changed. */
  readonly key: string | undefined
  readonly hasPublicReads: boolean
  readonly isReadOnly: boolean
  /** Values of `Host` that are allowed beside those of the place. */
  readonly moreHosts: readonly string[]
}

interface Serving {
  /** Where it is reached: a URL, or the path of the socket. */
  readonly where: string
  /** Ends the streams, lets requests finish, and closes the rest. */
  close(): Promise<void>
}

/** Starts the HTTP server. Throws GuardError `io` if the place is taken. */
export async function serveHttp(
  guard: Guard,
  openGuard: () => Promise<Guard>,
  options: ServeOptions,
): Promise<Serving> {
  guard.ensureState()
  const {clock, stateDir} = guard
  const streams = new EventStreams({feed: changeFeed(stateDir), nowMs: clock.now})
  let hosts: ReadonlySet<string> = new Set()
  const rules: AccessRules = {
    key: new KeyCheck(options.key, clock.mono),
    hasOpenReads: options.hasPublicReads || 'socket' in options.place,
    isReadOnly: options.isReadOnly,
    isOwnHost: (host) => hosts.has(host),
  }
  const app = createApplication({
    api: wireApi(freshGuard(guard, openGuard)),
    rules,
    identity: {version, host: readHostName()},
    streams,
    report: reportFault,
  })
  const server: Server = createHttpServer(app, rules)
  const where = await listen(server, options.place)
  hosts = allowedHosts(server, options.place, options.moreHosts)
  return {
    where,
    close: () => {
      streams.close()
      return closeServer(server)
    },
  }
}
