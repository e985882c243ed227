// How src/assembly/ tells what stands in a line of the leases' journal. Both compilers read this file.

/** The fields whose values are left where they stand, each with its begin and end; a process behind `{"pid":`. */
export const idField = 0
export const atField = 1
export const monoField = 2
export const jobField = 3
export const holderField = 4
export const ttlField = 5
export const claimField = 6
export const tokenField = 7
export const overField = 8
export const detailField = 9
export const processField = 10
export const jobProcessField = 11
export const valueFields = 12

/** A bit for each field or value behind the stamp's first two: which of them a line has. */
export const claimedBit = 1
export const renewedBit = 2
export const releasedBit = 4
export const okBit = 8
export const errorBit = 16
export const monoBit = 32
export const placeBit = 64
export const jobBit = 128
export const holderBit = 256
export const ttlBit = 512
export const claimBit = 1024
export const tokenBit = 2048
export const detailBit = 4096
export const overBit = 8192
export const processBit = 16_384
export const jobProcessBit = 32_768

/** The lines of a job that wait to be folded, in the order in which they are. A renewal that binds names a process. */
export const claimWaits = 0
export const bindingWaits = 1
export const renewalWaits = 2
export const releaseWaits = 3
export const waitingLines = 4

/** Where a line's id begins, behind `{"v":1,"id":"`. */
export const idOffset = 13
