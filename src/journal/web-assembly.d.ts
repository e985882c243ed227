/** What src/assembly/ compiles to, in base64: scripts/assembly.mjs makes it. */
declare module 'virtual:leases' {
  const program: string
  export default program
}

/** What guard uses of it: Node has it, TypeScript describes it for browsers only. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>
    constructor(module: Module)
  }
}
