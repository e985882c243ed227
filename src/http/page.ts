/** The page of `GET /`, with the hashes of its parts for the Content-Security-Policy. */
export interface DashboardPage {
  readonly html: string
  /** As `'sha256-…'`, of each inline script and of each inline style. */
  readonly scriptHashes: readonly string[]
  readonly styleHashes: readonly string[]
}

/** Loaded when it is asked for: many servers are asked by programs alone. */
export async function dashboardPage(): Promise<DashboardPage> {
  const {page} = await import('virtual:dashboard')
  return page
}
