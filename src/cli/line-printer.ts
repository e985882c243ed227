import {endsWithin} from '../system/host/clock.js'
import type {JobOutput} from '../system/output/job-output.js'
import {printWarning} from './stderr.js'

/** How long guard's next work waits for a reader of the output that does not read. */
const slowReaderMs = 2000

/** Prints guard's own lines on standard error, each after what the job has written until then. */
export class LinePrinter {
  private readonly outputs: JobOutput[] = []

  readonly say = (text: string): void => {
    const current = this.outputs.at(-1)
    if (current) current.say(() => printWarning(text))
    else printWarning(text)
  }

  /** While this output is open, lines are printed in their place in it. */
  follow(output: JobOutput): JobOutput {
    this.outputs.push(output)
    const finish = async (passOn: boolean) => {
      await output.finish(passOn)
      this.outputs.splice(this.outputs.indexOf(output), 1)
    }
    return {...output, finish}
  }

  /** Resolves once the output until now is passed on, at the latest after two seconds. */
  readonly settled = async (): Promise<void> => {
    const current = this.outputs.at(-1)
    if (current) await endsWithin(current.passedOn(), slowReaderMs)
  }
}
