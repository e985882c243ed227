import {form, guardBins} from './sandbox.js'

/** What runs a plain file of JavaScript as the form under test would: Node, or the bun inside the executable. */
export const runtime: {readonly file: string; readonly env: NodeJS.ProcessEnv} =
  form === 'node'
    ? {file: process.execPath, env: process.env}
    : {file: `${guardBins.standalone}.bin`, env: {...process.env, BUN_BE_BUN: '1'}}
