/** The name under which the store of the fleet itself is reported on, beside jobs. */
export const storeName = 'guard-fleet'
