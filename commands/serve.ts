import {defineCommand} from '../src/cli/command/definition.js'
import {serve} from '../src/cli/serve.js'

export default defineCommand({
  summary: 'An HTTP API and a dashboard of the jobs, on this machine or behind a proxy',
  description:
    'Serves http://127.0.0.1:8723 with the key in DASHBOARD_KEY or in --key-file, at least 16 characters; callers send it as X-Dash-Key. Without a key it serves the Unix socket serve.sock in the state directory, for reading. Ends with TERM.',
  usage: ['serve [--host ADDRESS] [--port N] [FLAGS]', 'serve --socket PATH [FLAGS]'],
  examples: [
    'guard serve',
    'guard serve --key-file ~/.config/guardian/dashboard.key',
    'guard serve --socket /run/user/1000/guard.sock --read-only',
    'guard serve --host 0.0.0.0 --port 8080 --allow-host guard.example.org',
  ],
  flags: {
    host: {type: 'text', summary: 'address to serve (default: 127.0.0.1)', helpValue: 'ADDRESS', exclusive: ['socket']},
    port: {type: 'integer', summary: 'port (default: 8723); 0 for a free one', max: 65_535, exclusive: ['socket']},
    socket: {type: 'text', summary: 'serve this Unix socket, mode 0600, instead', helpValue: 'PATH'},
    'key-file': {type: 'text', summary: 'file with the key, of this user, mode 0600', helpValue: 'PATH'},
    'allow-host': {
      type: 'text',
      summary: 'more names that requests may name in Host, with commas between them',
      helpValue: 'NAMES',
    },
    'public-reads': {type: 'boolean', summary: 'reading needs no key'},
    'read-only': {type: 'boolean', summary: 'nothing can be changed through it'},
  },
  run: ({flags, json, print, openGuard}) =>
    serve({
      ...{host: flags.host, port: flags.port, socket: flags.socket, keyFile: flags['key-file']},
      allowHost: flags['allow-host'],
      publicReads: flags['public-reads'] === true,
      readOnly: flags['read-only'] === true,
      ...{json, print, openGuard},
    }),
})
