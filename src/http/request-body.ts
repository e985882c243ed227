import type {IncomingMessage} from 'node:http'
import {HttpError} from './http-error.js'

const mostBytes = 64 * 1024

/** Whether the request announces a body. */
export function hasBody({headers}: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Throws HttpError for a body that is announced as too large, before any of it is read. */
export function assertSmallBody({headers}: IncomingMessage): void {
  if (Number(headers['content-length'] ?? 0) > mostBytes) throw tooLarge()
}

/** The JSON of a body; of an empty one `{}`. Throws HttpError. */
export async function readJson(incoming: IncomingMessage): Promise<unknown> {
  const text = await readText(incoming)
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new HttpError('wrong-request', 'the body is not JSON', {problems: [{path: 'body', message: 'is not JSON'}]})
  }
}

/** Reads with listeners, because an iterator that ends early would end the connection before the answer. */
function readText(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let bytes = 0
    incoming.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= mostBytes) pieces.push(piece)
      else {
        incoming.pause()
        reject(tooLarge())
      }
    })
    incoming.once('end', () => resolve(Buffer.concat(pieces).toString('utf8')))
    incoming.once('error', () => reject(new HttpError('wrong-request', 'the body has ended too early')))
  })
}

function tooLarge(): HttpError {
  return new HttpError('too-large', `the body is larger than ${mostBytes} bytes`)
}
