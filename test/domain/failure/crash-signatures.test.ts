import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {findCrash} from '../../../src/domain/failure/crash-signatures.js'

// What the interpreters of these versions really printed.
const folder = join(import.meta.dirname, '../../fixtures/crashes')
const captured = (name: string) => readFileSync(join(folder, `${name}.txt`), 'utf8')

const crashes: Readonly<Record<string, string>> = {
  'python-3.11-uncaught': "Python traceback: KeyError: 'rows'",
  'python-3.11-chained': 'Python traceback: RuntimeError: no rows',
  'python-3.11-multiline-message': 'Python traceback: ValidationError: 1 validation error for Job',
  'python-3.11-syntax': 'SyntaxError: invalid syntax',
  'python-3.11-no-script': "python3: can't open file '/srv/jobs/nosuch.py': [Errno 2] No such file or directory",
  'node-20-uncaught': "uncaught error in Node: TypeError: Cannot read properties of undefined (reading 'rows')",
  'node-20-rejection': 'uncaught error in Node: TypeError: fetch failed',
  'java-17-uncaught': 'Exception in thread "main" java.lang.RuntimeException: bad row',
  'java-17-no-class': 'Error: Could not find or load main class NoSuch',
  'go-1.19-panic': 'Go panic: runtime error: index out of range [3] with length 0',
  'ruby-3.1-uncaught': "Ruby: crash.rb:1:in `fetch': key not found: :rows (KeyError)",
  'perl-5.36-die': 'Perl: cannot read rows: No such file or directory at a.pl line 1.',
  'bash-5.2-syntax': 'syn.sh: line 3: syntax error: unexpected end of file',
  'dash-0.5-syntax': 'syn.sh: 3: Syntax error: end of file unexpected (expecting ")")',
  'bash-5.2-segfault': 'segv.sh: line 1:  8817 Segmentation fault      bash ./k.sh',
}
const handled = ['python-3.11-logged', 'python-3.11-printed']

test.each(Object.entries(crashes))('the crash that ends %s is found and named', (name, expected) => {
  expect(findCrash(captured(name))).toBe(expected)
})

test.each(handled)('an error that the job caught itself is not a crash: %s', (name) => {
  expect(findCrash(captured(name))).toBeUndefined()
})

test('every captured output has its expectation', () => {
  const known = [...Object.keys(crashes), ...handled].map((name) => `${name}.txt`)
  expect(readdirSync(folder).sort()).toEqual(known.sort())
})

test.each(Object.keys(crashes).filter((name) => !name.startsWith('java-17-no')))(
  'what a job prints after %s shows that it lived on',
  (name) => {
    expect(findCrash(`${captured(name)}\nall 3 checks done\nbye\n`)).toBeUndefined()
  },
)

test('colours do not hide a crash', () => {
  expect(findCrash('\u001b[31mSegmentation fault\u001b[0m\n')).toBe('Segmentation fault')
})

test('a secret in the last words is masked', () => {
  expect(findCrash('refused password=hunter2 at x.pl line 3.')).toBe('Perl: refused password=*** at x.pl line 3.')
})

test('output without a mark is not a crash', () => {
  expect(findCrash('')).toBeUndefined()
  expect(findCrash('feed is late\n1 of 3 checks degraded\n')).toBeUndefined()
})
