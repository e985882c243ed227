import type {z} from 'zod'
import {GuardError} from '../errors.js'

/** One thing that is wrong with the settings. */
export interface Problem {
  readonly path: Path
  /** Whether the key itself is wrong, and not its value. */
  readonly ofKey?: boolean
  /** Whether the part can be used all the same. */
  readonly isUsable?: boolean
  /** What is wrong, and what to write. */
  readonly text: string
}

export type Path = readonly PropertyKey[]

/** All problems at once: for each the key path, the wrong value, and what to do. */
export function settingsError(file: string, written: unknown, problems: readonly Problem[]): GuardError {
  const lines = problems.map((problem) => problemText(problem, written))
  const many = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  return new GuardError(
    'config',
    `${file} has ${many}\n${lines.join('\n')}`,
    ['correct it and check it: guard config check'],
    {
      details: {file, problems: problems.map((problem) => ({path: pathText(problem.path), text: problem.text}))},
    },
  )
}

/** One problem in one line. */
export function problemText(problem: Problem, written: unknown): string {
  return `${pathText(problem.path)}: ${textWithValue(problem, written)}`
}

/** What is wrong, after the value that is. */
export function textWithValue({path, text, ofKey}: Problem, written: unknown): string {
  const value = valueAt(written, path)
  return value === undefined || ofKey || mayBeSecret(path) ? text : `${show(value)} ${text}`
}

const longestShown = 60

/** The value as it is written, on one line and shortened. */
function show(value: unknown): string {
  const json =
    typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'a list' : 'a map') : JSON.stringify(value)
  const line = json ?? String(value)
  return line.length > longestShown ? `${line.slice(0, longestShown)}…` : line
}

/** `jobs.scan.recovery[2].for`; a name with other characters is quoted. */
export function pathText(path: Path): string {
  const parts = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`
    return /^[\w$:@-]+$/.test(String(part)) ? `.${String(part)}` : `[${JSON.stringify(String(part))}]`
  })
  return parts.join('').replace(/^\./, '') || 'the settings'
}

export function valueAt(root: unknown, path: Path): unknown {
  let value = root
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<PropertyKey, unknown>)[part]
  }
  return value
}

const secretKey =
  /(token|passw(or)?d|passphrase|secret|credentials?|authorization|cookie|(api|private|access|routing)[_-]?key)$/i

/** Whether a name suggests that its value is a secret. */
export function namesSecret(name: string): boolean {
  return secretKey.test(name)
}

/** Whether the value may be a secret in plain text, which a message must not repeat. */
function mayBeSecret(path: Path): boolean {
  const names = path.map(String)
  return names.some((name) => namesSecret(name) || ['env', 'headers', 'url', 'proxy', 'postgres'].includes(name))
}

/** Converts the issues of zod to sentences. */
export function problemsOf(error: z.ZodError, written: unknown): Problem[] {
  return error.issues.flatMap((issue) => fromIssue(issue, [], written))
}

function fromIssue(issue: z.core.$ZodIssue, above: Path, written: unknown): Problem[] {
  const path = [...above, ...issue.path]
  const value = valueAt(written, path)
  switch (issue.code) {
    case 'unrecognized_keys': {
      const texts = issue.message.split('\n')
      return issue.keys.map((key, index) => ({
        path: [...path, key],
        text: texts[index] ?? 'is an unknown key',
        ofKey: true,
      }))
    }
    case 'invalid_key':
      return issue.issues.map(({message}) => ({path, text: `the name ${message}`, ofKey: true}))
    case 'invalid_union':
      return fromUnion(issue, path, written)
    case 'invalid_type':
      if (value === null && path.length === 2) return [{path, text: 'is empty; add a script or a command', ofKey: true}]
      return [{path, text: value === undefined ? missing : typeText(issue)}]
    default:
      return [{path, text: issue.message}]
  }
}

const missing = 'is missing; add it'

/** If a value may have several forms, reports the problems of the form whose type matches it. */
function fromUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path, written: unknown): Problem[] {
  const isMissing = valueAt(written, path) === undefined
  if ('options' in issue && issue.options) {
    return [{path, text: `${isMissing ? 'is missing' : 'is unknown'}; write one of ${issue.options.join(', ')}`}]
  }
  if (isMissing) return [{path, text: missing}]
  if (!issue.message.startsWith('Invalid input')) return [{path, text: issue.message}]
  const meant = issue.errors.find(
    (issues) => !issues.some((inner) => inner.code === 'invalid_type' && inner.path.length === 0),
  )
  if (meant) return meant.flatMap((inner) => fromIssue(inner, path, written))
  const kinds = issue.errors.flatMap((issues) =>
    issues.map((inner) => ('expected' in inner ? kindOf(inner.expected) : '')),
  )
  return [{path, text: `must be ${[...new Set(kinds)].join(' or ')}`}]
}

function typeText(issue: z.core.$ZodIssueInvalidType): string {
  return issue.message.startsWith('Invalid input') ? `must be ${kindOf(issue.expected)}` : issue.message
}

function kindOf(expected: string): string {
  const kinds: Readonly<Record<string, string>> = {
    string: 'text (in quotes)',
    array: 'a list',
    object: 'a map of keys',
    record: 'a map of names',
    boolean: 'true or false',
    number: 'a number',
    int: 'a whole number',
  }
  return kinds[expected] ?? expected
}
