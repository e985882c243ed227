/**
 * What the routes ask and do. The answers are the objects that the commands print with `--json`; the composition root
 * makes them, because the words of `--json` belong to the commands.
 */
export interface Api {
  jobs(): Promise<object>
  /** Throws GuardError `usage` for a job that is not known, as do all that take a job. */
  job(name: string): Promise<object>
  why(name: string): Promise<object>
  runs(name: string, limit: number): Promise<object>
  output(name: string, lines: number): Promise<object>
  health(): Promise<object>
  incidents(): Promise<object>
  upcoming(withinMs: number): Promise<object>
  alerts(limit: number): Promise<object>
  silences(): Promise<object>
  leases(): Promise<object>
  breakers(): Promise<object>
}

/** Who serves, for `/api/v1/session`. */
export interface ServerIdentity {
  readonly version: string
  readonly host: string
}
