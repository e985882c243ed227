import {join} from 'node:path'
import fastGlob from 'fast-glob'
import {expect, test} from 'vitest'
import type {GuardCommand} from '../../../src/cli/command/definition.js'

const folder = join(import.meta.dirname, '../../../commands')

test.each(fastGlob.sync('**/*.ts', {cwd: folder}))(
  '%s has a usage line of its own if several flags exclude the same one, of which oclif makes "[--flag | ]"',
  async (file) => {
    const {default: command} = (await import(join(folder, file))) as {default: GuardCommand}
    const excluded = Object.values(command.flags).flatMap(({exclusive = []}) => exclusive)
    if (command.usage === undefined) expect(excluded).toEqual([...new Set(excluded)])
  },
)
