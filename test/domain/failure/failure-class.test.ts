import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {builtInClasses} from '../../../src/domain/failure/builtin-patterns.js'
import {classifyText, type FailurePatterns, searchFailures} from '../../../src/domain/failure/failure-class.js'
import {failureWords} from '../../../src/domain/failure/failure-words.js'
import {compilePatterns, patternProblem} from '../../../src/line-patterns.js'
import {fc} from '../../support/properties.js'

const folder = join(import.meta.dirname, '../../fixtures/failure-messages')
const captured = readdirSync(folder, {withFileTypes: true})
  .filter((entry) => entry.isDirectory())
  .flatMap(({name}) => readdirSync(join(folder, name)).map((file) => [name, file] as const))

const classOf = (text: string, patterns: FailurePatterns = {}) =>
  classifyText(text, {patterns, compile: compilePatterns}).failure?.class ?? 'unknown'

test.each(captured)('%s is what %s says', (expected, file) => {
  expect(classOf(readFileSync(join(folder, expected, file), 'utf8'))).toBe(expected)
})

test('each built-in class has messages of several programs', () => {
  for (const name of Object.keys(builtInClasses)) {
    const programs = captured.filter(([of]) => of === name).map(([, file]) => file.replace(/-\d.*/, ''))
    expect(new Set(programs).size, name).toBeGreaterThan(3)
  }
})

const groups = Object.entries(builtInClasses).flatMap(([name, ofClass]) =>
  ofClass.map((group, index) => ({name, index, ...group})),
)

describe.each(groups)('the built-in class $name, group $index', ({words, patterns}) => {
  test('has patterns that an own class may repeat', () => {
    expect(patterns.filter((source) => patternProblem(source) !== undefined)).toEqual([])
  })

  test('has one of its words and one of all failures in whatever a pattern matches', () => {
    for (const source of patterns) {
      const plain = source.replace(/^\(\?i\)/, '')
      const pattern = new RegExp(plain, plain === source ? '' : 'i')
      // fast-check cannot make texts for word boundaries.
      const matched = fc.stringMatching(new RegExp(plain.replaceAll('\\b', ''))).filter((text) => pattern.test(text))
      // A number with a fraction is no status.
      const isFraction = (text: string) => /\d[.,]\d/.test(text)
      fc.assert(fc.property(matched, (text) => isFraction(text) || (words.test(text) && failureWords.test(text))))
    }
  })

  test('takes a bounded number of steps at each place of a line', () => {
    for (const source of patterns) {
      const plain = source
        .replace(/\\./g, 'x')
        .replace(/\[[^\]]*\]/g, 'x')
        .replaceAll('(?', '(')
      expect(plain).not.toMatch(/[*+]|,\}|\)\{/)
    }
  })
})

// Documented messages of programs that the test data does not hold.
test.each([
  [
    'rate-limit',
    'An error occurred (ThrottlingException) when calling the ListJobs operation (reached max retries: 4): Rate exceeded',
  ],
  ['rate-limit', '{"type":"error","error":{"type":"rate_limit_error","message":"..."}}'],
  ['rate-limit', 'openai.RateLimitError: Error code: 429 - {"error": {"message": "Rate limit reached"}}'],
  ['server', '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'],
  ['server', 'psql: error: FATAL:  sorry, too many clients already'],
  ['auth', 'An error occurred (ExpiredToken) when calling the ListBuckets operation'],
  [
    'auth',
    'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired',
  ],
  ['connection', 'kex_exchange_identification: Connection closed by remote host'],
  ['connection', 'Error: getaddrinfo EAI_AGAIN api.example.com'],
  ['timeout', 'Error: connect ETIMEDOUT 10.0.0.1:443'],
  ['timeout', 'HeadersTimeoutError: Headers Timeout Error (UND_ERR_HEADERS_TIMEOUT)'],
])('%s: %s', (expected, line) => {
  expect(classOf(line)).toBe(expected)
})

