import type {LeaseReport} from '../../domain/lease/report.js'
import {color} from './color.js'

const paint: Readonly<Record<LeaseReport['state'], (text: string) => string>> = {
  held: color.green,
  released: color.dim,
  expired: color.red,
}

/** `guard lease list`: a line for each job. */
export function renderLeases(leases: readonly LeaseReport[]): string {
  const width = Math.max(0, ...leases.map(({job}) => job.length))
  return leases.map((lease) => renderLine(lease, width)).join('\n')
}

function renderLine(lease: LeaseReport, width: number): string {
  const {job, state, holder, token, status, detail} = lease
  const end =
    status === undefined ? `until ${time(lease.expiresAt)}` : `${status}${detail === undefined ? '' : `: ${detail}`}`
  return `${job.padEnd(width)}  ${paint[state](state.padEnd(8))}  ${holder}  token ${token}  ${end}`
}

/** `guard lease show`: a line for each fact. */
export function renderLease(lease: LeaseReport): string {
  const {state, holder, token, claimedAt, expiresAt, pid, jobPid, status, detail} = lease
  const facts: readonly (readonly [string, string | number | undefined])[] = [
    ['job', lease.job],
    ['state', paint[state](state)],
    ['holder', holder],
    ['token', token],
    ['claimed', time(claimedAt)],
    ['expires', status === undefined ? time(expiresAt) : undefined],
    ['process', pid],
    ['job process', jobPid],
    ['status', status],
    ['detail', detail],
  ]
  return facts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(11)}  ${value}`)
    .join('\n')
}

function time(iso: string): string {
  return `${iso.replace('T', ' ').slice(0, 19)}Z`
}
