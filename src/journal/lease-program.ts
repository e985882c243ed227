import program from 'virtual:leases'
import {type LeaseExports, LeaseLines} from '../domain/lease-lines.js'
import {asciiText} from './lines.js'

/**
 * Starts what src/assembly/ compiles to. Undefined where there is no WebAssembly (`node --jitless`), no processor that knows
 * its instructions, or no address space: Node 20 sets 10 GiB of it aside for each program, which `ulimit -v` may forbid.
 */
export function startLeaseLines(): LeaseLines | undefined {
  try {
    const {exports} = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(program, 'base64')))
    return new LeaseLines(exports as unknown as LeaseExports, asciiText)
  } catch {
    return undefined
  }
}
