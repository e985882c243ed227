/**
 * A signal that aborts with another one, or after so many milliseconds with a reason named `TimeoutError`. Node 20 holds
 * the sources of `AbortSignal.any` weakly: a collection of garbage may take the one of `AbortSignal.timeout`, and then
 * nothing ends what waits for it. The timer keeps no program alive.
 */
export function withTimeLimit(signal: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController()
  const abort = (reason: unknown) => {
    clearTimeout(timer)
    signal.removeEventListener('abort', follow)
    controller.abort(reason)
  }
  const follow = () => abort(signal.reason)
  const timer = setTimeout(() => abort(new DOMException(`no end within ${ms} ms`, 'TimeoutError')), ms).unref()
  if (signal.aborted) follow()
  else signal.addEventListener('abort', follow)
  return controller.signal
}
