import type {OpenClawTask} from './openclaw.js'

/** `tasks list --json`: `{tasks: [{taskId, sourceId: the job's id, startedAt, …}]}`. */
export function parseTasks(value: unknown): readonly OpenClawTask[] | undefined {
  const {tasks} = (value ?? {}) as {readonly tasks?: unknown}
  if (!Array.isArray(tasks)) return undefined
  return tasks.flatMap((task: unknown) => parseTask(task) ?? [])
}

function parseTask(value: unknown): OpenClawTask | undefined {
  const {taskId, sourceId, startedAt} = (value ?? {}) as Readonly<Record<string, unknown>>
  if (typeof taskId !== 'string' || typeof sourceId !== 'string') return undefined
  return {taskId, jobId: sourceId, startedAt: typeof startedAt === 'number' ? startedAt : undefined}
}

/** `OpenClaw 2026.5.28 (e932160)`, or the bare number. */
export function parseVersion(stdout: string): string | undefined {
  return /\b(20\d\d\.\d+\.\d+(?:-\d+)?)\b/.exec(stdout)?.[1]
}
