import {GuardError} from '../../errors.js'

/** Loaded late, because most commands neither write nor read an archive. */
function zlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib')
}

/** The concatenation of several results is a gzip file too (RFC 1952, section 2.2). */
export function gzip(bytes: Buffer): Buffer {
  return zlib().gzipSync(bytes)
}

/** Throws GuardError `io` if the bytes are damaged; `name` is the file for its message. */
export function gunzip(bytes: Buffer, name: string): Buffer {
  try {
    return zlib().gunzipSync(bytes)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new GuardError('io', `${name} is damaged (${code})`, ['restore it from a backup, or remove it'], {
      cause: error,
    })
  }
}
