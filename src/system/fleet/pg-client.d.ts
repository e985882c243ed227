/** What guard uses of pg's client; the package's entry would load a pool and look for native code as well. */
declare module 'pg/lib/client.js' {
  interface ClientOptions {
    readonly host: string
    readonly port: number
    readonly database: string
    readonly user: string
    readonly password: () => string
    readonly ssl: import('node:tls').ConnectionOptions | false
    readonly sslnegotiation: 'postgres'
    readonly client_encoding: string
    readonly application_name: string
  }

  export default class Client {
    constructor(options: ClientOptions)
    on(event: 'error', listener: (error: Error) => void): this
    /** What the server is told at the start; PGOPTIONS and PGREPLICATION have been read into it. */
    readonly connectionParameters: {options: string | undefined; replication: string | undefined}
    readonly connection: {readonly stream: import('node:net').Socket}
    connect(): Promise<unknown>
    query(statement: {readonly text: string; readonly values: readonly unknown[]}): Promise<{
      /** `bigint` comes as text. */
      readonly rows: readonly Readonly<Record<string, unknown>>[]
    }>
    /** Says good-bye to the server, which then closes the connection. */
    end(): Promise<void>
  }
}
