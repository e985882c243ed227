import {changeSchemas} from './change-schemas.js'
import {readSchemas} from './schemas.js'

/** The shape of each answer by its name. Loaded late: only the OpenAPI document needs them. */
export const answerSchemas = {...readSchemas, ...changeSchemas}

export type AnswerName = keyof typeof answerSchemas
