import {type ClientRequest, request as httpRequest, type IncomingMessage} from 'node:http'
import {connect, type Socket} from 'node:net'
import {Ajv2020} from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import {expect, onTestFinished} from 'vitest'
import {createSandbox, type Running, type RunOptions, type Sandbox, until} from './sandbox.js'

export const goodKey = 'correct-horse-battery-staple'

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
  /** Undefined for what is not JSON. */
  readonly json: unknown
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Not checked against the OpenAPI document, because the request is none that it describes. */
  readonly isUnchecked?: boolean
}

export interface Served extends Running {
  /** `http://127.0.0.1:PORT`, or the path of the socket. */
  readonly where: string
  /** Asks with the key and checks the answer against the schema of its route. */
  ask(path: string, asked?: Asked): Promise<Answer>
  /** Posts JSON as the page does. */
  post(path: string, body?: unknown, asked?: Asked): Promise<Answer>
  /** A connection of its own, for what no client sends. */
  connect(): Socket
}

/** Starts `guard serve` with the key, on a free port unless the flags name a place, and waits until it listens. */
export async function startServe(
  box: Sandbox,
  flags: readonly string[] = [],
  options: RunOptions = {},
): Promise<Served> {
  const place = flags.some((flag) => flag === '--socket' || flag === '--port') ? [] : ['--port', '0']
  const env = {DASHBOARD_KEY: goodKey, ...options.env}
  const running = box.start(['serve', '--json', ...place, ...flags], {...options, env})
  onTestFinished(() => running.kill('SIGKILL'))
  let over = false
  void running.ended.then(() => (over = true))
  await until(() => over || running.stdout().includes('\n'), 'guard serves')
  if (over) throw new Error(`guard serve has ended: ${JSON.stringify(await running.ended)}`)
  const {url, socket} = JSON.parse(running.stdout()) as {url?: string; socket?: string}
  const where = url ?? socket ?? ''
  const target = url === undefined ? {socketPath: socket, host: 'localhost'} : targetOf(url)
  const check = documentChecker(() => exchange(target, '/api/v1/openapi.json', {headers: {'x-dash-key': goodKey}}))
  const ask = async (path: string, {headers, isUnchecked, ...asked}: Asked = {}) => {
    const answer = await exchange(target, path, {...asked, headers: {'x-dash-key': goodKey, ...headers}})
    if (!isUnchecked) await check(asked.method ?? 'GET', path, answer)
    return answer
  }
  return {
    ...running,
    where,
    ask,
    post: (path, body = {}, asked = {}) =>
      ask(path, {
        method: 'POST',
        body: JSON.stringify(body),
        ...asked,
        headers: {'content-type': 'application/json', ...asked.headers},
      }),
    connect: () => {
      const made = url === undefined ? connect(socket ?? '') : connect(Number(new URL(url).port), '127.0.0.1')
      onTestFinished(() => void made.destroy())
      // A server may end a connection in the middle of what is sent.
      return made.on('error', () => undefined)
    },
  }
}

type Target = {readonly socketPath?: string | undefined; readonly host: string; readonly port?: string}

export function targetOf(url: string): Target {
  const {hostname, port} = new URL(url)
  return {host: hostname, port}
}

/** One request over a connection of its own. */
export function exchange(target: Target, path: string, {method = 'GET', headers = {}, body}: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request: ClientRequest = httpRequest({...target, path, method, headers, agent: false}, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString()
        const isJson = response.headers['content-type'] === 'application/json' && text !== ''
        const json: unknown = isJson && !response.headers['content-encoding'] ? JSON.parse(text) : undefined
        resolve({status: response.statusCode ?? 0, headers: response.headers, text, json})
      })
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** The jobs `backup` and `feed` of these settings have run once, and the watchdog has made its round. */
export async function boxWithRuns(settings: string): Promise<Sandbox> {
  const box = createSandbox()
  box.write('.guardianrc.yaml', settings)
  await box.guard('run', 'backup')
  await box.guard('run', 'feed')
  await box.guard('watchdog')
  return box
}

interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, {readonly responses: Readonly<Record<string, {readonly content: object}>>}>>>
  >
}

/** Checks that an answer is one that the document of the server describes. */
function documentChecker(read: () => Promise<Answer>) {
  let document: OpenApi | undefined
  const ajv = new Ajv2020({strict: false, allErrors: true})
  addFormats.default(ajv)
  return async (method: string, path: string, {status, headers, json}: Answer) => {
    const [type = ''] = (headers['content-type'] ?? '').split(';')
    if (type === '' || method === 'HEAD') return
    if (!document) {
      document = (await read()).json as OpenApi
      ajv.addSchema(document, 'api')
    }
    const asked = path.split('?')[0] ?? ''
    const [route, operations] = Object.entries(document.paths).find(([name]) => patternOf(name).test(asked)) ?? []
    const responses = operations?.[method.toLowerCase()]?.responses
    if (route === undefined || !responses) return expect([404, 405]).toContain(status)
    expect({method, route, status, types: Object.keys(responses[status]?.content ?? {})}).toMatchObject({types: [type]})
    if (json === undefined) return
    const pointer = [
      'paths',
      route,
      method.toLowerCase(),
      'responses',
      String(status),
      'content',
      'application/json',
      'schema',
    ]
    const validate = ajv.getSchema(
      `api#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`,
    )
    if (!validate) throw new Error(`the document has no schema of ${method} ${route} ${status}`)
    validate(json)
    expect({route, status, json, errors: validate.errors}).toMatchObject({errors: null})
  }
}

function patternOf(route: string): RegExp {
  return new RegExp(`^${route.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}
