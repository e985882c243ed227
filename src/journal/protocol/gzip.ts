import {GuardError} from '../../errors.js'

/** Loaded when an archive is written or read, which most commands never do. */
function zlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib')
}

/** Several results one after the other are one gzip file too (RFC 1952, section 2.2). */
export function gzip(bytes: Buffer): Buffer {
  return zlib().gzipSync(bytes)
}

/** Throws GuardError `io` when the bytes are not what `gzip` made; `name` says where they stand. */
export function gunzip(bytes: Buffer, name: string): Buffer {
  try {
    return zlib().gunzipSync(bytes)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new GuardError('io', `${name} is damaged (${code})`, ['bring it back from a backup, or remove it'], {
      cause: error,
    })
  }
}
