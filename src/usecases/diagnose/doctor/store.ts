import {type CronLine, type CronLines, placesOf} from '../../../domain/diagnose/cron-line.js'
import {type Finding, finding} from '../../../domain/diagnose/finding.js'
import type {Secret} from '../../../domain/settings/secret.js'

export interface StoreAddressDeps {
  /** Where the address of the fleet's store is kept; undefined on a host of no fleet. */
  readonly address: Secret | undefined
  readonly isOfFleet: (job: string) => boolean
  /** What is wrong with the address for a process with these variables, without a secret; undefined if nothing is. */
  readonly problemWith: (variables: Readonly<Record<string, string>>) => string | undefined
  readonly crontabLines: () => Promise<CronLines>
}

/** Whether the runs that cron starts can read where the store of their fleet is. */
export async function examineStoreAddress(deps: StoreAddressDeps, job?: string): Promise<readonly Finding[]> {
  const {address, isOfFleet, problemWith, crontabLines} = deps
  if (!address || (job !== undefined && !isOfFleet(job))) return []
  const {lines} = await crontabLines()
  const own = lines.filter((line) => line.job !== undefined && isOfFleet(line.job) && (job ?? line.job) === line.job)
  const problem = (line: Pick<CronLine, 'variables' | 'text'>) =>
    'env' in address && setsVariables.test(line.text) ? undefined : problemWith(line.variables)
  const bad = own.filter((line) => problem(line) !== undefined)
  const [first] = bad
  const proof = problem(first ?? {variables: {}, text: ''})
  if (proof === undefined || (own.length > 0 && !first)) return [finding('store', 'well', 'address of the store')]
  const what = 'The store of the fleet has no address under cron'
  const note = 'env' in address ? `set ${address.env} there, or use {file: PATH}` : 'check the path and its permissions'
  if (first) return [finding('store', 'wrong', what, {proof: `${proof}, for ${placesOf(bad)}`, mend: first.edit, note})]
  // Something else than a crontab may start the jobs, with an environment of its own.
  return [finding('store', 'env' in address ? 'look' : 'wrong', what, {proof, note})]
}

/** A line that sets variables itself, or reads a file that may. */
const setsVariables = /(?:^|[\s;&(])(?:[A-Za-z_]\w*=|(?:\.|source|export|env)\s)/
