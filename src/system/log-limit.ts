import type {RotatingLog} from './log-rotation.js'

/** A job that ends sooner is not asked how large its log has become: the next run sees to that. */
const firstLookMs = 1000

export interface LogLimit {
  stop(): Promise<void>
}

/** Keeps a log near its greatest size from its job's second second on. What that takes is loaded then. */
export function limitLog(log: RotatingLog): LogLimit {
  let rotation: Promise<LogLimit> | undefined
  const begin = async () => {
    const {LogRotation} = await import('./log-rotation.js')
    return new LogRotation(log)
  }
  const timer = setTimeout(() => {
    rotation = begin()
  }, firstLookMs).unref()
  return {
    stop: async () => {
      clearTimeout(timer)
      await (await rotation)?.stop()
    },
  }
}
