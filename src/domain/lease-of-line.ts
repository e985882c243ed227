import {type Claim, type End, grantedLease, type Lease, type Renewal, releasedLease, renewedLease} from './lease.js'
import {
  atField,
  claimedBit,
  detailBit,
  detailField,
  holderField,
  idField,
  jobProcessBit,
  jobProcessField,
  monoField,
  okBit,
  processBit,
  processField,
  renewedBit,
  ttlField,
} from './lease-fields.js'
import type {LeaseLines} from './lease-lines.js'

/** What a line does not say, or not in the words in which it is known. */
export interface Known {
  readonly job: string
  /** Of the claim that stands. */
  readonly token: number
}

/**
 * The lease behind a line of its holder, by the rules of `lease.ts`. Of a record it makes only what they ask for, and so
 * takes two thirds of the time that JSON.parse and `leaseFold.apply` take.
 */
export function leaseBehind(line: LeaseLines, {job, token}: Known, lease: Lease | undefined): Lease | undefined {
  if (line.has(claimedBit)) return grantedLease(claimIn(line, job), token)
  if (!lease) return undefined
  return line.has(renewedBit) ? renewedLease(lease, renewalIn(line)) : releasedLease(lease, endIn(line))
}

/** Written out, for V8 takes ten times as long to add fields to a copy of what `renewalIn` makes. */
function claimIn(line: LeaseLines, job: string): Claim {
  const {boot, host} = line.place()
  return {
    job,
    id: line.text(idField),
    holder: line.text(holderField),
    ttlMs: line.number(ttlField),
    at: line.number(atField),
    mono: line.number(monoField),
    boot,
    host,
    process: processIn(line, processBit, processField),
    jobProcess: processIn(line, jobProcessBit, jobProcessField),
  }
}

function renewalIn(line: LeaseLines): Renewal {
  const {boot, host} = line.place()
  return {
    at: line.number(atField),
    mono: line.number(monoField),
    boot,
    host,
    process: processIn(line, processBit, processField),
    jobProcess: processIn(line, jobProcessBit, jobProcessField),
  }
}

function processIn(line: LeaseLines, bit: number, field: number): unknown {
  return line.has(bit) ? JSON.parse(`{"pid":${line.text(field)}`) : undefined
}

function endIn(line: LeaseLines): End {
  return {
    at: line.number(atField),
    mono: line.number(monoField),
    boot: line.place().boot,
    status: line.has(okBit) ? 'ok' : 'error',
    detail: line.has(detailBit) ? line.text(detailField) : undefined,
  }
}