test.each([
  'processed 503 rows, 404 of them new',
  'wrote data/prices_429.csv',
  'timeout: 0,',
  'using timeout=30',
  'clarifyTimeoutError: false',
  'status: 200 OK',
  'all 401 checks passed',
  'GET /status 200 500ms',
  'rows=500 status=ok',
])('a line that reports no failure has no class: %s', (line) => {
  expect(classOf(line)).toBe('unknown')
})

test('a long line that nearly matches at every place takes no longer than others', () => {
  const near =
    'Connection closes by x FATAL:  role "y ERROR: relation z Permission denie (publickey, repository \'a 503 '
  expect(classOf(near.repeat(20_000))).toBe('unknown')
})

describe('of several lines', () => {
  test.each([
    ['auth', 'HTTP 429 Too Many Requests\nHTTP 401 Unauthorized'],
    ['rate-limit', 'HTTP 401 Unauthorized\nHTTP 429 Too Many Requests'],
    ['connection', 'HTTP 503\nConnection refused\ngiving up after 3 attempts'],
    ['auth', 'git@x: Permission denied (publickey).\nrsync error: unexplained error (code 255) at io.c(228)'],
  ])('the last with a class decides: %s', (expected, text) => {
    expect(classOf(text, {uw: ['UW.*fail']})).toBe(expected)
  })

  test('the evidence is the first of those at the end that agree', () => {
    const text = "HTTP 503\nError: connect ECONNREFUSED 10.0.0.1:1\n  code: 'ECONNREFUSED',\n"
    expect(classifyText(text).failure?.evidence).toBe('Error: connect ECONNREFUSED 10.0.0.1:1')
  })
})

describe('own classes', () => {
  test.each(['UW fail\nHTTP 503', 'HTTP 503\nUW fail'])('outrank the built-in ones wherever they show: %j', (text) => {
    expect(classOf(text, {uw: ['UW.*fail']})).toBe('uw')
  })

  test('of several, the last one shown decides', () => {
    const own = {first: ['UW fail'], second: ['SIP delay']}
    expect(classOf('SIP delay\nUW fail', own)).toBe('first')
    expect(classOf('UW fail\nSIP delay', own)).toBe('second')
  })

  test('outrank the built-in ones on one line, in their own order', () => {
    const own = {'uw-socket': ['UW.*fail'], feed: ['SIP.*delay', 'HTTP 503']}
    expect(classOf('UW fail: SIP feed delay: HTTP 503', own)).toBe('uw-socket')
    expect(classOf('HTTP 429 from HTTP 503', own)).toBe('feed')
    expect(classOf('HTTP 503\nSIP feed delay', own)).toBe('feed')
    expect(classOf('HTTP 502', own)).toBe('server')
  })

  test('may take the name of a built-in one and replace it', () => {
    expect(classOf('HTTP 429', {'rate-limit': ['slow down please']})).toBe('unknown')
    expect(classOf('slow down please', {'rate-limit': ['slow down please']})).toBe('rate-limit')
  })

  test('with a pattern that cannot be used go on with their others', () => {
    expect(classOf('UW fail', {'uw-socket': ['(', 'UW']})).toBe('uw-socket')
    expect(patternProblem('(')).toMatch(/missing closing/)
  })

  test('with (a+)+$ take a hostile line in their stride', () => {
    expect(classOf(`${'a'.repeat(50_000)}!`, {x: ['(a+)+$']})).toBe('unknown')
  })
})

describe('the evidence', () => {
  test('is the line that showed the class, masked and at most 200 characters', () => {
    const line = `GET https://api.example.com/v1?api_key=SECRET-1 Authorization: Bearer SECRET-2 failed: HTTP 503 ${'x'.repeat(500)}`
    const {failure} = classifyText(`ok\n${line}\nbye`)
    expect(failure?.evidence).toContain('GET https://api.example.com/v1?api_key=***')
    expect(failure?.evidence).not.toContain('SECRET')
    expect(failure?.evidence.length).toBeLessThanOrEqual(200)
  })

  test('holds its letters beyond ASCII', () => {
    expect(classifyText('Zeitüberschreitung – HTTP 504').failure?.evidence).toBe('Zeitüberschreitung – HTTP 504')
  })
})

