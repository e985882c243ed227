import {expect, test} from 'vitest'
import breakerOpen from '../../../commands/breaker/open.js'
import locksClear from '../../../commands/locks/clear.js'
import locksList from '../../../commands/locks/list.js'
import retry from '../../../commands/retry.js'
import type {GuardCommand} from '../../../src/cli/command/definition.js'
import {flagValue} from '../../../src/cli/command/flag.js'
import {type RunFlags, runOptions} from '../../../src/cli/run/run-options.js'
import {settingsOfFlags} from '../../../src/cli/run/run-settings.js'
import {defaultMinAgeMs} from '../../../src/cli/wire/locks.js'
import {defaultSettings, jobDefaults} from '../../../src/config/defaults.js'
import {formatDuration} from '../../../src/domain/clock/duration.js'

const shown = ({flags}: GuardCommand, name: string) => flags[name]?.settingsDefault

test.each(Object.entries(runOptions).filter(([, option]) => 'settingsDefault' in option))(
  'the default that the help of guard run shows for --%s is that of the settings',
  (name, option) => {
    const value = flagValue(option, ('settingsDefault' in option && option.settingsDefault) || '')
    const given = settingsOfFlags({[name]: value} as RunFlags)
    expect(Object.keys(given)).toHaveLength(1)
    expect({...jobDefaults, maxAttempts: jobDefaults.retry.maxAttempts}).toMatchObject(given)
    if (option.type === 'duration') expect(option).toMatchObject({settingsDefault: formatDuration(Number(value))})
  },
)

test('the defaults that the help of guard retry shows are those of the settings', () => {
  const {firstDelayMs, maxDelayMs, jitter} = jobDefaults.retry
  expect(shown(retry, 'delay')).toBe(formatDuration(firstDelayMs))
  expect(shown(retry, 'max-delay')).toBe(formatDuration(maxDelayMs))
  expect(shown(retry, 'jitter')).toBe(String(jitter))
})

test('the defaults that the help of other commands shows are those of the settings', () => {
  expect(shown(breakerOpen, 'for')).toBe(formatDuration(defaultSettings.breakers.defaults.openForMs))
  expect(shown(locksList, 'min-age')).toBe(formatDuration(defaultMinAgeMs))
  expect(shown(locksClear, 'min-age')).toBe(formatDuration(defaultMinAgeMs))
})
