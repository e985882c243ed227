// Makes the dashboard: one HTML file with its script and its style inside, which loads nothing else.
import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import fastGlob from 'fast-glob'
import {rolldown} from 'rolldown'

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" stroke="#2b78d4" stroke-width="1.4"><path d="M8 1l6 2v4.4c0 3.6-2.4 6.1-6 7.6-3.6-1.5-6-4-6-7.6V3zM4.6 8h1.6l1-2.4 1.6 4.4 1-2h1.6"/></svg>'

const folder = join(import.meta.dirname, '../src/http/dashboard')

/** @returns the page as text, and of its script and its style what a Content-Security-Policy names them by */
export async function makeDashboard() {
  const style = fastGlob
    .sync('style/*.css', {cwd: folder})
    .sort()
    .map((file) => smallCss(readFileSync(join(folder, file), 'utf8')))
    .join('')
  // Inside a script element `</` would end it.
  const script = (await bundleScript()).trim().replaceAll('</', '<\\/')
  const html = [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">',
    // A browser that finds no icon asks the server for one.
    `<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">`,
    `<title>guard</title><style>${style}</style></head>`,
    `<body><div id="app"></div><script type="module">${script}</script></body></html>\n`,
  ].join('')
  return {html, scriptHashes: [hashSource(script)], styleHashes: [hashSource(style)]}
}

function hashSource(text) {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

async function bundleScript() {
  const build = await rolldown({
    input: join(folder, 'main.tsx'),
    platform: 'browser',
    resolve: {extensionAlias: {'.js': ['.ts', '.tsx', '.js']}},
    tsconfig: join(folder, 'tsconfig.json'),
    transform: {target: 'es2022'},
    logLevel: 'warn',
  })
  const {output} = await build.generate({format: 'esm', minify: true, codeSplitting: false, comments: false})
  await build.close()
  return output[0].code
}

/** Without comments and the space that only people need. */
function smallCss(text) {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([{};,]) ?/g, '$1')
    .replaceAll(/: /g, ':')
    .replaceAll(';}', '}')
    .trim()
}
