// npm run build:deb [-- --version V] [--compression gzip-1]: dist/packages/guardian_V_amd64.deb and a plain tarball with the
// same files. The executable is never stripped: its program stands behind its sections.
import {execFileSync} from 'node:child_process'
import {copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {parseArgs} from 'node:util'
import {gzipSync} from 'node:zlib'
import fastGlob from 'fast-glob'
import {commitDate, manPageOfBuild} from './man-page.mjs'

const root = dirname(import.meta.dirname)
const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const {values} = parseArgs({
  options: {version: {type: 'string', default: pjson.version}, compression: {type: 'string', default: 'xz-6'}},
})
const {version} = values
const architecture = {x64: 'amd64', arm64: 'arm64'}[process.arch]
const out = join(root, 'dist/packages')
const stage = join(out, 'stage')
rmSync(stage, {recursive: true, force: true})

const manPage = manPageOfBuild(version)

function put(path, content, mode = 0o644) {
  const file = join(stage, path)
  mkdirSync(dirname(file), {recursive: true, mode: 0o755})
  writeFileSync(file, content, {mode})
}

const completionPaths = {
  bash: 'bash-completion/completions/guard',
  zsh: 'zsh/vendor-completions/_guard',
  fish: 'fish/vendor_completions.d/guard.fish',
}

function completion(shell) {
  return execFileSync(join(root, 'dist/standalone/guard'), ['completion', shell], {encoding: 'utf8'})
}

function copy(from, path, mode = 0o644) {
  put(path, '', mode)
  copyFileSync(join(root, from), join(stage, path))
}

const packed = (text) => gzipSync(text, {level: 9})
const doc = 'usr/share/doc/guardian'
copy('dist/standalone/guard', 'usr/lib/guardian/guard', 0o755)
copy('dist/standalone/guard.bin', 'usr/lib/guardian/guard.bin', 0o755)
mkdirSync(join(stage, 'usr/bin'))
symlinkSync('../lib/guardian/guard', join(stage, 'usr/bin/guard'))
put('usr/share/man/man1/guard.1.gz', packed(manPage))
for (const [shell, path] of Object.entries(completionPaths)) put(`usr/share/${path}`, completion(shell))
copy('.guardianrc.example', 'etc/guardian/guardianrc.example')
cpSync(join(root, 'packaging/systemd'), join(stage, 'lib/systemd/system'), {recursive: true})
copy('packaging/copyright', `${doc}/copyright`)
copy('packaging/lintian-overrides', 'usr/share/lintian/overrides/guardian')
const stamp = new Date(`${commitDate()}T12:00:00Z`).toUTCString().replace('GMT', '+0000')
// As with dpkg's own tools, who builds the package says who answers for it.
const {DEBFULLNAME = 'The Guardian authors', DEBEMAIL = 'guardian@localhost'} = process.env
const maintainer = `${DEBFULLNAME} <${DEBEMAIL}>`
const entry = `guardian (${version}) unstable; urgency=medium\n\n  * See CHANGELOG.md for what has changed.\n\n -- ${maintainer}  ${stamp}\n`
put(`${doc}/changelog.gz`, packed(entry))
copy('CHANGELOG.md', `${doc}/CHANGELOG.md`)

const files = fastGlob.sync('**', {cwd: stage, dot: true, onlyFiles: true, followSymbolicLinks: false}).sort()
const sizeKiB = Math.ceil(files.reduce((sum, file) => sum + statSync(join(stage, file)).size, 0) / 1024)
put(
  'DEBIAN/control',
  `Package: guardian
Version: ${version}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${sizeKiB}
Depends: libc6 (>= 2.17)
Recommends: cron | cron-daemon
Suggests: default-mta | mail-transport-agent
Section: admin
Priority: optional
Description: wrapper for cron jobs that heals the machine and tells the truth
 guard runs the jobs of a crontab under leases, time limits and logs, retries
 and recovers them by the class of their failure, and watches that each of them
 runs and succeeds. It calls people once for each trouble, not once a minute.
`,
)
put('DEBIAN/conffiles', '/etc/guardian/guardianrc.example\n')
const sums = execFileSync(
  'md5sum',
  files.filter((file) => !file.startsWith('etc/')),
  {cwd: stage},
)
put('DEBIAN/md5sums', sums)

const [method, level] = values.compression.split('-')
const deb = join(out, `guardian_${version}_${architecture}.deb`)
execFileSync('dpkg-deb', ['--root-owner-group', `-Z${method}`, `-z${level}`, '--build', stage, deb], {stdio: 'ignore'})

const name = `guardian-${version}-linux-${process.arch}`
const plain = join(out, name)
rmSync(plain, {recursive: true, force: true})
mkdirSync(plain)
for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md']) copyFileSync(join(root, file), join(plain, file))
for (const file of ['guard', 'guard.bin']) cpSync(join(root, 'dist/standalone', file), join(plain, file))
copyFileSync(join(root, '.guardianrc.example'), join(plain, 'guardianrc.example'))
writeFileSync(join(plain, 'guard.1'), manPage)
for (const shell of Object.keys(completionPaths))
  writeFileSync(join(plain, `guard.${shell}-completion`), completion(shell))
const tar = join(out, `${name}.tar.${method === 'gzip' ? 'gz' : method}`)
const compressor = method === 'gzip' ? `gzip -${level}` : `${method} -T0 -${level}`
execFileSync('tar', ['--owner=0', '--group=0', '-C', out, '-I', compressor, '-cf', tar, name])
rmSync(stage, {recursive: true})
rmSync(plain, {recursive: true})
for (const file of [deb, tar]) process.stdout.write(`${file}  ${(statSync(file).size / 1024 ** 2).toFixed(1)} MiB\n`)
