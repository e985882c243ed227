/** The jobs that have no line of their own. */
export function countedHealthy(jobs: number, more = ''): string {
  return `${jobs}${more} jobs are healthy; --json tells of each`
}
