import type {OpenClawFailure} from '../../domain/openclaw/response.js'
import type {OpenClaw} from '../../system/openclaw/openclaw.js'

/**
 * Why OpenClaw could not be asked: wrong settings, or a gateway that is down, hangs, or is busy. If the gateway is
 * down, its store still has the runs that it left unfinished.
 */
export async function diagnoseGateway(
  openclaw: Pick<OpenClaw, 'health' | 'listRunningTasks'>,
  failure: OpenClawFailure,
): Promise<string> {
  if (failure.kind !== 'transient') return `OpenClaw cannot be asked (${failure.kind}): ${failure.message}`
  const health = await openclaw.health()
  const reason = `OpenClaw gives no answer, its gateway is ${health}: ${failure.message}`
  if (health !== 'down') return reason
  const tasks = await openclaw.listRunningTasks()
  if (!tasks.ok || tasks.value.length === 0) return reason
  return `${reason}; it left ${tasks.value.length} ${tasks.value.length === 1 ? 'run' : 'runs'} unfinished`
}
