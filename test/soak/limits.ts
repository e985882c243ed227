/** Limits of the soak's settings, in ticks. */
export const spans = {grace: 3, escalateAfter: 6, freshFor: 6, flappingWithin: 60, unreachableAfter: 8} as const

/** So many incidents within `spans.flappingWithin` are one that flaps. */
export const flappingIncidents = 4
