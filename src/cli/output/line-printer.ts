import type {JobOutput} from '../../system/output/job-output.js'
import {printWarning} from './stderr.js'

/** Prints guard's own lines on standard error, each after what the job has written until then. */
export class LinePrinter {
  private readonly quiet: boolean
  private readonly outputs: JobOutput[] = []
  private readonly kept: (() => void)[] = []
  /** Whether the output of the run is shown in the end; undefined until then. */
  private isShown: boolean | undefined

  /** `quiet`: the output is shown only if the run ends badly. */
  constructor(quiet: boolean) {
    this.quiet = quiet
  }

  readonly say = (text: string, hints?: readonly string[]): void => {
    const current = this.outputs.at(-1)
    if (current) current.say(() => printWarning(text, hints))
    else printWarning(text, hints)
  }

  /** Prints what is said of the job, in the place that it has in the output of the job and only where that is shown. */
  readonly remark = (text: string, hints?: readonly string[]): void => {
    const print = () => printWarning(text, hints)
    const current = this.outputs.at(-1)
    if (this.quiet && current)
      current.say(() => {
        if (this.isShown === undefined) this.kept.push(print)
        else if (this.isShown) print()
      })
    else this.say(text, hints)
  }

  /** While this output is open, lines are printed in their place in it. The first one is that of the run. */
  follow(output: JobOutput): JobOutput {
    const isOfRun = this.outputs.push(output) === 1
    const finish = async (passOn: boolean) => {
      if (isOfRun) this.isShown = passOn
      try {
        if (isOfRun && passOn) for (const print of this.kept) print()
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
