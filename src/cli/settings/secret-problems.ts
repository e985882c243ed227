import {type Problem, settingsError} from '../../config/problems.js'
import {storeUrlProblem} from '../../domain/fleet/store-url.js'
import {addressProblem, proxyProblem, signingSecretProblem} from '../../domain/settings/address.js'
import type {ChannelSettings} from '../../domain/settings/alerting.js'
import type {TextOrSecret} from '../../domain/settings/secret.js'
import type {Settings} from '../../domain/settings/settings.js'
import {GuardError} from '../../errors.js'
import {resolveSecret} from '../../system/host/secret.js'

/**
 * What is wrong with the secrets that have a form: those of channels, and the address of the fleet's store. A secret
 * that this process cannot read is not a problem: another one may have it.
 *
 * @returns undefined if nothing is
 */
export function secretProblems(file: string, {channels, fleet}: Settings): GuardError | undefined {
  const ofChannels = Object.entries(channels).flatMap(([name, channel]) =>
    checksOf(channel).flatMap(({key, value, problemOf}): Problem[] => {
      const text = typeof value === 'object' ? readable(value) : undefined
      const problem = text === undefined ? undefined : problemOf(text)
      return problem === undefined ? [] : [{path: ['channels', name, ...key], text: problem, ofKey: true}]
    }),
  )
  const address = fleet && readable(fleet.postgres)
  const ofFleet = address === undefined ? undefined : storeUrlProblem(address)
  const problems = [
    ...ofChannels,
    ...(ofFleet === undefined ? [] : [{path: ['fleet', 'postgres'], text: ofFleet, ofKey: true as const}]),
  ]
  return problems.length > 0 ? settingsError(file, {}, problems) : undefined
}

interface Check {
  readonly key: readonly (string | number)[]
  readonly value: TextOrSecret | undefined
  readonly problemOf: (text: string) => string | undefined
}

function checksOf(channel: ChannelSettings): readonly Check[] {
  const proxy: Check = {key: ['proxy'], value: channel.proxy, problemOf: proxyProblem}
  switch (channel.type) {
    case 'webhook':
      return [
        proxy,
        {key: ['url'], value: channel.url, problemOf: addressProblem},
        ...channel.secrets.map((value, index) => ({key: ['secrets', index], value, problemOf: signingSecretProblem})),
      ]
    case 'slack':
    case 'ping':
      return [proxy, {key: ['url'], value: channel.url, problemOf: addressProblem}]
    default:
      return [proxy]
  }
}

function readable(secret: TextOrSecret): string | undefined {
  try {
    return resolveSecret(secret, '')
  } catch (error) {
    if (error instanceof GuardError) return undefined
    throw error
  }
}
