import {z} from 'zod'
import {durationProblem, parseDuration} from '../domain/clock/duration.js'
import {isJobName, jobNamePattern, jobNameRule} from '../domain/job/job-name.js'
import {scheduleProblem} from '../domain/schedule/schedule.js'
import {timeZoneProblem} from '../domain/schedule/time-zone.js'
import type {Argv} from '../domain/settings/job.js'
import type {Secret, TextOrSecret} from '../domain/settings/secret.js'
import {parseSize} from '../domain/settings/size.js'

/**
 * The kinds of values in the settings file. Each takes the description that editors show, and refuses a wrong value with
 * one sentence: what is wrong, and what to write.
 */

/** A duration or a size. Its key gets the unit as suffix when it becomes a number. */
export type Measured<Unit extends string> = z.ZodType<number | readonly number[], unknown> & {readonly unit: Unit}
type MeasuredOne<Unit extends string> = z.ZodType<number, string | number> & {readonly unit: Unit}
type MeasuredMany<Unit extends string> = z.ZodType<readonly number[], unknown> & {readonly unit: Unit}

const durationForm = (text: string) => `${durationProblem(text)}; write 500ms, 30s, 10m, 2h or 1d`
const sizeForm = () => 'is not a size; write 512kB, 10MB or 1GB'

export function duration(description: string, {minMs = 1} = {}): MeasuredOne<'Ms'> {
  const schema = measure(durationForm, parseDuration).refine((ms) => ms >= minMs, {
    error: minMs > 1 ? `is shorter than ${minMs}ms; write a longer one` : 'is too short; write more than 0',
  })
  return Object.assign(schema.meta({description}), {unit: 'Ms' as const})
}

/** One duration or a list of them; the result is a list. */
export function durations(description: string): MeasuredMany<'Ms'> {
  const one = duration('Duration')
  const schema = z
    .union([one, z.array(one).min(1, {error: 'is empty; write a duration'})], {
      error: ({input}) => problemOfDurations(input),
    })
    .transform((value): readonly number[] => (Array.isArray(value) ? value : [value as number]))
  return Object.assign(schema.meta({description}), {unit: 'Ms' as const})
}

/** For a list, names its first member that is not a duration. */
function problemOfDurations(value: unknown): string {
  if (!Array.isArray(value)) return durationForm(String(value))
  const wrong = value.find((one) => parseDuration(String(one)) === undefined)
  return `has ${JSON.stringify(wrong)}, which ${durationForm(String(wrong))}`
}

export function size(description: string): MeasuredOne<'Bytes'> {
  return Object.assign(measure(sizeForm, parseSize).meta({description}), {unit: 'Bytes' as const})
}

function measure(form: (text: string) => string, parse: (text: string) => number | undefined) {
  return z.union([z.string(), z.number()], {error: form('')}).transform((value, context) => {
    const parsed = parse(String(value))
    if (parsed !== undefined) return parsed
    context.issues.push({code: 'custom', message: form(String(value)), input: value})
    return z.NEVER
  })
}

/** Text that is valid for the operating system: not empty, no NUL. */
export function text(description: string) {
  return plainText().meta({description})
}

function plainText() {
  return z.string().regex(/^[^\0]+$/, {error: 'is empty or contains a NUL; write some text'})
}

/** Text of a given form. `form` is the error: what is wrong, and what to write. */
export function textOf(description: string, pattern: RegExp, form: string) {
  return z.string({error: form}).regex(pattern, {error: form}).meta({description})
}

export function flag(description: string) {
  return z.boolean({error: 'is neither true nor false; write one of them'}).meta({description})
}

export function count(description: string, {min = 0, max = 1_000_000} = {}) {
  const form = `is not a whole number from ${min} to ${max}`
  return z.int({error: form}).min(min, {error: form}).max(max, {error: form}).meta({description})
}

export function ratio(description: string, {min = 0, max = 1} = {}) {
  const form = `is not a number from ${min} to ${max}`
  return z.number({error: form}).min(min, {error: form}).max(max, {error: form}).meta({description})
}

export function oneOf<const T extends readonly [string, ...string[]]>(description: string, words: T) {
  return z.enum(words, {error: `is unknown; write one of ${words.join(', ')}`}).meta({description})
}

/** One text or a list of texts; the result is a list. */
export function oneOrMore<T extends z.ZodType<string, string>>(description: string, item: T) {
  return z
    .union([item, z.array(item)])
    .transform((value): readonly string[] => (Array.isArray(value) ? value : [value as string]))
    .meta({description})
}

