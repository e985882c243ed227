import {HttpError} from './http-error.js'
import {defineRoute, type Route} from './route.js'

const get = {method: 'get', needs: 'nothing', answer: 'probe'} as const

/** For a supervisor or a proxy, which has no key: whether guard answers, and whether it can. */
export const probeRoutes: readonly Route[] = [
  defineRoute({...get, path: '/livez', summary: 'Whether guard answers', run: async () => ({status: 'ok'})}),
  defineRoute({
    ...get,
    path: '/readyz',
    summary: 'Whether the journals can be read',
    failures: [503],
    run: async (api) => {
      await api.ready().catch(() => {
        throw new HttpError('not-ready', 'the journals cannot be read')
      })
      return {status: 'ok'}
    },
  }),
]
