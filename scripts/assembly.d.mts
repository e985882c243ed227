import type {Plugin} from 'vitest/config'

export function assembly(): Plugin
