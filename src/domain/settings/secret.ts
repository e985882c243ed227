/** Where a secret is kept. The settings hold only this reference; it is resolved where the secret is used. */
export type Secret = {readonly env: string} | {readonly file: string}

/** A value that may be written down, or the reference to one that may not. */
export type TextOrSecret = string | Secret
