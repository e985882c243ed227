import type {Problem} from './problems.js'
import {entries, listOf, map, texts, unknownName} from './written.js'

/** Checks that each alert has a channel, that each channel is used, and that fallbacks do not form a circle. */
export function checkChannels(root: Readonly<Record<string, unknown>>): Problem[] {
  const channels = Object.keys(map(root['channels']))
  const named = listOf(map(root['alerting'])['routes']).flatMap((route, index) =>
    texts(map(route)['to'], ['alerting', 'routes', index, 'to']),
  )
  const unknown = named
    .filter(([, name]) => !channels.includes(name))
    .map(([where, name]) => ({path: where, text: unknownName('channel', name, channels)}))
  const used = [...named.map(([, name]) => name), ...pingsOf(root).map(([, name]) => name)]
  return [...unknown, ...checkPings(root), ...checkLogins(root), ...checkFallbacks(root, new Set(used))]
}

function pingsOf(root: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  return entries(root['jobs']).flatMap(([job, settings]) => {
    const {ping} = map(settings)
    return typeof ping === 'string' ? [[job, ping] as const] : []
  })
}

function checkPings(root: Readonly<Record<string, unknown>>): Problem[] {
  const channels = map(root['channels'])
  return pingsOf(root).flatMap(([job, name]) => {
    const path = ['jobs', job, 'ping']
    if (!Object.hasOwn(channels, name)) return [{path, text: unknownName('channel', name, Object.keys(channels))}]
    const {type} = map(channels[name])
    return type === 'ping' ? [] : [{path, text: `is a channel of type ${type}; name one of type ping`}]
  })
}

function checkLogins(root: Readonly<Record<string, unknown>>): Problem[] {
  return entries(root['channels']).flatMap(([name, channel]): Problem[] => {
    const {user, password, token} = map(channel)
    const path = (key: string) => ['channels', name, key]
    if (user !== undefined && token !== undefined)
      return [{path: path('token'), text: 'cannot be combined with user; keep one of the two', ofKey: true}]
    if ((user === undefined) === (password === undefined)) return []
    return [{path: path(user === undefined ? 'user' : 'password'), text: 'is missing; a login needs both'}]
  })
}

/** `routed`: the channels that a route or a job names. */
function checkFallbacks(root: Readonly<Record<string, unknown>>, routed: ReadonlySet<string>): Problem[] {
  const channels = new Map(entries(root['channels']).map(([name, channel]) => [name, map(channel)['fallback']]))
  // Without a route at all, alerts stay in their journal: the settings are being written.
  const isUsed = (name: string) => routed.size === 0 || routed.has(name) || [...channels.values()].includes(name)
  return Array.from(channels).flatMap(([name, fallback]): Problem[] => {
    const path = ['channels', name, 'fallback']
    const unused = isUsed(name) ? [] : [{path: path.slice(0, 2), text: isUnused, ofKey: true, isUsable: true} as const]
    if (typeof fallback !== 'string') return unused
    if (!channels.has(fallback)) return [{path, text: unknownName('channel', fallback, [...channels.keys()])}]
    if (isCircle(channels, name)) return [{path, text: 'leads back to this channel; let the last one have no fallback'}]
    return unused
  })
}

const isUnused = 'gets nothing: no route and no fallback names it; add it to alerting.routes'

function isCircle(channels: ReadonlyMap<string, unknown>, name: string): boolean {
  let next = channels.get(name)
  for (let steps = 0; typeof next === 'string' && steps < channels.size; steps++) {
    if (next === name) return true
    next = channels.get(next)
  }
  return false
}
