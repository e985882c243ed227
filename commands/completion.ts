import {defineCommand} from '../src/cli/command/definition.js'
import {jobNames} from '../src/domain/settings/settings.js'

export default defineCommand({
  summary: 'Completion of commands, flags and job names for bash, zsh or fish',
  description:
    'Prints a script for the shell. In bash, ~/.bashrc may have the line: source <(guard completion bash). In zsh it goes to a file _guard in a folder of $fpath, in fish to guard.fish in the folder for completions.',
  examples: ['guard completion bash', 'guard completion --jobs'],
  args: {shell: {summary: 'bash, zsh or fish'}},
  flags: {jobs: {type: 'boolean', summary: 'print the names of the known jobs, as the scripts ask for them'}},
  async run({args, flags, print, json, openGuard}) {
    if (flags.jobs) {
      const guard = await openGuard()
      const names = [...new Set([...jobNames(guard.settings), ...guard.runs().read().keys()])].sort()
      if (names.length > 0) print(...names)
      return {jobs: names}
    }
    const {completionScript} = await import('../src/cli/completion/script.js')
    const script = completionScript(args.shell)
    if (!json) print(...script.trimEnd().split('\n'))
    return {script}
  },
})