describe('Retry-After', () => {
  test.each([
    ['< retry-after: 7', {waitMs: 7000}],
    ['Retry-After: Wed, 21 Oct 2026 07:28:00 GMT', {untilMs: Date.UTC(2026, 9, 21, 7, 28)}],
    [`{'Retry-After': '120', 'Server': 'x'}`, {waitMs: 120_000}],
    ['{"retry_after": 1.5}', {waitMs: 1500}],
    ['{"retry_after_ms": 250}', {waitMs: 250}],
    ['please retry after 2 minutes', {waitMs: 120_000}],
    ['Rate limit reached. Please try again in 1m30s.', {waitMs: 90_000}],
    ['Please try again in 20ms', {waitMs: 20}],
    ['retry in 5 seconds', {waitMs: 5000}],
    ['retry-after: 172800', {waitMs: 172_800_000}],
    ['retry-after: 99999999', {waitMs: 99_999_999_000}],
    ['Retry-After: Sunday, 06-Nov-94 08:49:37 GMT', {untilMs: Date.UTC(1994, 10, 6, 8, 49, 37)}],
    ['Retry-After: Wednesday, 21-Oct-26 07:28:00 GMT', {untilMs: Date.UTC(2026, 9, 21, 7, 28)}],
    ['Retry-After: Sun Nov  6 08:49:37 1994', {untilMs: Date.UTC(1994, 10, 6, 8, 49, 37)}],
    ['"retry_after": "Wed Oct 21 07:28:00 2026"', {untilMs: Date.UTC(2026, 9, 21, 7, 28)}],
    ['retry-after-ms: 1500', {waitMs: 1500}],
    ["{'retry-after-ms': '250'}", {waitMs: 250}],
    ['{"error": {"retry_after": 30}}', {waitMs: 30_000}],
    ['retry after 2 days', {waitMs: 172_800_000}],
    ['we retry after lunch', undefined],
  ])('is read in: %s', (line, expected) => {
    expect(classifyText(`HTTP/1.1 429\r\n${line}\r\n`).retryAfter).toEqual(expected)
  })

  test('is the last one that was asked for', () => {
    expect(classifyText('retry-after: 5\nretry-after: 9\n').retryAfter).toEqual({waitMs: 9000})
  })
})

test('an output too large to be looked at beforehand says the same', () => {
  const filler = `${'x'.repeat(1023)}\n`.repeat(70)
  for (const name of Object.keys(builtInClasses)) {
    const file = captured.find(([of]) => of === name)?.[1] ?? ''
    const text = readFileSync(join(folder, name, file), 'utf8')
    expect(classifyText(`${text}\n${filler}`), file).toEqual(classifyText(text))
  }
})

test('an output that comes in one buffer again and again is seen whole', () => {
  const search = searchFailures()
  const buffer = Buffer.alloc(9)
  for (const piece of ['HTTP 503\n', 'all good\n']) {
    buffer.write(piece)
    search.push(buffer)
  }
  expect(search.end().failure?.class).toBe('server')
})

test('cutting the output anywhere changes nothing', () => {
  const text = 'HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\nüblich\r\n'
  const bytes = new TextEncoder().encode(text)
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), {maxLength: 6}), (cuts) => {
      const search = searchFailures()
      const ends = [...cuts, bytes.length].sort((a, b) => a - b)
      for (const [index, end] of ends.entries()) search.push(bytes.subarray(ends[index - 1] ?? 0, end))
      expect(search.end()).toEqual(classifyText(text))
    }),
  )
})
