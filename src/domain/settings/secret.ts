/** Where a secret is kept. The settings hold this reference alone; it is resolved where the secret is used, never earlier. */
export type Secret = {readonly env: string} | {readonly file: string}

/** A value that may be written down, or the reference to one that may not. */
export type TextOrSecret = string | Secret
