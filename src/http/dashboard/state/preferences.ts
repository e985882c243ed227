import {effect, type Signal, signal} from '@preact/signals'
import type {Zone} from '../text/span.js'

/** What the reader chose, kept by the browser. */

type Theme = 'auto' | 'light' | 'dark'

const theme = kept<Theme>('guard.theme', 'auto')
export const zone = kept<Zone>('guard.zone', 'utc')
/** Shortcuts of one letter disturb those who dictate, so they can be switched off. */
export const hasShortcuts = kept<'on' | 'off'>('guard.shortcuts', 'on')

/** Browsers may refuse the storage, then the choice lasts as long as the page. */
function kept<T extends string>(key: string, initial: T): Signal<T> {
  const chosen = signal(initial)
  try {
    chosen.value = (localStorage.getItem(key) as T | null) ?? initial
    effect(() => localStorage.setItem(key, chosen.value))
  } catch {
    // Not kept.
  }
  return chosen
}

const isDark = matchMedia('(prefers-color-scheme: dark)')

export function toggleTheme(): void {
  const dark = theme.value === 'auto' ? isDark.matches : theme.value === 'dark'
  theme.value = dark ? 'light' : 'dark'
}

/** The root element carries the theme, so that colours come from the style sheet alone. */
export function applyTheme(): void {
  effect(() => {
    if (theme.value === 'auto') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme.value
  })
}
