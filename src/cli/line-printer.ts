import type {JobOutput} from '../system/output/job-output.js'
import {printWarning} from './stderr.js'

/** Prints guard's own lines on standard error, each after what the job has written until then. */
export class LinePrinter {
  private readonly outputs: JobOutput[] = []

  readonly say = (text: string, hints?: readonly string[]): void => {
    const current = this.outputs.at(-1)
    if (current) current.say(() => printWarning(text, hints))
    else printWarning(text, hints)
  }

  /** While this output is open, lines are printed in their place in it. */
  follow(output: JobOutput): JobOutput {
    this.outputs.push(output)
    const finish = async (passOn: boolean) => {
      try {
        await output.finish(passOn)
      } finally {
        this.outputs.splice(this.outputs.indexOf(output), 1)
      }
    }
    return {...output, finish}
  }

  /** Resolves once the output until now is passed on, if its reader reads. */
  readonly settled = async (): Promise<void> => {
    await this.outputs.at(-1)?.passedOn()
  }
}
