// Makes the dashboard: one HTML file with its script and its style inside, which loads nothing else.
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import fastGlob from 'fast-glob'
import {rolldown} from 'rolldown'

const folder = join(import.meta.dirname, '../src/http/dashboard')

/** @returns the page as text */
export async function makeDashboard() {
  const style = fastGlob
    .sync('style/*.css', {cwd: folder})
    .sort()
    .map((file) => smallCss(readFileSync(join(folder, file), 'utf8')))
    .join('')
  // Inside a script element `</` would end it.
  const script = (await bundleScript()).trim().replaceAll('</', '<\\/')
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">',
    `<title>guard</title><style>${style}</style></head>`,
    `<body><div id="app"></div><script type="module">${script}</script></body></html>\n`,
  ].join('')
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
  const {output} = await build.generate({format: 'esm', minify: true, codeSplitting: false})
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
