import {createHash} from 'node:crypto'

/** The page of `GET /`, with the hashes of its parts for the Content-Security-Policy. */
export interface DashboardPage {
  readonly html: string
  /** As `'sha256-…'`, of each inline script and of each inline style. */
  readonly scriptHashes: readonly string[]
  readonly styleHashes: readonly string[]
}

const style = 'body{font-family:system-ui,sans-serif;margin:2rem}'

const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>guard</title><style>${style}</style></head>
<body><h1>guard</h1><p>The HTTP API is described by <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p></body></html>
`

export function dashboardPage(): DashboardPage {
  return {html, scriptHashes: [], styleHashes: [hashSource(style)]}
}

/** The source of a Content-Security-Policy that allows this text. */
function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
