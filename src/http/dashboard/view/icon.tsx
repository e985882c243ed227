/** Drawn in the colour of the text beside them. */
const paths = {
  shield: 'M8 1.2l5.6 1.9v4.3c0 3.5-2.3 6-5.6 7.4C4.7 13.4 2.4 10.9 2.4 7.4V3.1zM4.6 8h1.6l1-2.4 1.6 4.4 1-2h1.6',
  lock: 'M3.5 7h9v7h-9zM5.2 7V4.8a2.8 2.8 0 0 1 5.6 0V7',
  unlock: 'M3.5 7h9v7h-9zM5.2 7V4.8a2.8 2.8 0 0 1 5.4-1',
  back: 'M10 3L5 8l5 5',
  warning: 'M8 2L14.6 13.8H1.4zM8 6.4v3.4m0 1.4v.8',
  key: 'M6 10a3 3 0 1 1 2-3h6.4v2.4M11.6 7v2',
} as const

export function Icon({name}: {readonly name: keyof typeof paths}) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
