import {join} from 'node:path'
import {createSandbox, type RunOptions} from './sandbox.js'

const client = join(import.meta.dirname, '../../clients/python')

/** A sandbox for Python jobs, which find guard on PATH as under cron. */
export function pythonSandbox() {
  const box = createSandbox()
  const startPython = (code: string, env: RunOptions['env'] = {}) =>
    box.startSh('exec python3 -B -u -c "$CODE"', {env: {CODE: code, PYTHONPATH: client, ...env}})
  return {
    ...box,
    startPython,
    python: (code: string, env: RunOptions['env'] = {}) => startPython(code, env).ended,
    lease: async (job: string) =>
      JSON.parse((await box.guard('lease', 'show', job, '--json')).stdout) as Record<string, unknown>,
  }
}

/** A script of several lines. */
export const lines = (...text: string[]) => text.join('\n')

/** Limits the size of the journal to its present size, like a disk that becomes full. */
export const fullDisk = lines(
  'size = os.path.getsize(os.environ["GUARD_STATE_DIR"] + "/leases.jsonl")',
  'resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))',
)
