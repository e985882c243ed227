/**
 * A step on which nothing that follows depends: an error of the file system is ignored, any other is thrown.
 */
export function bestEffort(work: () => void): void {
  try {
    work()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
  }
}
