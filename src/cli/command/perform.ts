import {openGuard} from '../guard.js'
import {writeJson, writeLines, writeRendered} from '../output/stdout.js'
import {ownSheet} from '../output/terminal.js'
import {pageOf} from '../render/page.js'
import type {Call, GuardCommand} from './definition.js'
import type {ParsedArgv} from './parse-argv.js'

/** Does what a call asks for, whichever parser has read it. Throws what the command throws. */
export async function perform({run, takesProgram}: GuardCommand, parsed: ParsedArgv): Promise<void> {
  const {flags} = parsed
  const json = flags['json'] === true
  // A run shows no colours.
  if (!json && !takesProgram) await (await import('../render/color.js')).loadColors()
  const result = await run({
    ...(parsed as Pick<Call, 'flags' | 'args' | 'rest' | 'target'>),
    json,
    print: (...lines) => {
      if (!json) writeLines(lines)
    },
    show: (render, ...data) => {
      if (!json) writeRendered(render, pageOf(ownSheet(), flags['utc'] === true), ...data)
    },
    openGuard: () =>
      openGuard({
        stateDir: flags['state-dir'] as string | undefined,
        config: flags['config'] as string | undefined,
        takesAnyFilesystem: flags['allow-unsafe-filesystem'] === true,
      }),
  })
  if (json && result !== undefined) writeJson(result)
}
