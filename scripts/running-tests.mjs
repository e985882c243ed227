// A reporter of vitest that keeps a list of the test files that have begun and not ended, for CI, which ends a run
// that hangs and names them.
import {writeFileSync} from 'node:fs'

export default class RunningTests {
  #running = new Set()

  onTestModuleStart({moduleId}) {
    this.#running.add(moduleId)
    this.#write()
  }

  onTestModuleEnd({moduleId}) {
    this.#running.delete(moduleId)
    this.#write()
  }

  #write() {
    const file = process.env.GUARD_RUNNING_TESTS
    if (file) writeFileSync(file, [...this.#running, ''].join('\n'))
  }
}
