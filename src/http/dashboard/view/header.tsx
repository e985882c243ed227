import {nowFor} from '../state/clock.js'
import {question} from '../state/dialog.js'
import {connection, isLiveWanted, lastSignAt} from '../state/live.js'
import {canChange, isUnlocked, session} from '../state/machine.js'
import {zone} from '../state/preferences.js'
import {keepKey} from '../state/request.js'
import {shortSpan, zoneName} from '../text/span.js'
import {Icon} from './icon.js'

export function Header() {
  return (
    <header class="top">
      <h1>
        <span class="brand">
          <Icon name="shield" />
          guard
        </span>
        <span class="host">{session.value?.host ?? ''}</span>
      </h1>
      <span class="space" />
      <ZoneButton />
      <LiveSwitch />
      <LockButton />
    </header>
  )
}

function ZoneButton() {
  const [shown, other] = zone.value === 'utc' ? (['utc', 'local'] as const) : (['local', 'utc'] as const)
  const now = lastSignAt.value
  return (
    <button
      type="button"
      class="plain zone"
      aria-label={`${zoneName(now, shown)}, show times in ${other === 'utc' ? 'UTC' : 'your own zone'}`}
      onClick={() => {
        zone.value = other
      }}
    >
      {zoneName(now, shown)}
    </button>
  )
}

function LiveSwitch() {
  return (
    <span class="live">
      <button
        type="button"
        role="switch"
        class="switch"
        aria-checked={isLiveWanted.value}
        aria-label="Live"
        onClick={() => {
          isLiveWanted.value = !isLiveWanted.value
        }}
      />
      <span aria-hidden="true">{wordOfConnection()}</span>
      <LiveAge />
    </span>
  )
}

function wordOfConnection(): string {
  const words = {live: 'Live', polling: 'Every 10 s', paused: 'Paused', lost: 'Lost', denied: 'Locked', starting: '…'}
  return words[connection.value.is]
}

function LiveAge() {
  const {is} = connection.value
  if (is === 'starting' || is === 'denied' || is === 'lost') return null
  const agoMs = Math.max(0, nowFor(lastSignAt.value) - lastSignAt.value)
  return <span class="sub">{agoMs < 1500 ? ', now' : `, ${shortSpan(agoMs)} ago`}</span>
}

function LockButton() {
  if (!canChange.value || session.value?.needsKey === false) return null
  if (!isUnlocked.value) {
    return (
      <button
        type="button"
        class="lock"
        aria-label="Locked, enter the key"
        onClick={() => {
          question.value = {ask: 'key'}
        }}
      >
        <Icon name="lock" />
        <span class="wide">Locked</span>
      </button>
    )
  }
  return (
    <button type="button" class="lock open" aria-label="Unlocked, lock again" onClick={() => keepKey(undefined)}>
      <Icon name="unlock" />
      <span class="wide">Unlocked</span>
    </button>
  )
}
