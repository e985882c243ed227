import fc from 'fast-check'
import {givenSeed} from './random.js'

// The same values each time: a property that is wrong is found by whoever tries other seeds, not by chance.
fc.configureGlobal({seed: givenSeed})

export {fc}
