import {changeSchemas} from './change-schemas.js'
import {readSchemas} from './schemas.js'
import {serverSchemas} from './server-schemas.js'

/** The shape of each answer by its name. Loaded late: only the OpenAPI document needs them. */
export const answerSchemas = {...readSchemas, ...changeSchemas, ...serverSchemas}

export type AnswerName = keyof typeof answerSchemas
