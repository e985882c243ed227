import type {HttpBindings} from '@hono/node-server'

/** What Hono hands to each route. */
export type ServerEnv = {Bindings: HttpBindings; Variables: {isBodyRead?: boolean}}
