import {execFileSync, spawnSync} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0

interface Certificate {
  readonly key: string
  readonly cert: string
}

export interface Certificates {
  /** The file of the authority that has signed all but the last one. */
  readonly ca: string
  /** For localhost. */
  readonly right: Certificate
  readonly otherName: Certificate
  readonly expired: Certificate
  readonly selfSigned: Certificate
}

/** Makes an authority and what it signs, with the real openssl. */
export function makeCertificates(dir: string): Certificates {
  const path = (name: string) => join(dir, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, {cwd: dir, stdio: 'pipe'})
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const read = (name: string) => ({
    key: readFileSync(path(`${name}.key`), 'utf8'),
    cert: readFileSync(path(`${name}.pem`), 'utf8'),
  })
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=guard test')
  writeFileSync(path('index.txt'), '')
  writeFileSync(path('ca.cnf'), authority)
  const signed = (name: string, host: string, ...dates: string[]) => {
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${host}`)
    writeFileSync(path(`${name}.ext`), `subjectAltName=DNS:${host}\n`)
    const files = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-extfile', `${name}.ext`]
    openssl('ca', '-batch', '-notext', '-config', 'ca.cnf', ...files, ...dates)
    return read(name)
  }
  const self = ['-keyout', 'self.key', '-out', 'self.pem', '-days', '2', '-subj', '/CN=localhost']
  openssl('req', '-x509', ...newKey, ...self, '-addext', 'subjectAltName=DNS:localhost')
  return {
    ca: path('ca.pem'),
    right: signed('right', 'localhost', '-days', '1'),
    otherName: signed('other', 'elsewhere.example', '-days', '1'),
    expired: signed('expired', 'localhost', '-startdate', '20200101000000Z', '-enddate', '20200102000000Z'),
    selfSigned: read('self'),
  }
}

const authority = `[ca]
default_ca = own
[own]
database = index.txt
rand_serial = yes
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
`
