import {GuardError} from '../errors.js'
import {HttpError} from './http-error.js'

/** What a path names: that it is not known is no fault of the request's form. Rejects with HttpError `unknown`. */
export async function found<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof GuardError) || error.kind !== 'usage') throw error
    throw new HttpError('unknown', error.message, {hints: error.hints})
  }
}
