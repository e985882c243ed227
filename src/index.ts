/** The library: breakers and retries for Node programs, sharing their state with the jobs that run under guard. */
export type {BreakerState} from './domain/breaker/breaker.js'
export type {FailureFinding} from './domain/failure/failure-class.js'
export {type ErrorKind, GuardError} from './errors.js'
export {type BreakerPolicy, CircuitBreaker, type CircuitBreakerOptions} from './library/circuit-breaker.js'
export {type CallAttempt, type RetryOptions, type RetryPolicy, retryWithPolicy} from './library/retry-with-policy.js'
export {classifyError} from './system/process/error-class.js'
export type {BreakerChange, Permit} from './usecases/breaker/breaker.js'
export type {RetryNews} from './usecases/recovery/retry.js'