export function jobName(description: string) {
  return textOf(description, jobNamePattern, `is not a valid name; write ${jobNameRule}`)
}

/** A map from names to values, where the user chooses the names. */
export function named<V extends z.ZodType>(description: string, value: V) {
  const name = z.string().refine(isJobName, {error: `is not valid; write ${jobNameRule}`})
  return z.record(name, value).meta({description})
}

/** A program and its arguments. There is no shell, so one string of several words is refused. */
export function argv(description: string): z.ZodType<Argv, string | string[]> {
  const form = 'is a command line in one string; write a list: [program, argument, …]'
  const alone = plainText().refine((value) => !/\s/.test(value), {error: form})
  return z
    .union([alone, programAndArguments()])
    .transform((value) => (typeof value === 'string' ? [value] : value) as unknown as Argv)
    .meta({description})
}

/** A command line that may also be one string, for a shell. */
export function commandLine(description: string): z.ZodType<Argv, string | string[]> {
  return z
    .union([plainText(), programAndArguments()])
    .transform((value) => (typeof value === 'string' ? [value] : value) as unknown as Argv)
    .meta({description})
}

function programAndArguments() {
  return z.array(z.string().regex(/^[^\0]*$/, {error: 'contains a NUL'})).min(1, {error: 'is empty; write a program'})
}

const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/

function references() {
  const env = textOf('Environment variable with the secret', environmentName, 'is not the name of a variable')
  const file = text('File that contains only the secret')
  return [z.strictObject({env}), z.strictObject({file})] as const
}

/** For a secret that is written in the settings themselves. */
const secretForm = 'must be a reference to the secret; write {env: NAME} or {file: PATH}'

export function secret(description: string): z.ZodType<Secret, Secret> {
  return z.union(references(), {error: secretForm}).meta({description})
}

/** One reference or a list of them; the result is a list. */
export function secrets(description: string) {
  const one = secret(description)
  return z
    .union([one, z.array(one)], {error: secretForm})
    .transform((value): readonly Secret[] => (Array.isArray(value) ? value : [value as Secret]))
    .meta({description})
}

const textOrSecretForm = 'is neither text nor a reference; write text in quotes, {env: NAME} or {file: PATH}'

export function textOrSecret(
  description: string,
  problemOf: ProblemOf = () => undefined,
): z.ZodType<TextOrSecret, TextOrSecret> {
  return z
    .union([z.string().regex(/^[^\0]*$/, {error: 'contains a NUL'}), ...references()], {error: textOrSecretForm})
    .superRefine((value, context) => {
      const problem = typeof value === 'string' ? problemOf(value) : undefined
      if (problem !== undefined) context.addIssue(problem)
    })
    .meta({description})
}

/** Environment variables. One whose name suggests a secret must be a reference. */
export function environment(description: string) {
  const name = z.string().regex(environmentName, {error: 'is not the name of an environment variable'})
  return z.record(name, textOrSecret('Text, or a reference to a secret')).meta({description})
}

export function schedule(description: string) {
  return textProblem(description, scheduleProblem)
}

export function timezone(description: string) {
  return textProblem(description, timeZoneProblem)
}

/** A regular expression, searched line by line. It is checked asynchronously, because RE2 is loaded only if needed. */
export function pattern() {
  const description = 'Regular expression (RE2 syntax: no lookaround, no back-references), searched line by line'
  return z
    .string()
    .superRefine(async (value, context) => {
      const {patternProblem} = await import('../line-patterns.js')
      const problem = patternProblem(value)
      if (problem !== undefined) context.addIssue(problem)
    })
    .meta({description})
}

/** Glob patterns below their base folder; only absolute patterns may leave it. */
export function globs(description: string) {
  return oneOrMore(description, textProblem('Glob pattern', globProblem))
}

function globProblem(glob: string): string | undefined {
  if (glob === '' || glob.includes('\0')) return 'is empty; write a path or a glob pattern'
  if (glob.startsWith('~')) return 'begins with ~, which only a shell expands; write the absolute path'
  if (glob.split(/[/\\]/).includes('..')) return 'leaves its folder with ..; write the absolute path'
  if (/^\/+([^/]*[*?{[(]|$)/.test(glob)) return 'searches the whole machine; begin with a folder'
  return undefined
}

/** What is wrong with a value, and what to write. */
type ProblemOf = (value: string) => string | undefined

/** Text for which `problemOf` returns no problem. */
export function textProblem(description: string, problemOf: ProblemOf) {
  return z
    .string()
    .superRefine((value, context) => {
      const problem = problemOf(value)
      if (problem !== undefined) context.addIssue(problem)
    })
    .meta({description})
}
