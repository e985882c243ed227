import {overallLevel} from '../../domain/diagnose/finding.js'
import {clockOffsetMs} from '../../domain/diagnose/store-findings.js'
import type {StoreCheck} from '../../usecases/fleet/check-store.js'
import {findingLine, levelSign, wrapped} from './doctor.js'
import type {Page} from './page.js'

const answers = {
  well: 'This host can use the store of its fleet',
  look: 'This host can use the store of its fleet; something needs a look',
  wrong: 'This host cannot use the store of its fleet',
} as const

/** The answer first, then a line for each thing that was looked at. */
export function renderStoreCheck(page: Page, {findings}: StoreCheck): string {
  const level = overallLevel(findings)
  const lines = [
    `${levelSign(page, level)} ${answers[level]}`,
    ...findings.map((each) => `  ${findingLine(page, each)}`),
  ]
  return lines.flatMap((line) => wrapped(page, line, '    ')).join('\n')
}

export function storeCheckToJson({facts, findings}: StoreCheck): object {
  return {
    level: overallLevel(findings),
    store: facts?.place ?? null,
    serverVersion: facts?.serverVersion ?? null,
    user: facts?.user ?? null,
    schema: facts?.schema ?? null,
    clockOffsetMs: facts ? clockOffsetMs(facts) : null,
    findings: findings.map(({check, level, what, proof, mend, note}) => ({
      ...{check, level, what, proof},
      ...{mend: mend ?? null, note: note ?? null},
    })),
  }
}
