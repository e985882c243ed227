/** What is read only after a failure or from a result file, apart from what every run loads. */
export {crashTailBytes, findCrash} from '../domain/crash-marks.js'
export {parseResult, resultLimit} from '../domain/job-result.js'
