import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {defaultLoaders} from 'cosmiconfig'
import {expect, test} from 'vitest'
import {channelDefaults, openclawDefaults, serviceDefaults} from '../../src/config/default-values.js'
import {defaultSettings} from '../../src/config/defaults.js'
import {settingsJsonSchema} from '../../src/config/json-schema.js'
import {checkSettings} from '../support/written-settings.js'

const text = readFileSync(join(import.meta.dirname, '../../.guardianrc.example'), 'utf8')
const parse = (yaml: string) => defaultLoaders['.yaml']('example', yaml) as Record<string, unknown>

/** A line without the # that keeps its setting out. */
const activated = (line: string) => line.replace(/^( *)#(?=[^ #])/, '$1')

const lines = text.split('\n')
const switchedOn = lines.map(activated).join('\n')

/** The commented sections that are in no other one: name, first line, and the line after the last. */
const sections: {readonly name: string; readonly start: number; readonly end: number}[] = []
for (const [start, line] of lines.entries()) {
  const [, indent, name] = /^( *)#([\w-]+):$/.exec(line) ?? []
  if (indent === undefined || name === undefined || start < (sections.at(-1)?.end ?? 0)) continue
  const length = lines.slice(start + 1).findIndex((other) => !other.startsWith(`${indent}  `))
  sections.push({name, start, end: length < 0 ? lines.length : start + 1 + length})
}

/** The file in which only these sections are in use. */
function withSections(names: readonly string[]): string {
  const isIn = (index: number) =>
    sections.some(({name, start, end}) => names.includes(name) && index >= start && index < end)
  return lines.map((line, index) => (isIn(index) ? activated(line) : line)).join('\n')
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | false
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly const?: string
}

/** Key paths of the schema that `value` lacks. */
function missing(schema: Schema, values: readonly unknown[], path: string): string[] {
  const maps = values.filter((value) => typeof value === 'object' && value !== null) as Record<string, unknown>[]
  if (schema.oneOf)
    return schema.oneOf.flatMap((variant) =>
      missing(
        variant,
        maps.filter((map) => fits(map, variant)),
        path,
      ),
    )
  const tag = Object.values(schema.properties ?? {}).find((property) => property.const !== undefined)?.const
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const found = maps.filter((map) => Object.hasOwn(map, key)).map((map) => map[key])
    const name = `${path}${tag ? `(${tag})` : ''}.${key}`
    return found.length === 0 ? [name] : missing(property, found, name)
  })
  const named = schema.additionalProperties
    ? missing(
        schema.additionalProperties,
        maps.flatMap((map) => Object.values(map)),
        `${path}.*`,
      )
    : []
  return [...own, ...named, ...(schema.items ? missing(schema.items, maps.flat(), `${path}[]`) : [])]
}

function fits(map: Readonly<Record<string, unknown>>, variant: Schema): boolean {
  return Object.entries(variant.properties ?? {}).every(([key, {const: tag}]) => tag === undefined || map[key] === tag)
}

test('the unchanged example means the defaults', async () => {
  const {file, defaults, ...settings} = await checkSettings(parse(text), '/x/.guardianrc')
  const {dir, ...jobDefaults} = defaults
  expect({...settings, defaults: jobDefaults}).toEqual(defaultSettings)
})

test('the example contains every default but those that are empty, in whose place a commented section stands', () => {
  const defaults = settingsJsonSchema() as Schema
  const unsaid = missing(withDefaults(defaults), [parse(text)], '')
  expect(unsaid.map((key) => key.split('.').at(-1)).sort()).toEqual([
    ...['channels', 'jobs', 'metrics', 'quietHours', 'routes', 'scheduler', 'services', 'targets'],
  ])
})

/** The part of the schema whose keys have defaults. */
function withDefaults(schema: Schema): Schema {
  const properties = Object.entries(schema.properties ?? {})
    .filter(
      ([key, property]) =>
        !['openclaw', 'crashedRuns', 'fleet'].includes(key) && ('default' in property || property.properties),
    )
    .map(([key, property]) => [key, property.properties ? withDefaults(property) : {}])
  return {properties: Object.fromEntries(properties)}
}

/** Their examples name what stands in other sections. */
const needs: Readonly<Record<string, readonly string[]>> = {
  jobs: ['services', 'channels', 'routes'],
  routes: ['channels'],
}

test.each(sections.map(({name}) => name))('the section %s is in use once its # are removed', async (name) => {
  const written = parse(withSections([name, ...(needs[name] ?? [])]))
  await expect(checkSettings(written, '/x/.guardianrc')).resolves.toBeDefined()
})

test('the example is valid with all comments activated', async () => {
  await expect(checkSettings(parse(switchedOn), '/x/.guardianrc')).resolves.toBeDefined()
})

test('the example has every key with all comments activated', () => {
  // Most keys are allowed in `defaults` and in a job, and the example has each of them in one place.
  const {jobs = {}, defaults, ...others} = parse(switchedOn) as Record<string, Record<string, object>>
  const all = {
    ...others,
    jobs: {...jobs, all: defaults},
    defaults: Object.assign({}, ...Object.values(jobs), defaults),
  }
  const {recovery, failures} = jobs['health_check'] as Record<string, unknown>
  Object.assign(all.defaults, {recovery, failures})
  const keys = missing(settingsJsonSchema() as Schema, [all], '')
  // `when` is the same for each step, and the example has it in some of them.
  expect(keys.filter((key) => !key.endsWith(').when'))).toEqual([])
})

test('the commented values of OpenClaw, services and channels are the defaults too', async () => {
  const written = parse(switchedOn) as Record<string, Record<string, Part>>
  const settings = await checkSettings(written, '/x/.guardianrc')
  const less = {
    ...written,
    services: withoutDefaults(written['services'], (service) => serviceDefaults[service.manager as 'command']),
    channels: withoutDefaults(written['channels'], (channel) => channelDefaults[channel.type as 'file']),
  }
  expect(await checkSettings(less, '/x/.guardianrc')).toEqual({
    ...settings,
    channels: {...settings.channels, hook: {...settings.channels['hook'], headers: {}, secrets: []}},
  })
  const {env, jobs, ...limits} = settings.openclaw ?? openclawDefaults
  expect({...limits, env: {}, jobs: {}}).toEqual(openclawDefaults)
})

interface Part {
  readonly manager?: string
  readonly type?: string
}

function withoutDefaults(parts: Readonly<Record<string, Part>> | undefined, defaultsOf: (part: Part) => object) {
  return Object.fromEntries(
    Object.entries(parts ?? {}).map(([name, part]) => {
      const keys = Object.keys(defaultsOf(part)).map((key) => key.replace(/Ms$/, ''))
      return [name, Object.fromEntries(Object.entries(part).filter(([key]) => !keys.includes(key)))]
    }),
  )
}
