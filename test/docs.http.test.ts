import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {createSandbox} from './support/sandbox.js'
import {goodKey, startServe} from './support/serve.js'

const page = readFileSync(join(import.meta.dirname, '../docs/http-api.md'), 'utf8')
const examples = [...page.matchAll(/^```sh\n([^`]*)```$/gm)].map(([, example = '']) => example)

test('each example of curl works as it stands, and each route that the page names is there', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', 'jobs: {backup: {command: ["true"]}}\n')
  const served = await startServe(box)
  expect(examples.length).toBeGreaterThan(3)
  for (const example of examples) {
    const line = example.replaceAll('http://127.0.0.1:8723', served.where)
    const options = {env: {DASHBOARD_KEY: goodKey}}
    let {code, stdout, stderr} = await box.sh(line, options)
    // On a busy machine the answer may come later than the page needs.
    if (stdout === '') ({code, stdout, stderr} = await box.sh(line.replace('--max-time 2', '--max-time 30'), options))
    expect({example, code, stdout}).toMatchObject({code: 0, stdout: expect.stringMatching(/^(?:\{"|retry: )/)})
    expect(stderr).not.toMatch(/curl: \((?!28\))/)
  }
  const {paths} = (await served.ask('/api/v1/openapi.json')).json as {paths: Record<string, object>}
  const known = Object.keys(paths).map((path) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase()))
  const named = [...page.matchAll(/`(?:GET |POST |DELETE )?(\/(?:api|livez|readyz|metrics)[\w/.-]*)/g)].map(
    ([, path]) => path ?? '',
  )
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((path) => !known.includes(path) && path !== '/api/v1/openapi.json')).toEqual([])
  expect(known.filter((path) => !isNamed(path))).toEqual([])
})

/** The page writes the beginning of a path once for several. */
function isNamed(path: string): boolean {
  return (
    page.includes(`${path}\``) ||
    page.includes(`${path}?`) ||
    page.includes(`\`${path.replace('/api/v1', '')}`) ||
    page.includes(`\`${path.slice(path.lastIndexOf('/'))}\``)
  )
}
