import {dirname, resolve} from 'node:path'
import {defaultLoaders} from 'cosmiconfig'
import type {Settings} from '../domain/settings/settings.js'
import type {FoundFile} from './find.js'
import {readOpen} from './open-file.js'

type Places = Pick<Settings, 'stateDir' | 'logDir'>

/**
 * Where a file that cannot be used keeps its state. A mistake elsewhere in it must not move the leases and the journals:
 * what runs beside it would run twice, and every page would show another machine.
 */
export function placesOfBroken(found: FoundFile): Places {
  const text = textOf(found)
  const at = (key: keyof Places) => {
    const path = lineOf(text, key)
    return path === undefined ? {} : {[key]: resolve(dirname(found.path), path)}
  }
  return {...at('stateDir'), ...at('logDir')}
}

function textOf(found: FoundFile): string {
  try {
    return readOpen(found)
  } catch {
    return ''
  }
}

/** The value of a key at the top of YAML, else of the first one in JSON. */
function lineOf(text: string, key: string): string | undefined {
  const [ofYaml] = new RegExp(`^${key}[ \\t]*:.*$`, 'm').exec(text) ?? []
  const isJson = /^\s*\{/.test(text)
  const [, ofJson] = isJson ? (new RegExp(`[{,]\\s*("${key}"\\s*:\\s*"(?:[^"\\\\\\n]|\\\\.)*")`).exec(text) ?? []) : []
  const line = ofYaml ?? ofJson
  if (line === undefined) return undefined
  try {
    const value: unknown = (defaultLoaders.noExt('', line) as Readonly<Record<string, unknown>>)[key]
    return typeof value === 'string' && value !== '' ? value : undefined
  } catch {
    return undefined
  }
}
