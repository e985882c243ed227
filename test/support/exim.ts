import {spawnSync} from 'node:child_process'
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {vi} from 'vitest'
import {startDaemon} from './daemon.js'
import {answers, closedPort} from './http-receiver.js'
import {isRoot} from './sandbox.js'

const exim = '/usr/sbin/exim4'

/** Exim changes to its own user, which takes root. */
export const hasExim = isRoot && existsSync(exim) && spawnSync(exim, ['--version']).status === 0

/** Starts the real Exim on loopback: mail to a@, b@ and so on is kept; to busy@ gets 451, to nobody@ 550. */
export async function startExim(dir: string) {
  const port = await closedPort()
  for (const name of ['spool', 'mail', 'log']) {
    mkdirSync(join(dir, name))
    spawnSync('chown', ['Debian-exim:Debian-exim', join(dir, name)])
  }
  chmodSync(dir, 0o755)
  const config = join(dir, 'exim.conf')
  writeFileSync(config, settings(dir))
  startDaemon(exim, '-C', config, '-bdf', '-oX', `127.0.0.1.${port}`)
  await vi.waitUntil(() => answers(port), {timeout: 20_000})
  // While Exim writes a mail, its name begins with `temp`.
  const names = () => readdirSync(join(dir, 'mail')).filter((name) => name.startsWith('q'))
  const mails = () => names().map((name) => readFileSync(join(dir, 'mail', name), 'utf8'))
  return {port, mails}
}

const settings = (dir: string) => `
primary_hostname = mail.example
spool_directory = ${dir}/spool
log_file_path = ${dir}/log/%slog
keep_environment =
acl_smtp_rcpt = check_rcpt
acl_smtp_data = accept
local_interfaces = 127.0.0.1
message_size_limit = 1M
begin acl
check_rcpt:
  defer local_parts = busy
        message = the mailbox is busy
  deny  local_parts = nobody
        message = there is no such mailbox
  accept
begin routers
all:
  driver = accept
  transport = file
begin transports
file:
  driver = appendfile
  directory = ${dir}/mail
  maildir_format = false
  user = Debian-exim
begin retry
begin rewrite
begin authenticators
`
